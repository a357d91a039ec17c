"""Blanks in shared answers are filled in wherever they stand, before anybody reads them."""

from __future__ import annotations

import pytest

from fhir_screener.criteria.blank import MARK, PATIENT, Absence, Scope, filled
from fhir_screener.criteria.evidence import Evidence, unknown
from fhir_screener.records.facts import Patient
from fhir_screener.records.patient_record import PatientRecord, Seen
from fhir_screener.sentence import Text, join, say
from fhir_screener.verdict import Reason

SCOPE = Scope(PatientRecord(Patient(id="p1"), seen={"Observation": Seen(3, "2019-05-01")}))
NOTHING = Absence("HBsAg", {"Observation"})


@pytest.mark.parametrize(
    ("note", "expected"),
    [
        (NOTHING, "Nothing on record about HBsAg (3 records read since 2019-05-01)."),
        (
            say("So it is: {what}", what=NOTHING),
            "So it is: Nothing on record about HBsAg (3 records read since 2019-05-01).",
        ),
        (join("; ", [NOTHING, "ask"]), "Nothing on record about HBsAg (3 records read since 2019-05-01).; ask"),
    ],
)
def test_a_blank_is_filled_in_wherever_it_stands(note: Text, expected: str) -> None:
    (found,) = filled(unknown(Reason.NO_DATA, Evidence(note=note)), SCOPE).evidence
    assert str(found.note) == expected


def test_the_patient_of_a_shared_answer_is_filled_in() -> None:
    (found,) = filled(unknown(Reason.NO_DATA, Evidence(PATIENT, note="Sex: not said.")), SCOPE).evidence
    assert found.reference == "Patient/p1"
    assert MARK not in str(found)
