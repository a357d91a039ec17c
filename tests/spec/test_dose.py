"""`dose`: a drug class newly started or raised."""

from __future__ import annotations

from datetime import date, timedelta

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


OLD, NEW = "2020-06-01", "2021-02-20"


def raised_from(dose: make.Dose, **more: object) -> tuple[object, ...]:
    """A course of this dose until 19 February, then 40 mg."""
    return make.drug("P1", taken=f"{OLD}..2021-02-19", status="completed", doses=(dose,), **more), course(NEW, 40)


def order(start: str, mg: float, **more: object) -> object:
    return make.drug("P1", "request", authored=start, mg=mg, **more)


def supply(day: str, mg: float) -> object:
    return make.drug("P1", "dispense", taken=day, authored=day, supply_days=30, mg=mg)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([order(OLD, 10), order(NEW, 10)], "suspected"),  # renewed, the old order never closed
        ([order(OLD, 10), order(NEW, 5)], "equivocal"),  # 5, or 15?
        ([order(OLD, 10), order(NEW, 40)], "met"),  # 40, or 50
        ([supply("2021-01-10", 10), supply("2021-02-05", 10)], "judgement"),  # refilled four days early
        ([course(OLD, 10, NEW), course(NEW, 10)], "suspected"),  # both written on the day of change
    ],
)
def test_the_same_dose_again_is_no_raise(ask, facts, expected) -> None:
    """A newer record may replace an older one that nobody closed, or add to it."""
    assert answer(ask(RULE, *facts)) == expected


@pytest.mark.parametrize(
    ("baseline", "expected"),
    [
        (make.dose(10, text="10 mg once daily"), "met"),
        (make.Dose(text="10 mg daily"), "met"),
        (make.Dose(text="泼尼松 10mg bid"), "unreadable"),  # a name that no list here knows
        (make.Dose(text="10mg bid"), "suspected"),
        (make.Dose(text="遵医嘱"), "unreadable"),
        (make.dose(7.5, text="7.5 mg bid"), "equivocal"),  # 7.5 by the code, 15 by the words
        (make.dose(7.5, times=None, text="bid"), "suspected"),
        (make.dose(15, as_needed=True), "equivocal"),
        (make.Dose(text="15mg qd prn"), "equivocal"),
        (make.dose(7.5, times_max=2), "equivocal"),
        (make.dose(10, low=make.Quantity(10, ""), high=make.Quantity(10, "")), "unreadable"),  # ten of what?
        (make.dose(10, low=make.Quantity(12, "mg", "<"), high=make.Quantity(12, "mg", "<")), "equivocal"),
        (make.dose(10, low=make.Quantity(5, "mg"), high=None), "equivocal"),  # 5 or more
    ],
)
def test_the_baseline_is_read_from_code_and_words(ask, baseline, expected) -> None:
    assert answer(ask(RULE, *raised_from(baseline))) == expected


def test_an_order_that_replaces_another_ends_it(ask) -> None:
    """40 mg of November, never closed, and 10 mg of last week: two doses at a time, or a reduction."""
    old = make.drug("P1", "request", authored="2020-11-20", mg=40)
    assert answer(ask(RULE, old, make.drug("P1", "request", authored="2021-02-20", mg=10))) == "suspected"
    assert (
        answer(ask(RULE, old, make.drug("P1", "request", authored="2021-02-20", mg=10, replaces=old.ref)))
        == "judgement"
    )


def test_pieces_and_volumes_count_by_the_strength(ask) -> None:
    two = {"low": make.Quantity(2, "{tablet}"), "high": make.Quantity(2, "{tablet}")}
    assert answer(ask(RULE, *raised_from(make.dose(0, **two)))) == "unreadable"
    assert answer(ask(RULE, *raised_from(make.dose(0, **two), strength=make.Quantity(5, "mg")))) == "met"
    pieces = {"low": make.Quantity(1.5, "Stück"), "high": make.Quantity(1.5, "Stück")}
    assert answer(ask(RULE, *raised_from(make.dose(0, **pieces), strength=make.Quantity(5, "mg")))) == "met"
    three = {"low": make.Quantity(3, "mL"), "high": make.Quantity(3, "mL")}
    assert answer(ask(RULE, *raised_from(make.dose(0, **three), strength=make.Quantity(5, "mg/mL")))) == "suspected"


