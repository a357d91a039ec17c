"""`count`: so many events on different days."""

from __future__ import annotations

import pytest

from fhir_screener.criteria.view import View
from fhir_screener.errors import MappingError
from fhir_screener.verdict import MET, UNKNOWN, Reason
from tests.spec import facts as make
from tests.spec.conftest import AS_OF, SETS, ZONE, read_rule, record_of

TWO = "count: {of: [{encounter: {in: [stay]}}], at_least: 2, within: P1Y}"


def stays(*days: str) -> list:
    return [make.encounter("E1", day) for day in days]


@pytest.mark.parametrize(
    ("days", "verdict", "reason"),
    [
        (["2020-05-01", "2020-11-01"], MET, None),
        (["2020-05-01"], UNKNOWN, Reason.NO_DATA),  # one of two: another may not be on record
        (["2020-05-01", "2020-05-01"], UNKNOWN, Reason.NO_DATA),  # one day is one event
        (["2020-05-01", "2020-02-29"], UNKNOWN, Reason.NO_DATA),  # before the year
        (["2020-05-01", "2020-03-01"], MET, None),
        (["2020-05-01", "2020"], UNKNOWN, Reason.IMPRECISE_DATE),  # perhaps in the window, perhaps the same day
        (["2020-05-01", "2020-11"], UNKNOWN, Reason.IMPRECISE_DATE),  # no single day: not counted apart
        (["2020-05-01", "2021-04-01"], UNKNOWN, Reason.NO_DATA),  # still to come
    ],
)
def test_how_many(ask, days, verdict, reason) -> None:
    found = ask(TWO, *stays(*days))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_stay_counts_by_the_day_it_began(ask) -> None:
    assert ask(TWO, *stays("2020-02-20..2020-03-10", "2020-05-01")).reason is Reason.NO_DATA


def test_an_event_in_doubt_may_be_the_missing_one(ask) -> None:
    found = ask(TWO, *stays("2020-05-01"), make.encounter("E1", "2020-11-01", status="unknown"))
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.EQUIVOCAL)


@pytest.mark.parametrize(
    ("days", "verdict"),
    [
        (["2020-05-01", "2020-07-30"], MET),  # 90 days
        (["2020-05-01", "2020-07-29"], UNKNOWN),
        (["2020-05-01", "2020-06-15", "2020-07-30"], MET),  # the first and the last
    ],
)
def test_so_far_apart(ask, days, verdict) -> None:
    rule = "count: {of: [{encounter: {in: [stay]}}], at_least: 2, within: P1Y, apart: P90D}"
    assert ask(rule, *stays(*days)).verdict is verdict


def test_several_kinds_of_events(ask) -> None:
    rule = "count: {of: [{immunization: {in: [vaccine]}}, {procedure: {in: [hysterectomy]}}], at_least: 2}"
    assert ask(rule, make.vaccine("V1", "2019-01-01"), make.procedure("Y1", "2020-01-01")).verdict is MET
    tests = "count: {of: [{tested: {of: [egfr]}}], at_least: 2}"
    assert ask(tests, make.result("L2", 60, "2020-01-01"), make.result("L2", 62, "2020-06-01")).verdict is MET


def test_what_is_missing_is_said(ask) -> None:
    assert "1 of 2 on record" in ask(TWO, *stays("2020-05-01")).evidence[0].note
    assert ask(TWO, failed=frozenset({"Encounter"})).reason is Reason.NOT_FETCHED


def test_time_alone_ends_it_on_a_day_that_is_known() -> None:
    rule, record = read_rule(TWO), record_of(*stays("2020-05-01", "2020-11-01"))
    view = View(record, AS_OF.toordinal(), ZONE, SETS)
    assert rule.evaluate(view).clock
    after = min(view.watch)
    assert rule.evaluate(view.on(after - 1)).verdict is MET
    assert rule.evaluate(view.on(after)).verdict is UNKNOWN


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("count: {of: [{sex: male}], at_least: 2}", "no events"),
        ("count: {of: [{encounter: {in: [stay], within: P1Y}}], at_least: 2}", "the window belongs to `count`"),
        ("count: {of: [{condition: {in: [cancer], current: true}}], at_least: 2}", "only `in`"),
        ("count: {of: [{encounter: {in: [stay]}}], at_least: 1.5}", "whole number"),
    ],
)
def test_what_cannot_be_counted(rule, message) -> None:
    with pytest.raises(MappingError, match=message):
        read_rule(rule)


TWO_ONSETS = "count: {of: [{condition: {in: [cancer]}}], at_least: 2, within: P1Y, apart: P14D}"


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (make.condition("C1", onset="2020-11-01"), None),
        (make.condition("C1", onset="2020-06-05"), Reason.NO_DATA),  # too soon after the first
        (make.condition("C1", recorded="2020-11-01"), Reason.IMPRECISE_DATE),  # it may have begun long before
        (make.condition("C1", onset="2020-11-01", verification="provisional"), Reason.EQUIVOCAL),
        (make.condition("C1", onset="2020-11-01", verification="refuted"), Reason.NO_DATA),
        (make.condition("C1", onset="2020-11-01", family=True), Reason.NO_DATA),
    ],
)
def test_diagnoses_are_counted_by_their_onsets(ask, second, reason) -> None:
    assert ask(TWO_ONSETS, make.condition("C1", onset="2020-06-01"), second).reason is reason
