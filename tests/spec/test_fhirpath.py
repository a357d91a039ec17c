"""`fhirpath`: the escape hatch, an expression asked of each resource of one type."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_screener.errors import MappingError
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason
from tests.spec.conftest import read_rule

SLOW = """
fhirpath:
  on: Observation
  met: "code.coding.where(code = '8867-4').exists() and value.value < 50"
  not_met: "code.coding.where(code = '8867-4').exists() and value.value >= 50"
  date: effective
  within: P1M
"""


def pulse(value: Any, on: str | None = "2021-02-18", **more: Any) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "id": f"pulse-{value}",
        "meta": {"versionId": "3"},
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4", "display": "Heart rate"}]},
        "valueQuantity": {"value": value, "unit": "/min"},
        **({"effectiveDateTime": on} if on else {}),
        **more,
    }


@pytest.mark.parametrize(
    ("charted", "verdict", "reason"),
    [
        ([], UNKNOWN, Reason.NO_DATA),
        ([pulse(44)], MET, None),
        ([pulse(60)], NOT_MET, None),
        ([pulse(44), pulse(60)], UNKNOWN, Reason.CONFLICTING),
        ([pulse(44, "2021-01-31")], UNKNOWN, Reason.NO_DATA),  # before the window
        ([pulse(44, "2021-03-02")], UNKNOWN, Reason.NO_DATA),  # not yet
        ([pulse(44, "2021")], UNKNOWN, Reason.IMPRECISE_DATE),
        ([pulse(44, None)], UNKNOWN, Reason.IMPRECISE_DATE),
        ([pulse(44, status="entered-in-error")], UNKNOWN, Reason.NO_DATA),
        ([{**pulse(1), "code": {"text": "something else"}}], UNKNOWN, Reason.NO_DATA),
    ],
)
def test_each_resource_is_asked_on_its_own(ask, charted, verdict, reason) -> None:
    found = ask(SLOW, whole={"Observation": tuple(charted)})
    assert (found.verdict, found.reason) == (verdict, reason)


def test_the_evidence_is_the_resource(ask) -> None:
    (evidence,) = ask(SLOW, whole={"Observation": (pulse(44),)}).evidence
    assert (evidence.reference, evidence.version, evidence.date) == ("Observation/pulse-44", "3", "2021-02-18")
    assert (evidence.code, evidence.display) == ("http://loinc.org|8867-4", "Heart rate")


def test_an_expression_that_gives_no_yes_or_no_is_unreadable(ask) -> None:
    rule = 'fhirpath: {on: Observation, met: "value.value", date: effective}'
    assert ask(rule, whole={"Observation": (pulse(44),)}).reason is Reason.UNREADABLE


def test_a_failed_request_is_not_fetched(ask) -> None:
    assert ask(SLOW, failed=frozenset({"Observation"})).reason is Reason.NOT_FETCHED


def test_on_the_patient_it_needs_no_date(ask) -> None:
    rule = "fhirpath: {on: Patient, met: \"address.where(city = 'Beijing').exists()\"}"
    here = {"resourceType": "Patient", "id": "p1", "address": [{"city": "Beijing"}]}
    assert ask(rule, whole={"Patient": (here,)}).verdict is MET


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('fhirpath: {on: Observation, met: "a ="}', "`date` is missing"),
        ('fhirpath: {on: Observation, met: "a =", date: effective}', "not FHIRPath"),
        ('fhirpath: {on: Observation, met: "status status", date: effective}', "not FHIRPath"),
        ('fhirpath: {on: Observation, met: "nosuch(1)", date: effective}', "not FHIRPath"),
        ('fhirpath: {on: Observation, met: "effective > today()", date: effective}', "may not ask for today"),
        ('fhirpath: {on: Rock, met: "true", date: effective}', "'Rock' is not known here"),
    ],
)
def test_what_is_refused(rule, message) -> None:
    with pytest.raises(MappingError, match=message):
        read_rule(rule)