def test_a_dose_by_the_kilogram_needs_a_weight(ask) -> None:
    rule = RULE.replace("for: [target]", "for: [target], weight: [weight]")
    per_kilo = {"low": make.Quantity(0.15, "mg/kg"), "high": make.Quantity(0.15, "mg/kg")}
    facts = raised_from(make.dose(0, **per_kilo))
    assert answer(ask(rule, *facts)) == "unreadable"
    assert answer(ask(rule, *facts, make.result("L6", 60, unit="kg"))) == "met"
    assert answer(ask(rule, *facts, make.result("L6", 80, unit="kg"))) == "suspected"
    assert answer(ask(rule, *facts, make.result("L6", 60, unit="kg"), make.result("L6", 70, unit="kg"))) == "equivocal"
    assert answer(ask(rule, *facts, make.result("L6", 60, unit="kg", on="2019-05-02"))) == "unreadable"


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (order(NEW, 50, doses=(make.dose(50, once=True),)), "no-data"),
        (order(NEW, 50, doses=(make.Dose(text="50 mg once"),)), "no-data"),
        (order(NEW, 50, dose_text="50 mg before contrast"), "no-data"),
        (order(NEW, 20, doses=(make.dose(20, as_needed=True),)), "equivocal"),
        (order(NEW, 0), "no-data"),
        (order(NEW, 40, dose_text="inject 40 mg into the left knee"), "no-data"),
        (make.drug("P1", "procedure", taken=NEW, only_named=True), "no-data"),
        (order(NEW, 20), "met"),
    ],
)
def test_what_is_no_start(ask, fact, expected) -> None:
    """A single dose, premedication and a dose of nothing; as needed, perhaps."""
    assert answer(ask(RULE, fact)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([course(OLD, 20, "2020-11-21"), course(NEW, 40)], "met"),  # 90 days without
        ([course(OLD, 20, "2020-11-22"), course(NEW, 40)], "judgement"),
        ([course(OLD, 20, "2020-11"), course(NEW, 40)], "imprecise-date"),
        ([make.drug("P1", taken=OLD, status="completed", mg=20), course(NEW, 40)], "imprecise-date"),
        ([make.drug("P1", taken=f"{OLD}..{OLD}", status="completed", mg=20), course(NEW, 40)], "met"),
        ([make.drug("P1", taken=f"{OLD}..", status="completed", mg=20), course(NEW, 40)], "imprecise-date"),
        ([course("2021-02-10", 40, "2021-02-28")], "no-data"),  # ended yesterday
        ([course("2021-02-10", 40, "2021-03-01")], "met"),  # ends today
        ([course("2021-02-10", 40, "2021-02")], "no-data"),  # ended by yesterday, whichever day it was
        ([course("2021-01", 5, "2021-01"), course("2021", 40)], "imprecise-date"),
    ],
)
def test_dates_that_are_not_known_to_the_day(ask, facts, expected) -> None:
    """The answer counts where it is the same for the earliest beginnings and latest ends as for the opposite."""
    assert answer(ask(RULE, *facts)) == expected


def test_a_reason_that_is_denied_is_not_stated(ask) -> None:
    ours = make.concept(make.SNOMED, "I1")
    refuted = make.condition("I1", verification="refuted")
    by_reference = make.Concept((), refuted.ref)
    assert answer(ask(RULE, course(NEW, 40, reasons=(ours,)))) == "met"
    assert answer(ask(RULE, course(NEW, 40, reasons=(by_reference,)), refuted)) == "suspected"


def test_a_raise_within_one_record_has_that_records_reason(ask) -> None:
    steps = make.dose(5, bounds=make.span(f"{OLD}..2021-02-19")), make.dose(40, bounds=make.span(f"{NEW}.."))
    other = make.concept(make.SNOMED, "99", "COPD")
    assert answer(ask(RULE, make.drug("P1", taken=f"{OLD}..", doses=steps, asserted="2021-02-26"))) == "met"
    told = make.drug("P1", taken=f"{OLD}..", doses=steps, asserted="2021-02-26", reasons=(other,))
    assert answer(ask(RULE, told)) == "suspected"


def given(day: str, mg: float) -> object:
    return make.drug("P1", "administration", taken=day, mg=mg)


def test_a_day_nobody_wrote_down_is_no_day_without(ask) -> None:
    """Given daily for eight weeks on top of a parallel course; one missing entry makes the next dose no raise."""
    beside = make.drug("P2", taken=f"{OLD}..", mg=5, asserted="2021-02-26")
    days = [date(2021, 1, 5) + timedelta(days=n) for n in range(56)]
    doses = [given(day.isoformat(), 20) for day in days]
    rule = RULE.replace("of: [prednisone]", "of: [prednisone, prednisolone]")
    assert answer(ask(rule, beside, *doses)) == "judgement"  # raised from 5 on 5 January
    assert answer(ask(rule, beside, *doses[:40], *doses[41:])) == "equivocal"
    assert answer(ask(rule, beside, *doses[30:])) == "met"  # raised from 5 on 4 February


