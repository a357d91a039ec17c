"""`regimen`: drugs taken on the day asked about, their dose a day, and for how long unchanged."""

from __future__ import annotations

import pytest

from fhir_screener.criteria.evidence import Finding
from fhir_screener.errors import MappingError
from tests.spec import facts as make
from tests.spec.conftest import read_rule

DOSE = 'regimen: {of: [prednisone], dose: {at_least: {"mg/d": 10}, at_most: {"mg/d": 20}}}'
STABLE = "regimen: {of: [prednisone], unchanged_for: P8W}"


def course(start: str, mg: float | None, end: str = "", **more: object) -> object:
    status = "completed" if end else "active"
    return make.drug("P1", taken=f"{start}..{end}", mg=mg, status=status, asserted="2021-02-26", **more)


def order(written: str, mg: float, **more: object) -> object:
    return make.drug("P1", "request", authored=written, mg=mg, **more)


def answer(found: Finding) -> str:
    return found.reason.value if found.reason else found.verdict.value


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([course("2020-06-01", 10)], "met"),
        ([course("2020-06-01", 20)], "met"),  # both ends are in
        ([course("2020-06-01", 7.5)], "not_met"),
        ([course("2020-06-01", 25)], "not_met"),
        ([course("2020-06-01", 7.5), make.drug("P1", taken="2020-06-01..2021-06-01", mg=5)], "met"),  # both
        ([], "no-data"),  # no record is no answer
        ([course("2020-06-01", 10, "2021-02-28")], "no-data"),  # ended yesterday: another may not be on record
        ([course("2020-06-01", None)], "unreadable"),
        ([course("2020-06-01", None, doses=(make.dose(15, as_needed=True),))], "equivocal"),
        ([order("2021-02-01", 10), order("2020-12-01", 10)], "met"),  # renewed, the old order never closed
        ([order("2021-02-01", 10), order("2020-12-01", 15)], "equivocal"),  # 10, or 25?
        ([order("2019-02-01", 10)], "stale"),
        ([order("2021-04-01", 10)], "no-data"),  # still to come
    ],
)
def test_the_dose_today(ask, facts, expected) -> None:
    assert answer(ask(DOSE, *facts)) == expected


def test_a_dose_by_the_week(ask) -> None:
    weekly = course("2020-06-01", None, doses=(make.dose(15, unit="wk"),))
    assert answer(ask('regimen: {of: [prednisone], dose: {at_least: {"mg/wk": 15}}}', weekly)) == "met"
    assert answer(ask('regimen: {of: [prednisone], dose: {at_least: {"mg/wk": 17.5}}}', weekly)) == "not_met"


def test_doses_of_different_drugs_do_not_add_up(ask) -> None:
    rule = 'regimen: {of: [prednisone, prednisolone], dose: {at_least: {"mg/d": 10}}}'
    other = make.drug("P2", taken="2020-06-01..", mg=5, asserted="2021-02-26")
    assert answer(ask(rule, course("2020-06-01", 5), other)) == "unreadable"
    assert answer(ask(rule, other)) == "not_met"


@pytest.mark.parametrize(
    ("mg", "of_another", "expected"),
    [(10, 0, "not_met"), (12.5, 0, "met"), (7.5, 5, "met"), (5, 5, "not_met")],
)
def test_by_a_table_of_equivalents_they_do(ask, mg, of_another, expected) -> None:
    rule = 'regimen: {of: [prednisone, prednisolone], in: prednisone, dose: {above: {"mg/d": 10}}}'
    other = make.drug("P2", taken="2020-06-01..", mg=of_another, asserted="2021-02-26")
    assert answer(ask(rule, course("2020-06-01", mg), *([other] if of_another else []))) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([course("2021-01-04", 10)], "met"),  # eight weeks to the day
        ([course("2021-01-05", 10)], "no-data"),  # whether it was taken before is not on record
        ([course("2020-06-01", 15, "2020-12-31"), course("2021-01-01", 10)], "met"),
        ([course("2020-06-01", 15, "2021-01-31"), course("2021-02-01", 10)], "not_met"),
        ([course("2020-06-01", 10, "2021-01-31"), course("2021-02-05", 10)], "met"),  # a refill some days late
        ([course("2020-06-01", 10, "2021-01-10"), course("2021-02-05", 10)], "equivocal"),  # four weeks without
        ([course("2020-06-01", 10, "2021-01"), course("2021-02-05", 10)], "imprecise-date"),
        ([order("2020-12-01", 10), order("2021-02-01", 10)], "met"),
        ([course("2020-06-01", None)], "unreadable"),
    ],
)
def test_unchanged_for_so_long(ask, facts, expected) -> None:
    assert answer(ask(STABLE, *facts)) == expected


