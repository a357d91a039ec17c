"""A procedure that is a sign of a disease: one under way, or broken off, is one too."""

from __future__ import annotations

import pytest

from tests.spec.plain_patient import judged as judged
from tests.spec.plain_patient import said


@pytest.mark.parametrize(
    ("status", "period", "expected"),
    [
        ("completed", {"start": "2021-02-01", "end": "2021-02-20"}, "suspected"),
        ("completed", {"start": "2021-02-01", "end": "2021-06-30"}, "suspected"),  # its end is planned
        ("in-progress", {"start": "2021-02-01"}, "suspected"),
        ("stopped", {"start": "2021-02-01", "end": "2021-02-02"}, "suspected"),
        ("not-done", {"start": "2021-02-01"}, "no-data"),
        ("completed", {"start": "2021-04-01", "end": "2021-06-30"}, "no-data"),  # still to come
    ],
)
def test_a_treatment_of_cancer_that_goes_on_is_a_sign_of_it(judged, status, period, expected) -> None:
    code = {
        "coding": [{"system": "http://snomed.info/sct", "code": "367336001", "display": "Chemotherapy (procedure)"}]
    }
    given = {"resourceType": "Procedure", "status": status, "code": code, "performedPeriod": period}
    assert said(judged(given), "E4") == expected
