"""`exposure`: drugs taken or given, from every resource that can hold one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from fhir_screener.records.facts import Span
from fhir_screener.verdict import MET, UNKNOWN, Reason
from tests.spec import facts as make

RULE = "exposure: {to: [rituximab], review: [denosumab], infused: [rituximab], within: P6M}"


@pytest.mark.parametrize(
    ("fact", "verdict", "reason"),
    [
        (make.drug("R1", "administration", taken="2020-09-01"), MET, None),  # the first day of the window
        (make.drug("R1", "administration", taken="2020-08-31"), UNKNOWN, Reason.NO_DATA),
        (make.drug("R1", "administration", taken="2020-09"), MET, None),
        (make.drug("R1", "administration", taken="2020"), UNKNOWN, Reason.IMPRECISE_DATE),
        (make.drug("R1", "administration", taken="2020-12-01", status="not-done"), UNKNOWN, Reason.NO_DATA),
        (make.drug("R1", taken="2019..", asserted="2021-02-20"), MET, None),
        (make.drug("R1", taken="2016..", asserted="2016-05-01"), UNKNOWN, Reason.STALE),
        (make.drug("R1", taken="2020-06-01..", status="completed"), UNKNOWN, Reason.NO_DATA),  # an infusion is a point
        (make.drug("R1", taken="2019..2020-12-01", status="stopped"), MET, None),
        (make.drug("R1", taken="2019..", status="stopped"), UNKNOWN, Reason.IMPRECISE_DATE),
        (make.drug("R1", taken="2020-12-01..", status="on-hold"), UNKNOWN, Reason.EQUIVOCAL),
        (make.drug("R1", taken="2020-12-01", status="not-taken"), UNKNOWN, Reason.NO_DATA),
        (make.drug("R1", taken="2021-04-01", status="intended"), UNKNOWN, Reason.NO_DATA),
        (
            make.drug("R1", "request", authored="2021-02-01"),
            UNKNOWN,
            Reason.SUSPECTED,
        ),  # ordered, not known to be given
        (make.drug("R1", "request", authored="2021-02-01", intent="plan"), UNKNOWN, Reason.NO_DATA),
        # what is taken at home, as some systems list it
        (make.drug("R1", "request", authored="2021-02-01", intent="plan", reported=True), UNKNOWN, Reason.SUSPECTED),
        (make.drug("R1", "request", authored="2021-02-01", intent="proposal", reported=True), UNKNOWN, Reason.NO_DATA),
        (make.drug("R1", "request", authored="2021-02-01", do_not=True), UNKNOWN, Reason.NO_DATA),
        (make.drug("R1", "procedure", taken="2021-01-05"), MET, None),
        (make.drug("R1", "procedure", taken="2021-01-05", only_named=True), UNKNOWN, Reason.SUSPECTED),  # its level
        (make.drug("R1", taken="2019..", asserted="2021-02-20", dose_text="stopped 2020"), UNKNOWN, Reason.TEXT_ONLY),
        (make.drug("R1", taken="2021-01-05..2020-05-01", status="completed"), UNKNOWN, Reason.UNREADABLE),  # ends first
        (make.drug("R1", taken="2019-01-05..2018-05-01", status="completed"), UNKNOWN, Reason.NO_DATA),
        (make.drug("R1", asserted="2021-02-20"), MET, None),
        (make.drug("R1", asserted="2021-03-20"), UNKNOWN, Reason.NO_DATA),  # told of after the day
        (make.drug("R2", "administration", taken="2021-01-05"), UNKNOWN, Reason.SUSPECTED),
        (make.drug("R1", "administration", taken="2021-01-05", systemic=False), UNKNOWN, Reason.NO_DATA),
    ],
)
def test_each_record_for_what_it_is(ask, fact, verdict, reason) -> None:
    found = ask(RULE, fact)
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ("rituximab 2010-2015", UNKNOWN),
        ("利妥昔单抗 2018年", UNKNOWN),
        ("rituximab 2018, again 2021", MET),
        ("rituximab 2021", MET),
        ("rituximab 2000 mg", MET),
    ],
)
@pytest.mark.parametrize("kind", ["statement", "administration"])
def test_words_of_earlier_years_only_beside_a_date_of_today_are_in_doubt(ask, words, verdict, kind) -> None:
    given = make.drug("R1", kind, taken="2021-01-05")
    named = replace(given, concept=replace(given.concept, text=words))
    assert ask(RULE, given).verdict is MET
    assert ask(RULE, named).verdict is verdict


def test_a_procedure_at_some_age_was_done_on_one_day_of_that_year(ask) -> None:
    given = make.drug("R1", "procedure")
    at_59 = replace(given, span=Span("2020-05-01", "2021-04-30", spread=True))
    at_57 = replace(given, span=Span("2018-05-01", "2019-04-30", spread=True))
    assert ask(RULE, at_59).reason is Reason.IMPRECISE_DATE
    assert ask(RULE, at_57).reason is Reason.NO_DATA


TABLETS = "exposure: {to: [prednisone], within: P84D}"


def test_a_supply_covers_its_days_and_thirty_are_assumed(ask) -> None:
    """Dispensed 120 days ago without a number: covered until 91 days ago; the window is 84 days."""
    assert ask(TABLETS, make.drug("P1", "dispense", authored="2020-11-01")).reason is Reason.NO_DATA
    assert ask(TABLETS, make.drug("P1", "dispense", authored="2020-11-01", supply_days=60)).verdict is MET


def test_tablets_completed_without_an_end_may_reach_into_the_window(ask) -> None:
    fact = make.drug("P1", taken="2020-06-01..", status="completed")
    assert ask(TABLETS, fact).reason is Reason.IMPRECISE_DATE


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (make.drug("P1", taken="2020-06-01", status="completed"), "imprecise-date"),
        (make.drug("P1", taken="2020-06-01", status="stopped"), "imprecise-date"),
        (make.drug("P1", taken="2021-01-15", status="stopped"), "imprecise-date"),
        (make.drug("P1", taken="2020-06-01", status="unknown"), "equivocal"),
        (make.drug("P1", taken="2020-06-01..2020-06-01", status="completed"), "no-data"),
        (make.drug("P1", taken="2020-06-01", status="completed", doses=(make.dose(5, once=True),)), "no-data"),
        (make.drug("P1", taken="2021-01-15", status="completed"), "met"),
    ],
)
def test_the_moment_of_a_statement_is_no_end(ask, fact, expected) -> None:
    """effectiveDateTime tells when it was taken, not until when, but for single doses and infusions."""
    found = ask(TABLETS, fact)
    assert (found.reason.value if found.reason else found.verdict.value) == expected


@pytest.mark.parametrize(("taken", "expected"), [("2020-06-01..", None), ("2019-06-01..", Reason.STALE)])
def test_an_open_end_without_any_other_date_speaks_from_its_beginning(ask, taken, expected) -> None:
    assert ask(TABLETS, make.drug("P1", taken=taken)).reason is expected


def test_an_order_for_tablets_is_exposure_while_it_is_fresh(ask) -> None:
    assert ask(TABLETS, make.drug("P1", "request", authored="2021-01-05")).verdict is MET
    stale = ask(TABLETS, make.drug("P1", "request", authored="2016-01-05"))
    assert stale.reason is Reason.STALE
    note = "P1 (P1): open-ended, last confirmed 2016-01-05, too long ago to speak for today"
    assert note in [str(one.note) for one in stale.evidence]


def test_an_order_that_was_stopped_nobody_knows_when_may_never_have_been_taken(ask) -> None:
    stopped = make.drug("P1", "request", authored="2021-02-01", status="stopped")
    assert ask(TABLETS, stopped).reason is Reason.IMPRECISE_DATE
    assert ask(TABLETS, replace(stopped, span=Span("", "2021-02-20"))).verdict is MET


def test_a_known_end_makes_it_a_clock(ask) -> None:
    assert ask(RULE, make.drug("R1", "administration", taken="2021-01-10")).clock
    assert not ask(RULE, make.drug("R1", taken="2019..", asserted="2021-02-20")).clock


def test_a_drug_that_nobody_can_name_is_unreadable_where_it_could_matter(ask) -> None:
    lost = {"unresolved": "Medication/9", "systemic": None}
    assert ask(RULE, make.drug("X9", taken="2021-01-01..", asserted="2021-01-01", **lost)).reason is Reason.UNREADABLE
    assert ask(RULE, make.drug("X9", taken="2015..2016", status="completed", **lost)).reason is Reason.NO_DATA


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ("2021-03-15..2021-06-15", UNKNOWN),  # ordered, to begin in two weeks
        ("2021-03-01..2021-06-15", MET),
        ("2021-03-15..", UNKNOWN),
    ],
)
def test_an_order_begins_when_its_instruction_says_so(ask, bounds, verdict) -> None:
    """Not on the day it was written: a course ordered ahead is no exposure yet."""
    ordered = make.drug("P1", "request", authored="2021-02-20", doses=(make.dose(10, bounds=make.span(bounds)),))
    assert ask(TABLETS, ordered).verdict is verdict


def test_an_order_with_a_dose_for_now_has_begun(ask) -> None:
    doses = (make.dose(10), make.dose(5, bounds=make.span("2021-03-15..")))
    assert ask(TABLETS, make.drug("P1", "request", authored="2021-02-20", doses=doses)).verdict is MET


def test_a_pen_is_no_infusion_though_its_drug_may_be_one(ask) -> None:
    """The route tells, or the name of the product; a drug without either is taken for an infusion."""
    at_home = replace(make.dose(20), route="34206005")
    assert ask(RULE, make.drug("R1", "request", authored="2021-02-01", doses=(at_home,))).verdict is MET
    assert ask(RULE, make.drug("R1", "request", authored="2021-02-01", form="Pen injector")).verdict is MET
    by_vein = replace(make.dose(20), route="47625008")
    assert ask(RULE, make.drug("R1", "request", authored="2021-02-01", doses=(by_vein,))).reason is Reason.SUSPECTED
    both = ask(RULE, make.drug("R1", "request", authored="2021-02-01", doses=(at_home, by_vein)))
    assert both.reason is Reason.SUSPECTED
    used_up = make.drug("R1", taken="2020-06-01..", status="completed", doses=(at_home,))
    assert ask(RULE, used_up).reason is Reason.IMPRECISE_DATE  # no point in time either


def test_an_order_that_is_still_to_be_written_is_none(ask) -> None:
    """Whatever its instruction says of the past: the record is dated after the day asked about."""
    ordered = make.drug("P1", "request", authored="2021-03-02", doses=(make.dose(5, bounds=make.span("2020-09-01..")),))
    assert ask(TABLETS, ordered).reason is Reason.NO_DATA
    assert ask(TABLETS, ordered, on="2021-03-02").verdict is MET


def test_a_length_that_every_instruction_states_ends_an_order_that_nobody_closed(ask) -> None:
    for_two_weeks = replace(make.dose(10), bounds_days=14.0)
    assert (
        ask(TABLETS, make.drug("P1", "request", authored="2020-06-01", doses=(for_two_weeks,))).reason is Reason.NO_DATA
    )
    recent = ask(TABLETS, make.drug("P1", "request", authored="2020-12-20", doses=(for_two_weeks,)))
    assert recent.verdict is MET
    assert recent.clock
    open_too = make.drug("P1", "request", authored="2020-06-01", doses=(for_two_weeks, make.dose(5)))
    assert ask(TABLETS, open_too).verdict is MET
    supply = make.drug("P1", "request", authored="2020-06-01", supply_days=30)  # repeats while it is active
    assert ask(TABLETS, supply).verdict is MET


def test_an_order_in_steps_lasts_as_long_as_all_of_them(ask) -> None:
    steps = tuple(make.dose(10, bounds_days=28.0, sequence=step) for step in (1, 2, 3))
    order = make.drug("R1", "request", authored="2020-12-20", doses=steps, status="completed")
    assert ask("exposure: {to: [rituximab], within: P28D}", order).verdict is MET
