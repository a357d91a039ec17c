"""A ledger kept as English text, said again: the sentence that was said, or the text as it stands, never another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import msgspec
import pytest

from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.fhir.files import FolderSource
from fhir_screener.i18n import translator
from fhir_screener.sandbox.hospital import AS_OF, write
from fhir_screener.screening.reworded import retelling, reworded, unsaid
from fhir_screener.screening.screen import screen
from fhir_screener.screening.screening import Screening
from fhir_screener.sentence import Sentence, render
from fhir_screener.studies.load import Catalog, Loaded
from fhir_screener.verdict import Verdict
from tests.builders.screenings import criterion, screening

CHINESE = translator("zh")


@cache
def known() -> Loaded:
    return Catalog(Path(__file__).parents[3] / "mappings").load(["NCT04660565"])


def said(note: str, display: str = "") -> str:
    """The note of a Task in Chinese; in English it must be what it was."""
    found = retelling(Evidence(reference="Observation/1", display=display, note=note))
    assert str(found) == note
    return str(render(found, CHINESE))


@pytest.mark.parametrize(
    ("note", "chinese"),
    [
        ("The record says male.", "记录为 男性。"),
        (
            "Raised from 7.5 to 30 mg prednisone a day on 2026-09-25.",
            "加量（于 2026-09-25 由每日泼尼松 7.5 增至 30 mg）。",
        ),
        ("One encounter diagnosis, nothing else about it.", "仅一次就诊诊断，别无佐证。"),
        ("Born 1971-06-20; asked: age at least 18 years.", "出生于 1971-06-20；要求：年龄不小于 18 岁。"),
    ],
)
def test_a_sentence_of_ours(note: str, chinese: str) -> None:
    assert said(note) == chinese


@pytest.mark.parametrize(
    ("display", "note", "chinese"),
    [
        ("IgG", "IgG: positive; reference upper limit 1.2 mg/dL", "IgG：阳性；参考上限 1.2 mg/dL"),
        ("score", "score: 25, at least 20; aorta", "score：25，不低于 20；aorta"),
        ("infliximab", "infliximab: given within 6 months", "infliximab：6 个月内已给药"),
        (
            "a; b: ended",
            "a; b: ended: ended 2016-11-26, within 10 years",
            "a; b: ended：于 2016-11-26 结束，在 10 年内",
        ),
        (
            "HBsAg",
            "HBsAg: conflicting; value says negative, text says positive",
            "HBsAg：矛盾；值显示阴性、文字显示阳性",
        ),
    ],
)
def test_what_a_record_is_called_stays_as_it_is_recorded(display: str, note: str, chinese: str) -> None:
    assert said(note, display) == chinese


@pytest.mark.parametrize(
    "note",
    [
        "a server said this",
        "from 5 to 15 to 40 mg prednisone a day on 2021-02-20",
        "above 3.6 mg/dL or 61.5 umol/L or above 3 times its upper limit",
        "no table knows this within the limit, says the ward",
        "2021-02-20, at least 20",
        "2021-02-20, but no listed organ is named",
        "25.0, at least 20",
    ],
)
def test_what_fits_nothing_or_in_two_ways_stays_as_it_is_written(note: str) -> None:
    assert said(note) == note


def test_what_was_looked_for_and_is_not_there() -> None:
    names = known().names("zh")
    note = "Nothing on record about hbsag, systemic-glucocorticoids today (1 record read since 2023-11-21)."
    found = retelling(Evidence(note=note))
    assert str(found) == note
    told = str(render(found, translator("zh", names)))
    assert told.startswith("自 2023-11-21 起读取的1 条记录中没有关于")
    assert names["hbsag"] in told
    assert "today" not in told


def test_a_ledger_is_said_again_branch_by_branch_and_what_is_left_is_counted() -> None:
    odd = Evidence("Condition/2", note="what the ward wrote")
    leaf = Finding(verdict=Verdict.MET)
    whole = leaf.but(branches=(leaf.but(evidence=(Evidence("Condition/1", note="on record"), odd)),))
    again = reworded(screening(criteria=(criterion(whole),)))
    told = again.criteria[0].finding.branches[0].evidence
    assert [isinstance(item.note, Sentence) for item in told] == [True, False]
    assert list(unsaid(again)) == ["what the ward wrote"]


def notes(one: Finding) -> Iterator[Evidence]:
    yield from (item for item in one.evidence if item.note)
    for branch in one.branches:
        yield from notes(branch)


def judged(folder: Path) -> Iterator[Screening]:
    loaded = known()
    write(folder, 150, 1, AS_OF)
    for record in FolderSource(folder, loaded.terminology).records():
        yield screen(loaded.studies[0], record, AS_OF, loaded.terminology)


def test_no_sentence_of_a_whole_hospital_is_taken_for_another(tmp_path: Path) -> None:
    chinese = translator("zh", known().names("zh"))
    every = asked = 0
    for one in judged(tmp_path):
        for item in (item for found in one.criteria for item in notes(found.finding)):
            text = str(item.note)
            again = retelling(msgspec.structs.replace(item, note=text))
            live, told = str(render(item.note, chinese)), str(render(again, chinese))
            every, asked = every + (live == told), asked + 1
            assert str(again) == text
            if live != told:
                left = re.findall(r"[a-z]+ [a-z]+ [a-z]+", told)
                assert any(words in text for words in left), (text, told)  # Some of it stays as written.
    assert every > 0.99 * asked > 1000
