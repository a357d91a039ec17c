"""A day that the charts cannot speak for is said, and judged all the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from fhir_screener.cli.as_of import Reach, ahead
from fhir_screener.records.facts import Patient
from fhir_screener.records.patient_record import PatientRecord, Seen


def test_a_day_still_to_come_is_said() -> None:
    today = datetime.now(UTC).date()
    assert ahead(None) == ahead(today) == ahead(today + timedelta(days=1)) == ahead(date(2001, 1, 1)) == ""
    assert "still to come" in ahead(today + timedelta(days=2))


def reached(*since: str | None) -> str:
    """What is said of charts whose oldest dated records are of these days, as of 2021-03-01."""
    reach = Reach(date(2021, 3, 1))
    for one in since:
        patient = Patient(id="p", version="1", gender="male", birth_date="1960")
        reach.look(PatientRecord(patient, seen={"Condition": Seen(1, one), "Observation": Seen()}))
    return reach.said


@pytest.mark.parametrize(
    ("since", "said"),
    [
        (("2021-03-02", "2022"), True),
        (("2021-03-02", "2021-03-01"), False),
        (("2021-03-02", "2021"), False),  # some day of that year
        (("2021-04",), True),
        ((None,), False),  # nothing dated says nothing
        ((), False),
    ],
)
def test_a_day_before_everything_on_record_is_said(since: tuple[str | None, ...], said: bool) -> None:
    assert bool(reached(*since)) is said


def test_where_the_data_start_is_said() -> None:
    assert "before everything on record: the data start on 2021-03-02;" in reached("2022-05-01", "2021-03-02T08:00:00Z")
    few = reached("2020-01-01", *["2021-07-01"] * 3)
    assert "the data start on 2020-01-01, and 3 of 4 patients have no dated record from before that day" in few
