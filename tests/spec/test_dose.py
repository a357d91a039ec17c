"""`dose`: a drug class newly started or raised."""

from __future__ import annotations

import pytest

from fhir_screener.criteria.evidence import Finding
from fhir_screener.verdict import MET, UNKNOWN, Reason
from tests.spec import facts as make

RULE = (
    "dose: {of: [prednisone], in: prednisone, started_within: P28D, free_for: P90D, raised_within: P28D,"
    " baseline: {at_most: 10}, continuing: P180D, for: [target]}"
)


def course(start: str, mg: float, end: str = "", **more: object) -> object:
    status = "completed" if end else "active"
    return make.drug("P1", taken=f"{start}..{end}", mg=mg, status=status, asserted="2021-02-26", **more)


def answer(found: Finding) -> str:
    return found.reason.value if found.reason else found.verdict.value


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([], "no-data"),
        ([course("2021-02-01", 40)], "met"),  # 28 days ago
        ([course("2021-01-31", 40)], "judgement"),  # 29 days ago, continuing
        ([course("2020-08-01", 40)], "suspected"),  # long and unchanged
        ([course("2020-06-01", 20, "2021-02-23"), course("2021-02-24", 50)], "suspected"),  # baseline above 10
        ([course("2020-06-01", 8, "2021-02-23"), course("2021-02-24", 40)], "met"),
        ([course("2020-06-01", 10, "2021-02-23"), course("2021-02-24", 40)], "met"),
        ([course("2020-06-01", 8, "2020-12-31"), course("2021-01-01", 40)], "judgement"),
        ([course("2020-06-01", 40, "2021-02-23"), course("2021-02-24", 8)], "suspected"),  # reduced
        ([course("2020-10-05", 30, "2020-12-31")], "no-data"),  # ended
        ([course("2020-10-05", 30, "2021-01-15"), course("2021-02-10", 30)], "judgement"),  # too short a pause
        ([course("2020-06-01", 8), course("2021-02-20", 30)], "met"),  # in parallel: 8, then 38
        ([make.drug("P1", taken="2021-02-20..", asserted="2021-02-26")], "met"),  # newly started, dose unreadable
    ],
)
def test_starts_and_raises(ask, facts, expected) -> None:
    assert answer(ask(RULE, *facts)) == expected


def test_a_single_dose_is_no_start(ask) -> None:
    found = ask(RULE, make.drug("P1", "administration", taken="2021-02-20", mg=10))
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.NO_DATA)


def test_a_stated_other_disease_is_suspected(ask) -> None:
    other = make.concept(make.SNOMED, "99", "COPD")
    ours = make.concept(make.SNOMED, "I1")
    assert ask(RULE, course("2021-02-20", 40, reasons=(other,))).reason is Reason.SUSPECTED
    assert ask(RULE, course("2021-02-20", 40, reasons=(ours,))).verdict is MET


def test_a_baseline_that_straddles_ten_is_equivocal(ask) -> None:
    low, high = make.Quantity(5, "mg"), make.Quantity(15, "mg")
    dose = make.Dose(low=low, high=high, times=1, period=1, unit="d")
    before = make.drug("P1", taken="2020-06-01..2021-02-23", status="completed", doses=(dose,))
    assert ask(RULE, before, course("2021-02-24", 40)).reason is Reason.EQUIVOCAL


def test_sequential_steps_are_not_added(ask) -> None:
    steps = tuple(make.dose(mg, bounds_days=14, sequence=n) for n, mg in enumerate((40, 30, 20), start=1))
    taper = make.drug("P1", taken="2021-02-10..", doses=steps, asserted="2021-02-26")
    assert ask(RULE, taper).verdict is MET


def test_a_parallel_drug_counts_in_the_baseline(ask) -> None:
    """8 mg and 5 mg until yesterday are a baseline of 13 mg, even where one of them has ended."""
    beside = course("2020-06-01", 5, "2021-02-23")
    found = ask(RULE, course("2020-06-01", 8, "2021-02-23"), beside, course("2021-02-24", 40))
    assert found.reason is Reason.SUSPECTED


def test_a_course_ordered_ahead_has_not_begun(ask) -> None:
    ordered = make.drug(
        "P1", "request", authored="2021-02-20", doses=(make.dose(40, bounds=make.span("2021-03-15..")),)
    )
    assert ask(RULE, ordered).reason is Reason.NO_DATA
    assert ask(RULE, ordered, on="2021-03-20").verdict is MET
