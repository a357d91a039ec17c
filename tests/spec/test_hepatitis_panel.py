"""The five tests of hepatitis B in one text: taken apart where each is named with its sign, else a person reads it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.spec.plain_patient import judged as judged
from tests.spec.plain_patient import said


def panel(text: str, name: str = "乙肝两对半", **more: Any) -> dict[str, Any]:
    base = {"resourceType": "Observation", "status": "final", "effectiveDateTime": "2021-02-20"}
    return {**base, "code": {"text": name}, "valueString": text, **more}


def hepatitis(judged: Any, *records: dict[str, Any]) -> str:
    """E8a of the plain patient, whose own tests of hepatitis B are negative, without these."""
    return said(judged(*records, without=("5196-1", "13952-7", "42595-9", "29610-3")), "E8a")


NEGATIVE = "HBsAg(-) HBsAb(+) HBeAg(-) HBeAb(-) HBcAb(-)"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("HBsAg(+) HBsAb(-) HBeAg(+) HBeAb(-) HBcAb(+)", "met"),
        ("HBsAg（+），抗-HBs（-），HBeAg（-），抗-HBe（+），抗-HBc（+）", "met"),
        ("HBsAg positive, anti-HBs negative, HBeAg positive, anti-HBe negative, anti-HBc positive", "met"),
        ("大三阳", "met"),
        ("乙肝小三阳", "met"),
        (NEGATIVE, "not_met"),
        ("乙肝表面抗原阴性，乙肝表面抗体阳性，乙肝e抗原阴性，乙肝e抗体阴性，乙肝核心抗体阴性", "not_met"),
        ("HBsAg(-) HBsAb(-) HBeAg(-) HBeAb(+) HBcAb(+)", "suspected"),  # core antibodies, and no HBV DNA
        ("HBsAg(±) HBsAb(-) HBeAg(-) HBeAb(-) HBcAb(-)", "equivocal"),
        ("阴阳阴阴阴", "unreadable"),  # which is which is told by their place alone
        ("HBsAg(+)，余阴性", "text-only"),  # the one that is named, in words
        ("HBsAg(-) HBsAb(+) HBeAg(-) HBeAb HBcAb(-)", "unreadable"),
    ],
)
def test_a_panel_as_one_text(judged, text, answer) -> None:
    assert hepatitis(judged, panel(text)) == answer


def test_as_the_conclusion_of_a_report(judged) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "effectiveDateTime": "2021-02-20",
        "code": {"text": "乙肝五项"},
    }
    assert hepatitis(judged, {**report, "conclusion": NEGATIVE}) == "not_met"
    assert hepatitis(judged, {**report, "conclusion": "大三阳"}) == "met"


def test_somebody_elses_panel_is_not_taken_apart(judged) -> None:
    assert hepatitis(judged, panel("大三阳", name="母亲乙肝两对半")) != "met"


def test_a_panel_out_of_date_clears_nothing(judged) -> None:
    assert hepatitis(judged, panel(NEGATIVE, effectiveDateTime="2020-06-20")) == "no-data"
