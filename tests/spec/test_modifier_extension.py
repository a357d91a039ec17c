"""A modifier extension that is not understood: the record may mean the opposite, so it is never read as it stands.

What hangs on it is `unreadable`, and a person looks; what other records say beyond doubt stands.
"""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from fhir_screener.verdict import Reason
from tests.spec import facts as make
from tests.spec.plain_patient import judged as judged
from tests.spec.plain_patient import said

STRANGE = [{"url": "https://ehr.example/fhir/StructureDefinition/heard-of-once", "valueBoolean": True}]
NOT_DONE = [{"url": "http://hl7.org/fhir/us/qicore/StructureDefinition/qicore-notDone", "valueBoolean": True}]

RITUXIMAB: dict[str, Any] = {
    "resourceType": "MedicationAdministration",
    "status": "completed",
    "medicationCodeableConcept": {"text": "rituximab"},
    "effectiveDateTime": "2021-01-05",
}
CANCER: dict[str, Any] = {
    "resourceType": "Condition",
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C25.9"}]},
    "onsetDateTime": "2019",
}
LYMPHOMA = {**CANCER, "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C85.9"}]}}
HBSAG: dict[str, Any] = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "5196-1"}]},
    "effectiveDateTime": "2021-02-20",
    "valueCodeableConcept": {"text": "positive"},
}
HIV = {**HBSAG, "code": {"coding": [{"system": "http://loinc.org", "code": "5221-7"}]}}


def strange(record: dict[str, Any]) -> dict[str, Any]:
    return {**record, "modifierExtension": STRANGE}


@pytest.mark.parametrize(
    ("record", "criterion", "plain"),
    [
        (RITUXIMAB, "E5", "met"),
        (CANCER, "E4", "met"),
        (HBSAG, "E8a", "conflicting"),  # with the plain patient's negative test
        (HIV, "E8b", "conflicting"),
    ],
)
def test_the_record_itself(judged, record, criterion, plain) -> None:
    assert said(judged(record), criterion) == plain
    found = judged(strange(record))
    assert said(found, criterion) == "unreadable"
    assert found.outcome.value == "review"


@pytest.mark.parametrize(
    ("record", "criterion"),
    [
        ({**RITUXIMAB, "dosage": {"text": "375 mg/m2", "modifierExtension": STRANGE}}, "E5"),
        ({**HBSAG, "referenceRange": [{"text": "negative", "modifierExtension": STRANGE}]}, "E8a"),
        (
            {
                **HBSAG,
                "code": {"text": "Infection screen"},
                "valueCodeableConcept": None,
                "component": [{"code": HBSAG["code"], "valueString": "positive", "modifierExtension": STRANGE}],
            },
            "E8a",
        ),
        (
            {
                **RITUXIMAB,
                "medicationCodeableConcept": None,
                "medicationReference": {"reference": "#m"},
                "contained": [
                    {
                        "resourceType": "Medication",
                        "id": "m",
                        "code": {"text": "rituximab"},
                        "modifierExtension": STRANGE,
                    }
                ],
            },
            "E5",
        ),
    ],
)
def test_a_part_of_it(judged, record, criterion) -> None:
    assert said(judged({key: one for key, one in record.items() if one is not None}), criterion) == "unreadable"


def test_a_drug_that_nobody_can_name(judged) -> None:
    found = judged(strange({**RITUXIMAB, "medicationCodeableConcept": {"text": "Zyxolin"}}))
    assert [said(found, criterion) for criterion in ("E5", "E6")] == ["unreadable", "unreadable"]


def test_what_another_record_says_beyond_doubt_stands(judged) -> None:
    assert said(judged(strange(CANCER), LYMPHOMA), "E4") == "met"


def test_a_no_beside_it_does_not_stand(judged) -> None:
    """The plain patient's HBsAg is negative, and so is what rests on it."""
    assert said(judged(), "E8a") == "not_met"
    assert said(judged(strange({**HBSAG, "valueCodeableConcept": {"text": "negative"}})), "E8a") == "unreadable"


HBSAG_LATEST = "result: {of: [hbsag], within: P3M, take: latest, positive: met, negative: not_met}"


@pytest.mark.parametrize(
    ("rule", "clear", "newer"),
    [
        (HBSAG_LATEST, make.result("L1", "positive", "2021-01-10"), make.result("L1", "negative", "2021-02-20")),
        (
            "regimen: {of: [prednisone], unchanged_for: P8W}",
            make.drug("P1", taken="2020-06-01..", mg=10, asserted="2021-02-26"),
            make.drug("P1", taken="2021-02-01..", mg=30, asserted="2021-02-26"),
        ),
    ],
)
def test_a_yes_that_it_could_undo_does_not_stand(ask, rule, clear, newer) -> None:
    assert ask(rule, clear).verdict.value == "met"
    assert ask(rule, clear, replace(newer, modified=True)).reason is Reason.UNREADABLE


@pytest.mark.parametrize(
    ("rule", "fact"),
    [
        ("immunization: {in: [vaccine]}", make.vaccine("V1", "2021-01-10")),
        ("count: {of: [{immunization: {in: [vaccine]}}], at_least: 1}", make.vaccine("V1", "2021-01-10")),
        ("encounter: {in: [stay]}", make.encounter("E1", "2021-01-10..2021-01-12")),
        ("tested: {of: [hbsag]}", make.result("L1", "negative", "2021-01-10")),
    ],
)
def test_no_event_is_counted_by_it(ask, rule, fact) -> None:
    assert ask(rule, fact).verdict.value == "met"
    assert ask(rule, replace(fact, modified=True)).reason is Reason.UNREADABLE


def test_before_the_time_that_is_asked_about_it_matters_to_nobody(judged) -> None:
    found = judged(strange({**RITUXIMAB, "effectiveDateTime": "2015-01-05"}))
    assert said(found, "E5") == "no-data"
    assert found.outcome.value == "candidate"


def test_not_done_is_nothing_to_guess_at(judged) -> None:
    done = {"resourceType": "Procedure", "status": "completed", "code": {"text": "Rituximab infusion"}}
    when = {"performedDateTime": "2021-01-05"}
    assert said(judged({**done, **when}), "E5") == "met"
    assert said(judged({**done, **when, "modifierExtension": NOT_DONE}), "E5") == "unreadable"


def test_not_done_false_leaves_the_record_as_it_is(judged) -> None:
    said_no = [{**NOT_DONE[0], "valueBoolean": False}]
    assert said(judged({**RITUXIMAB, "modifierExtension": said_no}), "E5") == "met"


def test_a_record_that_concerns_nobody_may_carry_what_it_likes(judged) -> None:
    other = strange({"resourceType": "Condition", "code": {"text": "Hypertension"}})
    assert judged(other).outcome.value == "candidate"


def test_consent_and_refusal(judged) -> None:
    consent = {
        "resourceType": "Consent",
        "status": "active",
        "scope": {"coding": [{"code": "research"}]},
        "patient": {"reference": "Patient/b00-pt"},
        "dateTime": "2021-02-01",
        "policy": [{"uri": "https://clinicaltrials.gov/study/NCT04660565"}],
        "provision": {"type": "permit"},
    }
    assert said(judged(consent), "I2") == "met"
    assert said(judged(strange(consent)), "I2") == "unreadable"
    denied = {**consent, "provision": {"type": "deny"}}
    assert said(judged(denied), "I2") == "not_met"
    assert said(judged(strange(denied)), "I2") == "unreadable"
    part = {**consent, "provision": {"type": "permit", "modifierExtension": STRANGE}}
    assert said(judged(part), "I2") == "unreadable"
