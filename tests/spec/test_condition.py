"""`condition`: diagnoses on record."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from fhir_screener.errors import MappingError
from fhir_screener.records.facts import UNREADABLE, Mention, Observation, Span, Treatment
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason
from tests.spec import facts as make
from tests.spec.conftest import read_rule

TEN_YEARS = "condition: {in: [cancer], history: [cancer-history], review: [in-situ], context: [benign], within: P10Y}"


def test_nothing_on_record_is_unknown_and_says_what_was_searched(ask) -> None:
    found = ask(TEN_YEARS)
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.NO_DATA)
    assert "Nothing on record about cancer" in found.evidence[-1].note


@pytest.mark.parametrize(
    ("fact", "verdict", "reason"),
    [
        (make.condition("C1", onset="2011-03-01"), MET, None),
        (make.condition("C1", onset="2005"), MET, None),  # active today
        (make.condition("C1", onset="2005", clinical="remission"), UNKNOWN, Reason.IMPRECISE_DATE),
        (make.condition("C1", onset="2015", clinical="remission"), MET, None),
        (make.condition("C1", onset="2005", abatement="2009", clinical="resolved"), UNKNOWN, Reason.NO_DATA),
        (make.condition("C1", onset="2005", abatement="2012-06", clinical="resolved"), MET, None),
        (make.condition("C1", onset="2005", abatement="2011", clinical="resolved"), UNKNOWN, Reason.IMPRECISE_DATE),
        (make.condition("C1", clinical=""), UNKNOWN, Reason.IMPRECISE_DATE),  # no date, no status
        (make.condition("H1", recorded="2021-02-01"), UNKNOWN, Reason.IMPRECISE_DATE),
        (make.condition("S1", onset="2018"), UNKNOWN, Reason.SUSPECTED),
        (make.condition("B1", onset="2018"), UNKNOWN, Reason.NO_DATA),
        (make.condition("C1", onset="2018", verification="refuted"), UNKNOWN, Reason.NO_DATA),
        (make.condition("C1", onset="2018", verification="entered-in-error"), UNKNOWN, Reason.NO_DATA),
        (make.condition("C1", onset="2018", verification="differential"), UNKNOWN, Reason.EQUIVOCAL),
        (make.condition("C1", onset="2018", family=True), UNKNOWN, Reason.NO_DATA),
        (make.condition("C1", onset="2021-03-02"), UNKNOWN, Reason.NO_DATA),  # not yet
    ],
)
def test_a_window_asks_whether_the_disease_touches_it(ask, fact, verdict, reason) -> None:
    found = ask(TEN_YEARS, fact)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_an_end_by_age_is_some_day_of_that_year(ask) -> None:
    def ended(first: str, last: str) -> object:
        fact = make.condition("C1", onset="2002", clinical="resolved")
        return replace(fact, abatement=Span(first, last, "age 54 a", spread=True))

    assert ask(TEN_YEARS, ended("2010-06-10", "2011-06-09")).reason is Reason.IMPRECISE_DATE
    assert ask(TEN_YEARS, ended("2012-06-10", "2013-06-09")).verdict is MET
    assert ask(TEN_YEARS, ended("2009-06-10", "2010-06-09")).reason is Reason.NO_DATA


def test_a_dated_end_makes_it_a_clock(ask) -> None:
    ended = make.condition("C1", onset="2009-05", abatement="2012-05", clinical="resolved")
    assert ask(TEN_YEARS, ended).clock
    assert not ask(TEN_YEARS, make.condition("C1", onset="2015")).clock


def test_current(ask) -> None:
    rule = "condition: {in: [cancer], current: true}"
    assert ask(rule, make.condition("C1", onset="2001")).verdict is MET
    assert ask(rule, make.condition("C1", onset="2001", clinical="resolved")).reason is Reason.NO_DATA


@pytest.mark.parametrize("when", ["current: true", "began_within: P30D"])
def test_whether_it_is_over_must_be_readable_where_it_is_asked(ask, when) -> None:
    unclear = make.condition("C1", onset="2021-02-10", clinical=UNREADABLE)
    assert ask(f"condition: {{in: [cancer], {when}}}", unclear).reason is Reason.UNREADABLE
    assert ask("condition: {in: [cancer], within: P10Y}", unclear).verdict is MET


def test_begun_within_and_not_ended(ask) -> None:
    rule = "condition: {in: [cancer], began_within: P30D}"
    assert ask(rule, make.condition("C1", onset="2021-02-10")).verdict is MET
    assert ask(rule, make.condition("C1", onset="2018")).reason is Reason.STALE
    assert ask(rule, make.condition("C1", onset="2021")).reason is Reason.IMPRECISE_DATE
    assert ask(rule, make.condition("C1", onset="2021-02-10", clinical="resolved")).reason is Reason.NO_DATA


def test_a_match_may_be_worth_less_than_met(ask) -> None:
    assert ask("condition: {in: [cancer], match: judgement}", make.condition("C1")).reason is Reason.JUDGEMENT
    assert ask("condition: {in: [cancer], match: equivocal}", make.condition("C1")).reason is Reason.EQUIVOCAL


def test_a_refuted_diagnosis_may_speak_against(ask) -> None:
    rule = "condition: {in: [cancer], refuted: not_met}"
    assert ask(rule, make.condition("C1", verification="refuted")).verdict is NOT_MET
    assert ask(rule, make.condition("C1", verification="refuted"), make.condition("C2")).verdict is MET


def test_that_it_was_refuted_may_be_what_is_asked(ask) -> None:
    rule = "condition: {in: [cancer], refuted: met}"
    assert ask(rule, make.condition("C1", verification="refuted"), make.condition("C2")).verdict is MET
    assert ask(rule, make.condition("C1"), make.condition("C2", verification="provisional")).reason is Reason.NO_DATA


@pytest.mark.parametrize("match", ["met", "judgement"])
def test_one_disease_confirmed_and_refuted_conflicts(ask, match) -> None:
    rule = f"condition: {{in: [cancer], match: {match}, refuted: not_met}}"
    both = make.condition("C1"), make.condition("C1", verification="refuted")
    assert ask(rule, *both).reason is Reason.CONFLICTING


ONCE = {"categories": ("encounter-diagnosis",), "onset": "2020-05"}


def test_one_encounter_code_is_not_a_diagnosis(ask) -> None:
    rule = "condition: {in: [cancer], within: P10Y, corroborate: true}"
    one = make.condition("C1", recorded="2020-06-01", **ONCE)
    assert ask(rule, one).reason is Reason.SUSPECTED
    assert ask(rule, one, make.condition("C2", recorded="2020-07-01", **ONCE)).verdict is MET
    assert ask(rule, one, make.condition("C2", recorded="2020-06-01", **ONCE)).reason is Reason.SUSPECTED
    assert ask(rule, one, make.condition("C2", onset="2020")).verdict is MET


def test_one_encounter_code_without_an_exact_date_is_still_not_a_diagnosis(ask) -> None:
    rule = "condition: {in: [cancer], began_within: P30D, corroborate: true}"
    one = make.condition("C1", recorded="2021-02-20", categories=("encounter-diagnosis",))
    again = make.condition("C2", recorded="2021-02-10", categories=("encounter-diagnosis",))
    assert ask(rule, one).reason is Reason.SUSPECTED
    assert ask(rule, one, again).reason is Reason.IMPRECISE_DATE


@pytest.mark.parametrize(
    ("fact", "verdict", "reason"),
    [
        (
            make.condition("C1", onset="2006", abatement="2010-05..2011-04", clinical="resolved"),
            UNKNOWN,
            Reason.IMPRECISE_DATE,
        ),
        (
            make.condition("C1", onset="2006", abatement="2008-05..2009-04", clinical="resolved"),
            UNKNOWN,
            Reason.NO_DATA,
        ),
        (make.condition("C1", onset="2006", abatement="2012-05..2013-04", clinical="resolved"), MET, None),
        (make.condition("C1", onset="2010-05..2011-04", clinical="remission"), UNKNOWN, Reason.IMPRECISE_DATE),
        (make.condition("C1", onset="2012-05..2013-04", clinical="remission"), MET, None),
    ],
)
def test_the_period_or_age_of_an_end_or_onset_says_how_far_its_day_is_known(ask, fact, verdict, reason) -> None:
    found = ask(TEN_YEARS, fact)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_what_supports_it_corroborates(ask) -> None:
    rule = "condition: {in: [cancer], corroborate: true, supported_by: [{exposure: {to: [rituximab]}}]}"
    one = make.condition("C1", recorded="2020-06-01", **ONCE)
    assert ask(rule, one, make.drug("R1", "administration", taken="2020-07-01")).verdict is MET


def test_a_report_that_was_clear_before_takes_nothing_back(ask) -> None:
    report = "report: {of: [chest-ct], finding: [active-tb], within: P3M}"
    rule = f"condition: {{in: [cancer], corroborate: true, supported_by: [{{{report}}}]}}"
    one = make.condition("C1", recorded="2020-06-01", **ONCE)
    found = make.result("L3", make.Value(text="Active tuberculosis."), "2021-02-01", report=True)

    def clear(on: str) -> Observation:
        return make.result("L3", make.Value(text="No active tuberculosis."), on, report=True)

    assert ask(rule, one, clear("2021-01-05"), found).verdict is MET
    assert ask(rule, one, clear("2021-02-20"), found).reason is Reason.SUSPECTED
    assert ask(rule, one, clear("2021-02-01"), found).reason is Reason.SUSPECTED
    assert ask(report, clear("2021-01-05"), found).reason is Reason.CONFLICTING


def test_a_failed_request_is_not_fetched(ask) -> None:
    assert ask(TEN_YEARS, failed=frozenset({"Condition"})).reason is Reason.NOT_FETCHED
    assert ask(TEN_YEARS, make.condition("C1", onset="2015"), failed=frozenset({"Condition"})).verdict is MET


def test_with_current_what_is_over_may_be_suspected(ask) -> None:
    rule = "condition: {in: [cancer], current: true, past: suspected}"
    assert ask(rule, make.condition("C1", onset="2001", clinical="resolved")).reason is Reason.SUSPECTED
    assert ask(rule, make.condition("C1", onset="2001")).verdict is MET


def test_partial_dates_that_may_be_one_day_are_not_two(ask) -> None:
    rule = "condition: {in: [cancer], within: P10Y, corroborate: true}"
    one = make.condition("C1", recorded="2020-06-01", **ONCE)
    assert ask(rule, one, make.condition("C2", recorded="2020-06", **ONCE)).reason is Reason.SUSPECTED
    assert ask(rule, one, make.condition("C2", recorded="2020-07", **ONCE)).verdict is MET


def test_what_was_given_for_it_corroborates(ask) -> None:
    rule = "condition: {in: [cancer], within: P10Y, corroborate: true}"
    one = make.condition("C1", recorded="2020-06-01", **ONCE)
    for_it = Treatment("Procedure/1", date="2020-06-03", reasons=frozenset({one.ref}))
    for_its_kind = Treatment("Procedure/1", date="2020-06-03", sets=frozenset({"cancer"}))
    for_another = Treatment("Procedure/1", date="2020-06-03", reasons=frozenset({"Condition/other"}))
    to_come = Treatment("Procedure/1", date="2021-03-02", reasons=frozenset({one.ref}))
    assert ask(rule, one, treatments=(for_it,)).verdict is MET
    assert ask(rule, one, treatments=(for_its_kind,)).verdict is MET
    assert ask(rule, one, treatments=(for_another,)).reason is Reason.SUSPECTED
    assert ask(rule, one, treatments=(to_come,)).reason is Reason.SUSPECTED


def test_a_record_that_says_present_and_over_is_conflicting_where_that_matters(ask) -> None:
    back = make.condition("C1", onset="2005", abatement="2008", clinical="recurrence")
    assert ask(TEN_YEARS, back).reason is Reason.CONFLICTING
    assert ask("condition: {in: [cancer], current: true}", back).reason is Reason.CONFLICTING
    either_way = ask(TEN_YEARS, make.condition("C1", onset="2005", abatement="2015", clinical="recurrence"))
    assert either_way.verdict is MET
    assert not either_way.clock
    assert ask("condition: {in: [cancer]}", back).verdict is MET


def test_with_fresh_what_nobody_closed_becomes_stale(ask) -> None:
    rule = "condition: {in: [cancer], review: [in-situ], current: true, fresh: P6M}"
    assert ask(rule, make.condition("C1", recorded="2021-01-10")).verdict is MET
    assert ask(rule, make.condition("C1", onset="2016", recorded="2021-01-10")).verdict is MET  # said again
    assert ask(rule, make.condition("C1", recorded="2016-01-10")).reason is Reason.STALE
    assert ask(rule, make.condition("S1", recorded="2016-01-10")).reason is Reason.STALE
    assert ask(rule, make.condition("C1")).reason is Reason.STALE  # no date at all
    assert ask(rule, make.condition("C1", recorded="2016-01-10", clinical="resolved")).reason is Reason.NO_DATA


def test_a_protocol_may_ask_for_confirmed_diagnoses(ask) -> None:
    rule = "condition: {in: [cancer], ever: true, verification: confirmed}"
    assert ask(rule, make.condition("C1")).verdict is MET
    assert ask(rule, make.condition("C1", verification="")).reason is Reason.EQUIVOCAL
    assert ask("condition: {in: [cancer], ever: true}", make.condition("C1", verification="")).verdict is MET


def test_a_confirmed_diagnosis_that_its_words_doubt_is_not_cited_as_confirmed(ask) -> None:
    doubted = replace(make.condition("C1"), hits={"cancer": Hit(None, by_name=True, stance=Stance.DOUBTFUL)})
    found = ask("condition: {in: [cancer]}", doubted)
    assert found.reason is Reason.EQUIVOCAL
    assert "said to be uncertain" in str(found.evidence[0].note)


SIX_MONTHS = "condition: {in: [cancer], for: P6M}"


@pytest.mark.parametrize(
    ("fact", "verdict", "reason"),
    [
        (make.condition("C1", onset="2020-09-01"), MET, None),  # six months to the day
        (make.condition("C1", onset="2020-09-02"), NOT_MET, None),
        (make.condition("C1", onset="2020"), UNKNOWN, Reason.IMPRECISE_DATE),
        (make.condition("C1", recorded="2020-06-01"), MET, None),  # at the latest then
        (make.condition("C1", recorded="2021-01-10"), UNKNOWN, Reason.IMPRECISE_DATE),  # perhaps long before
        (make.condition("C1"), UNKNOWN, Reason.IMPRECISE_DATE),
        (make.condition("C1", onset="2015", clinical="resolved"), MET, None),
        (make.condition("C1", onset="2015", verification="provisional"), UNKNOWN, Reason.EQUIVOCAL),
        (make.condition("C1", onset="2021-01-10", verification="provisional"), UNKNOWN, Reason.NO_DATA),
    ],
)
def test_for_so_long(ask, fact, verdict, reason) -> None:
    found = ask(SIX_MONTHS, fact)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_for_so_long_any_older_record_will_do_and_what_is_too_new_is_a_clock(ask) -> None:
    new = make.condition("C1", onset="2021-01-10")
    assert ask(SIX_MONTHS, new, make.condition("C2", onset="2015")).verdict is MET
    assert ask(SIX_MONTHS, new).clock
    assert ask("condition: {in: [cancer], for: P6M, current: true}", new).verdict is NOT_MET
    over = make.condition("C1", onset="2015", clinical="resolved")
    assert ask("condition: {in: [cancer], for: P6M, current: true}", over).reason is Reason.NO_DATA


@pytest.mark.parametrize(
    ("fact", "verdict", "reason"),
    [
        (make.condition("C1", onset="2021-01-10"), MET, None),  # and nobody closed it
        (make.condition("C1", onset="2021-01-10", abatement="2021-01-20", clinical="resolved"), MET, None),
        (make.condition("C1", onset="2018"), UNKNOWN, Reason.NO_DATA),  # active all the same: it does not count
        (make.condition("C1", recorded="2018"), UNKNOWN, Reason.NO_DATA),  # before that at the latest
        (make.condition("C1", recorded="2021-02-10"), UNKNOWN, Reason.IMPRECISE_DATE),  # perhaps long before
        (make.condition("C1", onset="2020"), UNKNOWN, Reason.IMPRECISE_DATE),
        (make.condition("C1"), UNKNOWN, Reason.IMPRECISE_DATE),
    ],
)
def test_an_onset_within_a_time_whatever_became_of_it(ask, fact, verdict, reason) -> None:
    found = ask("condition: {in: [cancer], onset_within: P90D}", fact)
    assert (found.verdict, found.reason) == (verdict, reason)
    assert found.clock == (verdict is MET)


@pytest.mark.parametrize(
    ("onset", "reason"),
    [("2021-03-01", None), ("2021-02-28", Reason.IMPRECISE_DATE), ("2021-02-27", Reason.NO_DATA)],
)
def test_within_hours_the_day_at_the_edge_leaves_it_open(ask, onset, reason) -> None:
    """The day asked about is no hour: what began yesterday may have begun more than 24 hours ago."""
    found = ask("condition: {in: [cancer], onset_within: PT24H}", make.condition("C1", onset=onset))
    assert found.reason is reason


def test_times_exclude_each_other() -> None:
    with pytest.raises(MappingError, match="exclude each other"):
        read_rule("condition: {in: [cancer], for: P6M, within: P1Y}")


@pytest.mark.parametrize(
    ("asked", "onset", "expected"),
    [
        ("PT48H", "2021-02-26", "met"),
        ("PT48H", "2021-02-27", "imprecise-date"),  # at the end of that day, and at the beginning of today?
        ("PT48H", "2021-02-28", "not_met"),
        ("PT36H", "2021-02-26", "met"),
        ("PT36H", "2021-02-27", "imprecise-date"),
        ("PT36H", "2021-02-28", "imprecise-date"),
        ("PT36H", "2021-03-01", "not_met"),
    ],
)
def test_for_so_many_hours(ask, asked, onset, expected) -> None:
    found = ask(f"condition: {{in: [cancer], for: {asked}}}", make.condition("C1", onset=onset))
    assert (found.reason.value if found.reason else found.verdict.value) == expected


@pytest.mark.parametrize("asked", ["within", "began_within", "onset_within"])
def test_words_in_passing_from_before_the_time_asked_about(ask, asked) -> None:
    """What a note of 2015 names began by then."""
    rule, named = f"condition: {{in: [cancer], {asked}: P90D}}", {"cancer": Hit(None, by_name=True)}
    old, new = (Mention(ref="Observation/1", hits=named, dated=day) for day in ("2015-01-01", "2021-02-01"))
    assert ask(rule, mentions=(old,)).reason is Reason.NO_DATA
    assert ask(rule, mentions=(new,)).reason is Reason.TEXT_ONLY


@pytest.mark.parametrize(
    ("clinical", "onset", "verdict", "reason"),
    [
        ("", None, UNKNOWN, Reason.IMPRECISE_DATE),  # over, and nobody says when it began
        ("active", None, MET, None),
        ("", "2019", MET, None),
    ],
)
def test_the_own_text_of_a_coded_diagnosis_may_say_that_it_is_over(ask, clinical, onset, verdict, reason) -> None:
    said = make.condition("C1", clinical=clinical, onset=onset, recorded="2021-02-01")
    hits = {name: replace(hit, stance=Stance.PAST) for name, hit in said.hits.items()}
    found = ask(TEN_YEARS, replace(said, hits=hits))
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("rule", "clinical", "onset", "reason"),
    [
        ("condition: {in: [cancer], current: true}", "", "2021-02-20", Reason.SUSPECTED),
        ("condition: {in: [cancer], began_within: P30D}", "", "2021-02-20", Reason.SUSPECTED),
        ("condition: {in: [cancer], began_within: P30D}", "", "2020-02-20", Reason.NO_DATA),
        ("condition: {in: [cancer], current: true}", "resolved", "2021-02-20", Reason.NO_DATA),
    ],
)
def test_words_of_what_was_before_silence_no_code(ask, rule, clinical, onset, reason) -> None:
    """An immunodeficiency "with previous pneumonia" is there all the same."""
    fact = make.condition("C1", clinical=clinical, onset=onset)
    said = replace(fact, hits={name: replace(hit, stance=Stance.PAST) for name, hit in fact.hits.items()})
    assert ask(rule, said).reason is reason
