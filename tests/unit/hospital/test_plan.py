"""The small logic of the plan: days, clocks, outcomes; and that the hospital's codes are no slips of the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from fhir_screener.sandbox.hospital import AS_OF, generate, shared_resources
from fhir_screener.sandbox.hospital.dates import birthday, last_day_of, months_ago, months_back, partial_across
from fhir_screener.sandbox.hospital.situations import ALL
from fhir_screener.sandbox.hospital.truth import (
    CRITERIA,
    EQUIVOCAL,
    JUDGEMENT,
    MET,
    NO_DATA,
    NOT_MET,
    Truth,
    first_free_day,
    outcome,
)

VERHOEFF_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


@pytest.mark.parametrize(
    ("criterion", "last", "first_free"),
    [
        ("E5", date(2021, 1, 10), date(2021, 7, 11)),
        ("E5", date(2025, 8, 31), date(2026, 3, 1)),  # six months before 28 February is 28 August
        ("E6", date(2026, 1, 1), date(2026, 3, 27)),
        ("E4", date(2012, 5, 31), date(2022, 6, 1)),
        ("E4", date(2016, 2, 29), date(2026, 3, 1)),
        ("I1", date(2012, 3, 15), date(2030, 3, 15)),
        ("I1", date(2012, 2, 29), date(2030, 3, 1)),
    ],
)
def test_first_day_without_the_fact(criterion: str, last: date, first_free: date) -> None:
    assert first_free_day(criterion, last) == first_free


@pytest.mark.parametrize("last", [AS_OF - timedelta(days=days) for days in range(0, 400, 7)])
def test_a_window_of_six_months_lets_go_on_the_day_said(last: date) -> None:
    free = first_free_day("E5", last)
    assert months_back(free, 6) > last >= months_back(free - timedelta(days=1), 6)


def test_month_steps_clamp() -> None:
    assert months_back(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_ago(6, days=1).on(date(2026, 3, 2)) == date(2025, 9, 1)
    assert birthday(date(2008, 2, 29), 20) == date(2028, 2, 29)
    assert [last_day_of(text) for text in ("2010", "2010-02", "2010-02-03")] == [
        date(2010, 12, 31),
        date(2010, 2, 28),
        date(2010, 2, 3),
    ]


@pytest.mark.parametrize(
    ("edge", "text"), [(date(2025, 9, 2), "2025-09"), (date(2025, 9, 1), "2025"), (date(2025, 1, 1), None)]
)
def test_a_partial_date_that_straddles(edge: date, text: str | None) -> None:
    assert partial_across(edge) == text


SOON, LATER_STILL = date(2026, 5, 1), date(2026, 8, 1)


@pytest.mark.parametrize(
    ("changes", "free_on", "expected"),
    [
        ({}, {}, ("candidate", None)),
        ({"I3": NO_DATA}, {}, ("no_signal", None)),
        ({"I3": NO_DATA, "E5": MET}, {}, ("no_signal", None)),
        ({"I3": JUDGEMENT}, {}, ("candidate", None)),
        ({"I3": EQUIVOCAL}, {}, ("review", None)),
        ({"E5": MET}, {}, ("excluded", None)),
        ({"E5": MET}, {"E5": SOON}, ("later", SOON)),
        ({"E5": MET, "E6": MET}, {"E5": SOON, "E6": LATER_STILL}, ("later", LATER_STILL)),
        ({"E5": MET, "E8b": MET}, {"E5": SOON}, ("excluded", None)),
        ({"E5": MET, "E9": EQUIVOCAL}, {"E5": SOON}, ("later", SOON)),
        ({"I3": NOT_MET}, {}, ("excluded", None)),
    ],
)
def test_outcome(changes: dict[str, Truth], free_on: dict[str, date], expected: tuple[str, date | None]) -> None:
    truths = {**dict.fromkeys(CRITERIA, NO_DATA), "I1": MET, "I3": MET, "I4": MET, **changes}
    assert outcome(truths, free_on) == expected
    assert outcome(truths, free_on, screenable=False) == ("not_screenable", None)


def test_each_situation_has_a_name_of_its_own() -> None:
    assert len({row.name for row in ALL}) == len(ALL)


def test_a_clock_only_where_something_decides() -> None:
    for row in ALL:
        if row.ends:
            assert row.criterion in ("I1", "E4", "E5", "E6")
            assert row.truth == (NOT_MET if row.criterion == "I1" else MET)


def codings(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if isinstance(value.get("system"), str) and isinstance(value.get("code"), str):
            yield value["system"], value["code"]
        for inner in value.values():
            yield from codings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from codings(inner)


def luhn(code: str) -> bool:
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(code.replace("-", "")))]
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def verhoeff(code: str) -> bool:
    def times(a: int, b: int) -> int:
        return (a + b) % 5 + 5 * (b > 4) if a < 5 else (a - b) % 5 + 5 * (b < 5)

    check = 0
    for place, digit in enumerate(reversed(code)):
        turned = int(digit)
        for _ in range(place % 8):
            turned = VERHOEFF_TURN[turned]
        check = times(check, turned)
    return check == 0


def test_check_digits() -> None:
    known = {pair for chart in generate() for one in chart.resources for pair in codings(one)}
    known |= {pair for one in shared_resources() for pair in codings(one)}
    loinc = {code for system, code in known if system == "http://loinc.org" and not code.startswith("LA")}
    snomed = {code for system, code in known if system == "http://snomed.info/sct"}
    assert len(loinc) > 60
    assert len(snomed) > 70
    assert [code for code in loinc if not luhn(code)] == []
    assert [code for code in snomed if not verhoeff(code)] == []
    assert not luhn("71774-6")
    assert not verhoeff("86406009")
