"""Spans of FHIR dates, and how they compare."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_screener.sandbox.moments import ALWAYS, COMPARE, instant, span, spans


def at(*parts):
    return datetime(*parts, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2024", at(2024, 1, 1), at(2025, 1, 1)),
        ("2023", at(2023, 1, 1), at(2024, 1, 1)),
        ("2024-02", at(2024, 2, 1), at(2024, 3, 1)),
        ("2025-12", at(2025, 12, 1), at(2026, 1, 1)),
        ("2025-03-30", at(2025, 3, 30), at(2025, 3, 31)),
        ("2025-03-30T10:15", at(2025, 3, 30, 10, 15), at(2025, 3, 30, 10, 16)),
        ("2025-03-30T10:15:30", at(2025, 3, 30, 10, 15, 30), at(2025, 3, 30, 10, 15, 31)),
        ("2025-03-30T10:15:30+08:00", at(2025, 3, 30, 2, 15, 30), at(2025, 3, 30, 2, 15, 31)),
        ("2025-03-30T10:15:30-0530", at(2025, 3, 30, 15, 45, 30), at(2025, 3, 30, 15, 45, 31)),
        ("9999-12", at(9999, 12, 1), at(9999, 12, 31) + 86_400),
    ],
)
def test_span(text, start, end):
    assert span(text) == (start, end)


def test_a_fraction_of_a_second_is_as_long_as_its_last_digit():
    start, end = span("2025-01-01T00:00:00.25Z")
    assert (start, round(end - start, 6)) == (at(2025, 1, 1) + 0.25, 0.01)


@pytest.mark.parametrize("text", ["", "25", "2025-13", "2025-02-30", "2025-1-1", "today", "2025-01-01T25:00"])
def test_no_date(text):
    assert span(text) is None


def test_elements_that_hold_dates():
    assert spans({"start": "2025", "end": "2025-06"}) == [(at(2025, 1, 1), at(2025, 7, 1))]
    assert spans({"start": "2025"}) == [(at(2025, 1, 1), ALWAYS)]
    assert spans({"end": "2025"}) == [(-ALWAYS, at(2026, 1, 1))]
    assert spans({"event": ["2025-01-01"], "repeat": {"boundsPeriod": {"start": "2025"}}}) == [
        (at(2025, 1, 1), at(2025, 1, 2)),
        (at(2025, 1, 1), ALWAYS),
    ]
    assert spans({}) == spans({"start": "soon"}) == spans(5) == []


dates = st.dates(min_value=date(1901, 1, 1), max_value=date(2100, 1, 1))
written = dates.flatmap(lambda day: st.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"]))


@given(written, written)
def test_prefixes_agree_with_each_other(found, asked):
    one, other = span(found), span(asked)
    said = {prefix: compare(one, other) for prefix, compare in COMPARE.items()}
    assert said["ne"] is not said["eq"]
    assert said["ge"] is (said["gt"] or said["eq"])
    assert said["le"] is (said["lt"] or said["eq"])
    assert not (said["sa"] and said["eb"])
    assert said["gt"] or not said["sa"]
    assert said["lt"] or not said["eb"]


@given(st.integers(min_value=-600_000_000_000, max_value=4_000_000_000_000))
def test_an_instant_reads_back_to_the_millisecond(milliseconds):
    start, _ = span(instant(milliseconds / 1000))
    assert abs(start - milliseconds / 1000) < 0.0005
