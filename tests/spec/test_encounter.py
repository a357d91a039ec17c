"""`encounter`: visits and stays."""

from __future__ import annotations

import pytest

from fhir_screener.errors import MappingError
from fhir_screener.verdict import MET, UNKNOWN, Reason
from tests.spec import facts as make
from tests.spec.conftest import read_rule

STAY = "encounter: {in: [stay], within: P2M}"
FOR_CANCER = "encounter: {in: [stay], reason: [cancer], within: P2M}"
WITHIN = "2021-02-10..2021-02-14"


@pytest.mark.parametrize(
    ("on", "verdict", "reason"),
    [
        (WITHIN, MET, None),
        ("2020-12-20..2021-01-01", MET, None),  # any part of it touches the two months
        ("2020-12-20..2020-12-31", UNKNOWN, Reason.NO_DATA),  # before: another stay may not be on record
        ("2020-12", UNKNOWN, Reason.NO_DATA),
        ("2020", UNKNOWN, Reason.NO_DATA),
        ("2021", MET, None),  # to the year only, but it is on record: it was this year, up to now
        (None, UNKNOWN, Reason.IMPRECISE_DATE),
        ("2021-03-02..", UNKNOWN, Reason.NO_DATA),  # still to come
    ],
)
def test_when_it_was(ask, on, verdict, reason) -> None:
    found = ask(STAY, make.encounter("E1", on))
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("status", "verdict", "reason"),
    [
        ("finished", MET, None),
        ("in-progress", MET, None),
        ("planned", UNKNOWN, Reason.NO_DATA),
        ("cancelled", UNKNOWN, Reason.NO_DATA),
        ("entered-in-error", UNKNOWN, Reason.NO_DATA),
        ("unknown", UNKNOWN, Reason.EQUIVOCAL),
        ("", UNKNOWN, Reason.EQUIVOCAL),
    ],
)
def test_which_encounters_count(ask, status, verdict, reason) -> None:
    found = ask(STAY, make.encounter("E1", WITHIN, status=status))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_its_reason_is_coded_or_a_diagnosis_it_refers_to(ask) -> None:
    cancer = make.condition("C1")
    assert ask(FOR_CANCER, make.encounter("E1", WITHIN, reasons=["C1"])).verdict is MET
    assert ask(FOR_CANCER, make.encounter("E1", WITHIN, reasons=[cancer]), cancer).verdict is MET


def test_a_stay_for_something_else(ask) -> None:
    cancer, benign = make.condition("C1"), make.condition("B1")
    found = ask(FOR_CANCER, make.encounter("E1", WITHIN, reasons=[benign]), cancer, benign)
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.NO_DATA)


def test_no_reason_recorded_is_suspected_whatever_the_dates_say(ask) -> None:
    """The disease began during the stay; that does not make it the reason."""
    found = ask(FOR_CANCER, make.encounter("E1", WITHIN), make.condition("C1", onset="2021-02-11"))
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.SUSPECTED)


@pytest.mark.parametrize(("verification", "reason"), [("provisional", Reason.EQUIVOCAL), ("refuted", Reason.NO_DATA)])
def test_a_reason_that_is_no_diagnosis(ask, verification, reason) -> None:
    cancer = make.condition("C1", verification=verification)
    assert ask(FOR_CANCER, make.encounter("E1", WITHIN, reasons=[cancer]), cancer).reason is reason


def test_kinds_that_do_not_count_one_by_one(ask) -> None:
    rule = "encounter: {in: [visit], except: [virtual], within: P2M}"
    call = make.encounter("E2", WITHIN, virtual=True)
    assert ask(rule, call).reason is Reason.NO_DATA
    assert ask(rule, call, make.encounter("E2", WITHIN)).verdict is MET


def test_only_those_that_are_over(ask) -> None:
    rule = "encounter: {in: [stay], ended: true, within: P2M}"
    assert ask(rule, make.encounter("E1", WITHIN)).verdict is MET
    assert ask(rule, make.encounter("E1", "2021-02-10..2021-03-05")).reason is Reason.NO_DATA
    assert ask(rule, make.encounter("E1", "2021-02-10..", status="in-progress")).reason is Reason.NO_DATA


def test_where_the_patient_went_is_known_once_it_is_over(ask) -> None:
    rule = "encounter: {in: [stay], discharged: [hospice], within: P2M}"
    assert ask(rule, make.encounter("E1", WITHIN, discharge="W1")).verdict is MET
    assert ask(rule, make.encounter("E1", WITHIN)).reason is Reason.NO_DATA
    assert ask(rule, make.encounter("E1", "2021-02-10..2021-03-05", discharge="W1")).reason is Reason.NO_DATA


@pytest.mark.parametrize(
    ("on", "status", "verdict", "reason"),
    [
        ("2021-02-10..", "in-progress", MET, None),
        ("2021-02-10..2021-03-05", "in-progress", MET, None),
        ("2021-02-10..2021-02-14", "in-progress", UNKNOWN, Reason.NO_DATA),  # it has an end, whatever its status
        ("2021-02-10..", "finished", UNKNOWN, Reason.NO_DATA),
        ("2019-11-01..", "in-progress", UNKNOWN, Reason.STALE),  # nobody closed it
    ],
)
def test_in_hospital_now(ask, on, status, verdict, reason) -> None:
    found = ask("encounter: {in: [stay], current: true}", make.encounter("E1", on, status=status))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_time_alone_ends_it(ask) -> None:
    assert ask(STAY, make.encounter("E1", WITHIN)).clock
    assert not ask(STAY, make.encounter("E1", "2021-02-10..", status="in-progress")).clock


def test_a_failed_request_is_no_answer(ask) -> None:
    assert ask(STAY, failed=frozenset({"Encounter"})).reason is Reason.NOT_FETCHED


def test_now_and_a_window_exclude_each_other() -> None:
    with pytest.raises(MappingError, match="`current` goes with neither"):
        read_rule("encounter: {in: [stay], current: true, within: P2M}")
