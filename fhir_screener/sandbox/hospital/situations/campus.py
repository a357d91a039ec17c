"""The second campus: the same situations, written in its own codes, names and words, as many a hospital does.

`mappings/sites/example.yaml` is the table that makes them readable; nothing here knows it. Beside each stands what a
reader finds who lacks that table: a test of unknown name is no evidence, a positive one that holds a known name is text
only, an unknown answer cannot be read, and an unknown drug may be any (SEMANTICS 5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.cohort import CODED_CANDIDATE, Plan
from fhir_screener.sandbox.hospital.dates import days_ago, months_ago
from fhir_screener.sandbox.hospital.situations.immunosuppressants import LATELY, WEEKLY
from fhir_screener.sandbox.hospital.situations.row import TEXT, Bare, Row, Writes, then
from fhir_screener.sandbox.hospital.situations.tuberculosis import chest_clear
from fhir_screener.sandbox.hospital.systems import OLD_LAB, OLD_PHARMACY, Json, coding, quantity
from fhir_screener.sandbox.hospital.truth import MET, NO_DATA, TEXT_ONLY, UNREADABLE, Truth

MAIN = 3
"""Of those who have such a situation, one in so many goes to the main campus, the others to the second."""
LAST = days_ago(14)


class Own(NamedTuple):
    """How the second campus writes a situation, and what is true of it to a reader without its table."""

    chart: Writes
    bare: Bare


def _says(**truths: Truth) -> Bare:
    return lambda known: truths


def _unknown_drug(criterion: str) -> Bare:
    """A drug of today that may be any: text only, wherever nothing else is known of the criterion."""

    def bare(known: Mapping[str, Truth]) -> dict[str, Truth]:
        found = {**known, criterion: NO_DATA}
        return {name: TEXT_ONLY for name in ("I4", "E5", "E6") if found[name] == NO_DATA}

    return bare


def _test(key: str, code: str, name: str, answer: str | Json) -> Writes:
    """A result under a code of the campus's laboratory; without a code, by its name alone."""
    named: Json = {"coding": [coding(OLD_LAB, code, name)], "text": name} if code else {"text": name}
    return lambda c: c.test(key, LAST, answer, code=named)


def _drug(code: str, name: str) -> Json:
    return {"medicationCodeableConcept": {"coding": [coding(OLD_PHARMACY, code, name)], "text": name}}


def _nobody(c: Charting) -> None:
    c.head["name"] = [{"use": "official", "text": "测试患者01", "family": "测试", "given": ["患者01"]}]


def _igg4(c: Charting) -> None:
    c.test("igg4", days_ago(25), {"valueQuantity": quantity(3.24, "g/L")})


OWN: dict[str, Own] = {
    # One item of the hepatitis B panel has a code, the other goes by its number in the panel.
    "HBsAg and anti-HBc negative": Own(
        then(
            _test("hbsag", "LAB0231", "LAB0231 乙肝表面抗原定量", "阴性(-)"),
            _test("anti-hbc", "", "两对半第五项", "阴性(-)")),
        _says(E8a=NO_DATA)),
    "HBsAg positive": Own(_test("hbsag", "LAB0231", "LAB0231 乙肝表面抗原定量", "阳性(+)"), _says(E8a=TEXT_ONLY)),
    "HIV screen non-reactive": Own(lambda c: c.test("hiv", LAST, "未超界"), _says(E8b=UNREADABLE)),
    "T-SPOT negative, chest clear": Own(
        then(_test("tspot", "LAB0410", "LAB0410 结核感染T细胞(酶联斑点)", "阴性"), chest_clear), _says(E9=NO_DATA)),
    "rituximab infused four months ago": Own(
        lambda c: c.given("rituximab", days_ago(121), 1000, med=_drug("TY088", "特药088")), _unknown_drug("E5")),
    "methotrexate, ongoing": Own(
        lambda c: c.statement(
            "methotrexate", months_ago(14), dose=WEEKLY, asserted=LATELY, med=_drug("TY091", "甲氨碟呤片")),
        _unknown_drug("E6")),
    # No range printed: the laboratory's handbook has it.
    "serum IgG4 2.4 times its limit, nothing else": Own(_igg4, _says(I3=UNREADABLE)),
    "test patient (HTEST)": Own(_nobody, _says(S=MET)),
}  # fmt: skip


def as_written(plan: Plan) -> list[Row]:
    """The plan's rows, those of a patient of the second campus as it writes them."""
    if plan.number % MAIN == 1 or plan.kind == CODED_CANDIDATE:
        return plan.rows
    return [
        replace(row, chart=own.chart, bare=own.bare, needs=TEXT) if (own := OWN.get(row.name)) else row
        for row in plan.rows
    ]
