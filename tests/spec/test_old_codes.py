"""Diagnoses coded in ICD-9-CM, as charts of before 2016 hold them: what no list has is read by its display, in doubt."""

from __future__ import annotations

import pytest

from tests.spec.plain_patient import judged as judged
from tests.spec.plain_patient import said


def old(code: str, display: str, recorded: str = "2021-02-10") -> dict[str, object]:
    coding = {"system": "http://hl7.org/fhir/sid/icd-9-cm", "code": code, "display": display}
    return {"resourceType": "Condition", "code": {"coding": [coding]}, "recordedDate": recorded}


@pytest.mark.parametrize(
    ("code", "display", "criterion", "expected"),
    [
        ("790.7", "Bacteremia", "E2", "suspected"),
        ("572.0", "Abscess of liver", "E2", "suspected"),
        ("571.5", "Cirrhosis of liver without mention of alcohol", "E1", "suspected"),
        ("511.0", "Pleurisy without mention of effusion or current tuberculosis", "E9", "not_met"),
        ("V16.3", "Family history of malignant neoplasm of breast", "E4", "no-data"),
        ("401.9", "Unspecified essential hypertension", "E1", "no-data"),
    ],
)
def test_a_disease_by_an_old_code_is_not_passed_over(judged, code, display, criterion, expected) -> None:
    assert said(judged(old(code, display)), criterion) == expected


def test_an_old_code_of_an_absent_uterus_rules_a_pregnancy_out(judged) -> None:
    hers = {"gender": "female", "birthDate": "1980-05-05"}
    assert said(judged(old("V88.01", "Acquired absence of both cervix and uterus"), **hers), "E7") == "not_met"
    assert said(judged(old("V88.03", "Acquired absence of cervix with remaining uterus"), **hers), "E7") == "no-data"
