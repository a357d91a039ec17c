"""HIV tests by the names that laboratories and clinics of many countries give them."""

from __future__ import annotations

import pytest

from tests.spec.plain_patient import judged as judged
from tests.spec.plain_patient import said


@pytest.mark.parametrize(
    "name", ["HIV RAPID TEST, QUALITATIVE", "HIV test", "HIV ELISA", "HIV DNA POLYMERASE CHAIN REACTION, QUALITATIVE"]
)
def test_a_positive_test_by_a_local_name_is_asked_about(judged, name) -> None:
    """A test that nothing has confirmed yet."""
    result = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": name},
        "effectiveDateTime": "2021-02-20",
        "valueCodeableConcept": {"text": "Positive"},
    }
    without = ("56888-1", "7918-6", "31201-7", "75622-1", "29893-5", "89374-3")
    assert said(judged(result, without=without), "E8b") in ("equivocal", "conflicting")
