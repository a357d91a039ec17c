"""Dates as intervals, calendar durations, and windows with both ends in."""

from __future__ import annotations

from datetime import date

import pytest

from fhir_screener.criteria.view import View, When
from fhir_screener.errors import UsageError
from fhir_screener.records.dates import Days, Duration, birthday, read_date
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.terminology.terms import Terminology
from tests.spec.facts import patient

SHANGHAI = "Asia/Shanghai"


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2021", "2021-01-01", "2021-12-31"),
        ("2020-02", "2020-02-01", "2020-02-29"),
        ("2021-03-01", "2021-03-01", "2021-03-01"),
        ("2021-03-01T23:30:00+08:00", "2021-03-01", "2021-03-01"),
        ("2021-03-01T23:30:00Z", "2021-03-02", "2021-03-02"),  # already the next day in Shanghai
        ("2021-03-01T23:30:00-05:00", "2021-03-02", "2021-03-02"),
        ("2021-03-01T23:30:00", "2021-03-01", "2021-03-01"),  # no offset: read in the study's zone
        ("2021-03-01 10:00", "2021-03-01", "2021-03-01"),
        ("2021-03-01T24:00:00Z", "2021-03-02", "2021-03-02"),
    ],
)
def test_a_fhir_date_is_an_interval_of_days(text, first, last) -> None:
    found = read_date(text, SHANGHAI)
    assert found == Days(date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal())


@pytest.mark.parametrize("text", ["", None, "soon", "2021-13", "2021-02-30", "0000", "2021-3-1", "21"])
def test_what_is_no_date_is_none(text) -> None:
    assert read_date(text, SHANGHAI) is None


@pytest.mark.parametrize(
    ("length", "day", "before"),
    [
        ("P6M", "2021-08-31", "2021-02-28"),
        ("P84D", "2021-03-01", "2020-12-07"),
        ("P12W", "2021-03-01", "2020-12-07"),
        ("P10Y", "2020-02-29", "2010-02-28"),
        ("PT48H", "2021-03-01", "2021-02-27"),
    ],
)
def test_durations_are_calendar_arithmetic(length, day, before) -> None:
    found = Duration.parse(length).before(date.fromisoformat(day).toordinal())
    assert date.fromordinal(found).isoformat() == before


def test_a_duration_says_what_it_wants() -> None:
    with pytest.raises(UsageError, match="write P6M"):
        Duration.parse("6 months")


def test_a_birthday_on_29_february_is_1_march_in_other_years() -> None:
    assert birthday(date(2004, 2, 29), 18) == date(2022, 3, 1)
    assert birthday(date(2004, 2, 29), 20) == date(2024, 2, 29)


@pytest.mark.parametrize(
    ("recorded", "where"),
    [
        ("2020-09-01", When.INSIDE),
        ("2020-08-31", When.BEFORE),
        ("2020", When.STRADDLES),
        ("2021-03-01", When.INSIDE),
        ("2021-03-02", When.FUTURE),
        ("2021-03", When.INSIDE),  # on record, so it has happened
    ],
)
def test_a_window_has_both_ends_in(recorded, where) -> None:
    view = View(PatientRecord(patient()), date(2021, 3, 1).toordinal(), SHANGHAI, Terminology([]))
    days = read_date(recorded, SHANGHAI)
    assert days is not None
    assert view.place(days, Duration.parse("P6M")) is where