def test_one_drug_for_another_is_no_unchanged_dose(ask) -> None:
    """10 mg of the one and then 10 mg of the other are the same dose only by a table of equivalents."""
    facts = [
        course("2020-06-01", 10, "2021-01-31"),
        make.drug("P2", taken="2021-02-01..", mg=10, asserted="2021-02-26"),
    ]
    both = "regimen: {of: [prednisone, prednisolone], %s}"
    assert answer(ask(both % "unchanged_for: P8W", *facts)) == "unreadable"
    assert answer(ask(both % "in: prednisone, unchanged_for: P8W", *facts)) == "met"
    assert answer(ask(both % "unchanged_for: P2W", *facts)) == "met"
    assert answer(ask(both % "for: P8W", *facts)) == "met"


@pytest.mark.parametrize("asked", ["unchanged_for: P8W", "for: P8W"])
def test_a_record_in_doubt_carries_no_answer(ask, asked) -> None:
    rule = f"regimen: {{of: [prednisone], {asked}}}"
    on_hold = make.drug("P1", taken="2020-06-01..2021-01-31", mg=10, status="on-hold", asserted="2021-02-26")
    assert answer(ask(rule, on_hold, course("2021-02-01", 10))) == "equivocal"
    beside = "met" if asked.startswith("for") else "equivocal"  # 10 all the time, or 20 until January?
    assert answer(ask(rule, on_hold, course("2020-06-01", 10))) == beside


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ('dose: {at_most: {"mg/d": 20}}', "text-only"),
        ("unchanged_for: P8W", "text-only"),
        ('dose: {at_least: {"mg/d": 20}}', "text-only"),
        ('dose: {at_least: {"mg/d": 10}}', "met"),  # more of it would change nothing
        ("for: P8W", "met"),
    ],
)
def test_a_record_that_words_take_back_may_undo_the_answer(ask, asked, expected) -> None:
    perhaps = course("2021-02-20", 40, note="not taken")
    assert answer(ask(f"regimen: {{of: [prednisone], {asked}}}", course("2020-06-01", 10), perhaps)) == expected


def test_a_change_is_a_clock(ask) -> None:
    found = ask(STABLE, course("2020-06-01", 15, "2021-01-31"), course("2021-02-01", 10))
    assert found.clock
    assert str(found.evidence[0].note) == "15 mg/d on 2021-01-31, 10 mg/d today."


def test_taken_for_so_long_in_whatever_dose(ask) -> None:
    rule = "regimen: {of: [prednisone], for: P8W}"
    assert answer(ask(rule, course("2020-06-01", 15, "2021-01-31"), course("2021-02-01", 10))) == "met"
    assert answer(ask(rule, course("2021-02-01", None))) == "no-data"
    assert answer(ask(rule, course("2020-06-01", None))) == "met"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("regimen: {of: [prednisone]}", "asks for a dose or a time"),
        ("regimen: {of: [prednisone], dose: {at_least: {mg: 10}}}", "mass by time"),
        ('regimen: {of: [prednisone], dose: {at_least: {"mg/d": 10, "g/d": 1}}}', "one unit"),
        ('regimen: {of: [prednisone], dose: {at_least: {"mg/d": 10}, below: {"g/d": 1}}}', "one unit"),
    ],
)
def test_what_is_refused(rule, message) -> None:
    with pytest.raises(MappingError, match=message):
        read_rule(rule)
