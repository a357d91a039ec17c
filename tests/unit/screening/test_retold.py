"""What a sweep's report says of losses, said again in the reader's language."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fhir_screener.fhir.capability import Capability, TypeAbilities
from fhir_screener.fhir.server_index import hidden
from fhir_screener.fhir.server_plan import PROFILES, make_plan
from fhir_screener.i18n import translator
from fhir_screener.screening.retold import KNOWN, retold
from fhir_screener.sentence import Sentence, render
from fhir_screener.studies.load import Catalog
from fhir_screener.terminology.valueset import ValueSet

CHINESE = translator("zh")
ROOT = Path(__file__).parents[3]


def said(text: str) -> str:
    return str(render(retold(text), CHINESE))


def test_all_that_a_way_of_reading_hides_is_known() -> None:
    """Whatever server it is: the sentences of the plan are made elsewhere, and found again here."""
    studies = [Catalog(ROOT / "mappings").study("NCT04660565")]
    little = Capability("4.0.1", {"Patient": TypeAbilities(frozenset({"read"}))})
    plans = [make_plan(studies, Capability("4.0.1"), name, date(2021, 3, 1)) for name in PROFILES]
    lines = [line for plan in (*plans, make_plan(studies, little)) for line in plan.hidden]
    lines += hidden([ValueSet("gout", "Gout", "condition")])
    assert lines
    for line in lines:
        assert isinstance(retold(line), Sentence), line
        assert str(retold(line)) == line  # nothing is lost of it


@pytest.mark.parametrize(
    ("text", "chinese"),
    [
        ("not fetched: Observation", "未能获取：Observation"),
        ("the sweep was given up: interrupted", "筛查已中止：被中断"),
        ("words of Condition/c1", "Condition/c1 的文字"),
        ("Observation: what was given before 2021-01-02, and what has no date is not read",
         "Observation：未读取2021-01-02 之前的给药记录以及无日期的记录"),
        ("HTTP 500 from the server", "HTTP 500 from the server"),
        ("", ""),
    ],
)  # fmt: skip
def test_its_parts_too_and_what_is_not_known_as_it_is(text: str, chinese: str) -> None:
    assert said(text) == chinese


def test_each_can_be_said_in_chinese() -> None:
    for one in KNOWN:
        assert CHINESE(one.template) != one.template