@pytest.mark.parametrize(
    ("written", "expected"),
    [("2021-01-15", "met"), ("2021-02-26", "equivocal")],  # before the order, after it
)
def test_a_home_list_speaks_from_the_day_it_was_written(ask, written, expected) -> None:
    home = make.drug("P1", taken=f"{OLD}..", mg=10, asserted=written)
    assert answer(ask(RULE, home, order(NEW, 40))) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([course(OLD, 7.5, "2021-02-16"), course(NEW, 40)], "equivocal"),  # nothing on record for three days
        ([course(OLD, 7.5, "2021-02-16"), course(NEW, 7.5)], "suspected"),  # refilled late
        ([course(OLD, 40, "2021-02-16"), course(NEW, 15)], "suspected"),  # reduced
        ([course(OLD, 15, "2021-02-16"), course(NEW, 40)], "suspected"),  # from above 10
    ],
)
def test_a_few_days_without_a_record_hide_no_raise(ask, facts, expected) -> None:
    """The last dose on record is compared; whether it was in force the day before is not known."""
    assert answer(ask(RULE, *facts)) == expected


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(7.5, 40, "met"), (20, 40, "suspected"), (7.5, 7.5, "suspected")],
)
def test_pulses_stand_in_for_the_dose_before_them(ask, before, after, expected) -> None:
    """500 mg on three days between two doses of tablets: the second is compared with the first."""
    pulses = [make.drug("P2", "administration", taken=f"2021-02-{day}", mg=500) for day in (17, 18, 19)]
    rule = RULE.replace("of: [prednisone]", "of: [prednisone, prednisolone]")
    assert answer(ask(rule, course(OLD, before, "2021-02-16"), *pulses, course(NEW, after))) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([course("2021-02-02", 40, "2021-02-06"), course(NEW, 30)], "met"),  # paused for two weeks, all in 28 days
        ([course("2021-01-25", 40, "2021-02-06"), course(NEW, 30)], "judgement"),
        ([order("2021-02-02", 40, status="completed"), order(NEW, 30)], "met"),  # wherever the first order ended
    ],
)
def test_a_start_within_the_window_may_have_paused(ask, facts, expected) -> None:
    assert answer(ask(RULE, *facts)) == expected


LATELY = make.drug("P1", "request", authored="2021-02-20", mg=40)


@pytest.mark.parametrize(
    ("earlier", "expected"),
    [
        ({"asserted": "2020-12-20"}, "imprecise-date"),  # taken then; since when, and until when, nobody knows
        ({}, "imprecise-date"),
        ({"status": "completed", "taken": "..2021-01-31"}, "imprecise-date"),
        ({"status": "completed", "taken": "..2020-10-31"}, "met"),  # over for longer than was asked
        ({"asserted": "2021-02-21"}, "met"),  # written down since: the same tablets
    ],
)
def test_an_earlier_course_of_unknown_beginning_leaves_a_new_start_open(ask, earlier, expected) -> None:
    assert answer(ask(RULE, make.drug("P1", mg=5, **earlier), LATELY)) == expected


TAPER = tuple(make.dose(mg, bounds_days=28.0, sequence=step) for step, mg in enumerate((40, 30, 20), 1))


def test_instructions_in_sequence_last_one_after_another(ask) -> None:
    """Three times 28 days from 1 October end on 23 December, less than 90 days before the next start."""
    taper = make.drug("P1", "request", authored="2020-10-01", doses=TAPER, status="completed")
    assert answer(ask(RULE, taper, LATELY)) == "judgement"


def test_two_instructions_of_one_step_add_up(ask) -> None:
    twice = (make.dose(5, sequence=1, bounds_days=100.0), make.dose(3, sequence=1, bounds_days=100.0))
    course = make.drug("P1", "request", authored="2020-12-01", doses=(*twice, make.dose(1, sequence=2)))
    assert any("8 mg prednisone" in str(item.note) for item in ask(RULE, course).evidence)


@pytest.mark.parametrize("day", ["2021-03-01", "2021-02-26"])
def test_an_order_stopped_nobody_knows_when_is_no_start(ask, day) -> None:
    """Perhaps it was stopped before the first tablet, on its first day too."""
    stopped = make.drug("P1", "request", authored=day, mg=40, status="stopped")
    assert answer(ask(RULE, stopped)) == "imprecise-date"
    assert answer(ask(RULE, make.drug("P1", "request", authored=day, mg=40))) == "met"
