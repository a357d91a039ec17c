"""A sentence is made when somebody reads it, in the language of whoever reads it."""

from __future__ import annotations

from fhir_screener.criteria.evidence import Evidence
from fhir_screener.sentence import join, render, say

CATALOGUE = {
    "Nothing about {what} ({records} read).": "未见{what}（已读{records}）。",
    "{count} records": "{count}份记录",
    "cancer": "癌症",
    "; ": "；",
    "negative": "阴性",
}


def chinese(text: str) -> str:
    return CATALOGUE.get(text, text)


NOTHING = say("Nothing about {what} ({records} read).", what=say("cancer"), records=say("{count} records", count=3))


def test_in_english_it_is_its_template_with_its_parts() -> None:
    assert str(NOTHING) == f"{NOTHING}" == "Nothing about cancer (3 records read)."
    assert "cancer" in NOTHING


def test_in_another_language_its_parts_are_translated_too() -> None:
    assert NOTHING.render(chinese) == "未见癌症（已读3份记录）。"


def test_data_is_never_translated() -> None:
    assert say("{name}: {note}", name="cancer", note=say("negative")).render(chinese) == "cancer: 阴性"
    assert render("cancer", chinese) == "cancer"


def test_braces_in_data_are_only_braces() -> None:
    assert str(say("{name} is odd", name="{x}")) == "{x} is odd"
    assert str(say("a {b} c")) == "a {b} c"


def test_texts_are_joined_without_the_empty_ones() -> None:
    both = join("; ", [say("negative"), "", "0.1"])
    assert str(both) == "negative; 0.1"
    assert render(both, chinese) == "阴性；0.1"
    assert join("; ", ["alone", ""]) == "alone"
    assert join("; ", []) == ""


def test_it_equals_what_reads_the_same() -> None:
    assert say("{n} records", n=1) == "1 records" == say("1 records")
    assert Evidence(note=say("{n} records", n=1)) == Evidence(note="1 records")
    assert hash(say("1 records")) == hash("1 records")
    assert say("1 records") != say("2 records")
