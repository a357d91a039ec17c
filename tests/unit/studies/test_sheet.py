"""The sign-off sheet: every sentence, every rule, every code; in Markdown and HTML, in English and Chinese."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from fhir_screener.errors import UsageError
from fhir_screener.i18n import LANGUAGES
from fhir_screener.studies.load import Catalog, Loaded
from fhir_screener.studies.sheet import FEW, Codes, html, markdown, sheet_of
from fhir_screener.studies.sheet.content import Node
from fhir_screener.studies.sheet.settle import settling
from fhir_screener.studies.sheet.terms import titles

MAPPINGS = Path(__file__).parents[3] / "mappings"


@cache
def loaded() -> Loaded:
    return Catalog(MAPPINGS).load(["NCT04660565"])


def written(form: str, codes: Codes = "few", language: str = "en") -> str:
    sheet = sheet_of(loaded().studies[0], loaded().terminology, codes, language)
    return html(sheet) if form == "html" else markdown(sheet)


def test_the_sheet_has_every_sentence_every_rule_and_every_value_set() -> None:
    study, text = loaded().studies[0], written("markdown", "all")
    rules = text.split("```yaml\n")
    assert len(rules) == len(study.criteria) + 1
    for one, rule in zip(study.criteria, rules[1:], strict=True):
        assert f"## {one.id} ({one.role})\n\n> {one.text}\n" in text
        assert rule.startswith("rule:")
    for name in study.needs().sets:
        assert f"### {loaded().terminology[name].title}\n" in text
        for entry in loaded().terminology[name].codes:
            assert f"`{entry.code}` {entry.display}" in text
    assert study.checksum in text


def test_few_codes_are_said_to_be_few() -> None:
    few, none = written("markdown"), written("markdown", "none")
    assert "more (`--codes all`)" in few
    assert max(part.count("- SNOMED CT ") for part in few.split("\n### ")) <= 2 * FEW + 1
    assert "- SNOMED CT" not in none


class Page(HTMLParser):
    """Balanced tags, links inside, and nothing fetched from anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br"):
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.add(value or "")
            if name == "href":
                self.links.add(value or "")
            if name in ("src", "srcset", "data"):
                self.fetched.append(value or "")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_and_stands_alone(language: str) -> None:
    text = written("html", "all", language)
    page = Page()
    page.feed(text)
    assert page.open == []
    assert page.fetched == []
    assert {link for link in page.links if not link.startswith("#")} == set()
    assert {link[1:] for link in page.links} <= page.ids
    assert "@import" not in text
    assert "url(" not in text
    study = loaded().studies[0]
    assert study.checksum in text
    assert {criterion.id for criterion in study.criteria} <= page.ids
    assert {f"set-{name}" for name in study.needs().sets} <= page.ids
    assert "\x02" not in text


def test_what_is_recorded_cannot_become_markup() -> None:
    assert "&gt;= 18 years" in written("html")


def words_of(node: Node) -> Iterator[str]:
    yield titles(node.text, lambda name, title: "")
    for inner in node.inside:
        yield from words_of(inner)


def test_in_chinese_no_rule_is_left_in_english() -> None:
    sheet = sheet_of(loaded().studies[0], loaded().terminology, "none", "zh")
    for criterion in sheet.criteria:
        for words in (*words_of(criterion.rule), criterion.role, criterion.settle):
            assert not re.search(r"\b(?!mmol|umol)[a-z]{4,}\b(?!-)", words) or "（" in words, words
            assert re.search(r"[\u4e00-\u9fff]", words), words


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(UsageError, match="'xx' is no language here"):
        written("markdown", language="xx")


def test_ways_to_settle_in_words() -> None:
    assert settling("ask") == "asking the patient"
    assert settling("test: hbsag") == "a test (hbsag)"


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "en",
            ("ClinicalTrials.gov, last changed 2021-01-27, sponsor Peking", "youngest age 18 years", "no oldest age: "),
        ),
        ("zh", ("ClinicalTrials.gov、最近更新 2021-01-27、申办方 Peking", "最小年龄 18 岁", "不设年龄上限：")),
    ],
)
def test_the_head_of_a_sheet_has_words_for_every_key(language: str, said: tuple[str, ...]) -> None:
    for form in ("markdown", "html"):
        text = written(form, "none", language)
        assert not [one for one in said if one not in text]
        assert not re.search(r"\b(min_age|max_age|registry ClinicalTrials|modified 2021)", text)


def test_of_a_source_that_is_not_filled_in_nothing_is_said() -> None:
    study = replace(loaded().studies[0], source={"registry": "", "modified": ""})
    assert "last changed" not in markdown(sheet_of(study, loaded().terminology, "none"))


def test_value_sets_of_a_criterion_go_by_their_titles() -> None:
    assert "Value sets: *Body weight* (`body-weight`), " in written("markdown", "none")
    assert "值集：*体重* (`body-weight`)" in written("markdown", "none", "zh")


def test_the_file_speaks_after_the_words() -> None:
    """Who signs reads sentences first; the rule as it stands in the file comes last of each criterion."""
    one = written("markdown", "none").split("\n## ")[1]
    assert (
        one.index("Read as:")
        < one.index("An unknown is settled by")
        < one.index("The rule as it stands in the study file:")
    )
