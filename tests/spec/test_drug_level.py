"""A drug's level in the blood: it was in the body on that day, whoever gave it. It never decides, and is never passed over."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.spec.plain_patient import judged as judged
from tests.spec.plain_patient import said


def level(test: str, value: str, day: str = "2021-02-01") -> dict[str, Any]:
    coded = {"coding": [{"system": "http://loinc.org", "code": test}]} if test[0].isdigit() else {"text": test}
    base = {"resourceType": "Observation", "status": "final", "code": coded, "effectiveDateTime": day}
    amount = re.fullmatch(r"(<?)([\d.]+) (\S+)", value)
    if amount is None:
        return {**base, "valueString": value}
    compared = {"comparator": amount[1]} if amount[1] else {}
    return {**base, "valueQuantity": {"value": float(amount[2]), "unit": amount[3], **compared}}


@pytest.mark.parametrize(
    ("test", "value", "answer"),
    [
        ("11253-2", "6.2 ng/mL", "suspected"),
        ("Tacrolimus trough level", "6.2 ng/mL", "suspected"),
        ("他克莫司血药浓度", "6.2 ng/mL", "suspected"),
        ("环孢素A浓度", "128 ng/mL", "suspected"),
        ("霉酚酸浓度测定", "2.1 mg/L", "suspected"),
        ("甲氨蝶呤血药浓度", "0.05 umol/L", "suspected"),
        ("Tacrolimus, LC-MS/MS, ward 7", "6.2 ng/mL", "text-only"),  # by a name that only looks like it
        ("11253-2", "<1.5 ng/mL", "equivocal"),  # below a limit: little, or none
        ("11253-2", "not detected", "no-data"),
        ("11253-2", "0 ng/mL", "no-data"),
    ],
)
def test_of_an_immunosuppressant(judged, test, value, answer) -> None:
    assert said(judged(level(test, value)), "E6") == answer


@pytest.mark.parametrize(
    ("day", "answer"), [("2020-12-07", "suspected"), ("2020-12-06", "no-data"), ("2019-05", "no-data")]
)
def test_in_the_time_that_is_asked_about(judged, day, answer) -> None:
    assert said(judged(level("11253-2", "6.2 ng/mL", day)), "E6") == answer


@pytest.mark.parametrize("test", ["39803-2", "Infliximab level", "英夫利西单抗血药浓度", "Adalimumab trough"])
def test_of_a_biologic(judged, test) -> None:
    found = judged(level(test, "4.5 ug/mL", "2020-10-01"))
    assert said(found, "E5") == "suspected"
    assert said(found, "E6") == "no-data"


def test_that_the_drug_was_taken_stands_beside_it(judged) -> None:
    taken = {
        "resourceType": "MedicationStatement",
        "status": "active",
        "medicationCodeableConcept": {"text": "他克莫司胶囊"},
        "effectivePeriod": {"start": "2021-01-01"},
        "dateAsserted": "2021-02-01",
    }
    assert said(judged(taken, level("11253-2", "6.2 ng/mL")), "E6") == "met"
