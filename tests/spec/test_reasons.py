"""What a drug, a procedure or a visit was for: a sign of a diagnosis that the chart does not hold, and never more."""

from __future__ import annotations

from typing import Any

import pytest

from tests.spec.plain_patient import judged as judged
from tests.spec.plain_patient import said


def icd(code: str) -> list[dict[str, Any]]:
    return [{"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}]}]


def ordered(reason: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    base = {"resourceType": "MedicationRequest", "status": "active", "intent": "order", "authoredOn": "2021-01-15"}
    return {**base, "medicationCodeableConcept": {"text": "metformin"}, "reasonCode": reason, **more}


def visit(reason: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    base = {"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}}
    return {**base, "period": {"start": "2021-01-15", "end": "2021-01-15"}, "reasonCode": reason, **more}


def done(reason: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    base = {"resourceType": "Procedure", "status": "completed", "code": {"text": "Bronchoscopy"}}
    return {**base, "performedDateTime": "2021-01-15", "reasonCode": reason, **more}


@pytest.mark.parametrize("record", [ordered, visit, done])
@pytest.mark.parametrize(
    ("reason", "criterion", "answer"),
    [
        (icd("C85.9"), "E4", "suspected"),
        (icd("A15.0"), "E9", "suspected"),
        (icd("B20"), "E8b", "suspected"),
        ([{"text": "lymphoma"}], "E4", "text-only"),
        ([{"text": "no lymphoma"}], "E4", "no-data"),
        (icd("Z12.3"), "E4", "no-data"),  # a screening
        (icd("I10"), "E4", "no-data"),
    ],
)
def test_a_stated_reason(judged, record, reason, criterion, answer) -> None:
    assert said(judged(record(reason)), criterion) == answer


def test_the_disease_of_the_study_is_a_signal(judged) -> None:
    """Without score and diagnosis the plain patient gives no signal at all."""
    own = ("acr-eular-2019-igg4rd-score", "D89.84")
    assert judged(without=own).outcome.value == "no_signal"
    assert judged(ordered([{"text": "IgG4-related disease"}]), without=own).outcome.value == "review"


def test_the_charts_own_diagnosis_speaks_instead(judged) -> None:
    resolved = {
        "resourceType": "Condition",
        "code": icd("C85.9")[0],
        "onsetDateTime": "2001-05-01",
        "abatementDateTime": "2002-05-01",
    }
    assert said(judged(resolved, visit(icd("C85.9"))), "E4") == "no-data"


@pytest.mark.parametrize(
    "record",
    [
        ordered(icd("C85.9"), status="cancelled"),
        ordered(icd("C85.9"), intent="plan"),
        visit(icd("C85.9"), status="planned"),
        done(icd("C85.9"), status="not-done"),
    ],
)
def test_what_did_not_take_place_had_no_reason(judged, record) -> None:
    assert said(judged(record), "E4") == "no-data"
