"""A patient and a whole study: the anchor, clocks, repeats, the visit, and how much is known."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fhir_screener.criteria.model import Anchor, Criterion, Study
from fhir_screener.screening.screen import screen
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.screening.wire import to_wire
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason
from tests.spec import facts as make
from tests.spec.conftest import AS_OF, SETS, ZONE, read_rule, record_of

ADULT = ("I1", "inclusion", "age: {at_least: 18 a, at_most: 75 a}")
CANCER = ("I2", "inclusion", "condition: {in: [cancer], current: true}")
RITUXIMAB = ("E1", "exclusion", "exposure: {to: [rituximab], within: P6M}")
HEPATITIS = ("E2", "exclusion", "result: {of: [hbsag], within: P3M}")
KIDNEY = ("E3", "exclusion", "result: {of: [egfr], below: {mL/min: 30}, within: P3M, take: latest, repeatable: true}")


def study(*rows: tuple[str, str, str], anchor: Anchor | None = None, **more: dict[str, Any]) -> Study:
    """Criteria as (id, role, rule); `more` is {id: what else the criterion says}."""
    criteria = tuple(
        Criterion(cid, role, cid, read_rule(rule), **{"settle": "chart", **more.get(cid, {})})
        for cid, role, rule in rows
    )
    return Study("NCT1", "A study", "1", "", ZONE, criteria, anchor or Anchor())


def judge(given: Study, *facts: Any, on: date = AS_OF, **more: Any) -> Screening:
    return screen(given, record_of(*facts, **more), on, SETS)


ILL = make.condition("C1", onset="2019")
ONE, TWO = ("I1", "inclusion", "condition: {in: [cancer]}"), ("I2", "inclusion", "condition: {in: [target]}")


@pytest.mark.parametrize(
    ("anchor", "facts", "outcome"),
    [
        (Anchor(), [], Outcome.CANDIDATE),  # none: everybody in the cohort
        (Anchor("one", ("I1",)), [], Outcome.NO_SIGNAL),
        (Anchor("one", ("I1",)), [ILL], Outcome.CANDIDATE),
        (Anchor("any", ("I1", "I2")), [], Outcome.NO_SIGNAL),
        (Anchor("any", ("I1", "I2")), [ILL], Outcome.CANDIDATE),
        (Anchor("all", ("I1", "I2")), [ILL], Outcome.NO_SIGNAL),
        (Anchor("all", ("I1", "I2")), [ILL, make.condition("I1")], Outcome.CANDIDATE),
    ],
)
def test_the_anchor_says_who_gives_a_signal_at_all(anchor, facts, outcome) -> None:
    assert judge(study(ONE, TWO, anchor=anchor), *facts).outcome is outcome


def test_where_it_is_in_doubt_whether_it_applies_somebody_looks() -> None:
    """Nothing on record about the exclusion itself, and a doubt about whom it concerns: the doubt is told."""
    with_cancer = {"applies_to": read_rule("condition: {in: [cancer]}")}
    found = judge(study(HEPATITIS, E2=with_cancer), make.condition("C1", verification="provisional"))
    assert (found.criteria[0].reason, found.outcome) == (Reason.EQUIVOCAL, Outcome.REVIEW)


def test_outside_applies_to_nobody_is_kept_out() -> None:
    women = {"applies_to": read_rule("sex: female")}
    found = judge(study(HEPATITIS, E2=women), make.result("L1", "positive")).criteria[0]
    assert (found.verdict, found.finding.applicable) == (NOT_MET, False)
    inclusion = study(("E2", "inclusion", "condition: {in: [cancer]}"), E2=women)
    assert judge(inclusion).criteria[0].verdict is MET


def test_a_clock_is_later_and_says_from_when() -> None:
    found = judge(study(RITUXIMAB), make.drug("R1", "administration", taken="2020-12-01"))
    assert (found.outcome, found.eligible_from) == (Outcome.LATER, date(2021, 6, 2))
    assert found.next_change_on == date(2021, 6, 2)


def test_a_repeatable_result_is_later_without_a_day_and_says_what_to_repeat() -> None:
    given = study(KIDNEY, E3={"settle": "test: egfr"})
    low = make.result("L2", 20, unit="mL/min")
    found = judge(given, low)
    assert (found.outcome, found.eligible_from) == (Outcome.LATER, None)
    assert found.settle_facets == ("test: egfr",)
    both = judge(study(KIDNEY, RITUXIMAB), low, make.drug("R1", "administration", taken="2020-12-01"))
    assert (both.outcome, both.eligible_from) == (Outcome.LATER, None)


def test_what_no_repeat_can_mend_excludes() -> None:
    positive = make.result("L1", "positive")
    assert judge(study(KIDNEY, HEPATITIS), make.result("L2", 20, unit="mL/min"), positive).outcome is Outcome.EXCLUDED


@pytest.mark.parametrize(
    ("given", "facts", "until"),
    [
        (study(ADULT), [], date(2021, 3, 14)),  # the 76th birthday is on 15 March
        (study(HEPATITIS), [make.result("L1", "negative", on="2021-02-18")], date(2021, 5, 18)),
        (study(CANCER), [ILL], None),
        (study(RITUXIMAB), [], None),  # nothing known: nothing to lose
    ],
)
def test_eligible_until_is_the_last_day_before_time_takes_something_away(given, facts, until) -> None:
    found = judge(given, *facts, patient=make.patient(birth_date="1945-03-15"))
    assert found.outcome is Outcome.CANDIDATE
    assert found.eligible_until == until


def test_eligible_until_of_a_later_counts_from_its_first_day() -> None:
    given = study(ADULT, RITUXIMAB)
    patient = make.patient(birth_date="1945-08-15")
    found = judge(given, make.drug("R1", "administration", taken="2020-12-01"), patient=patient)
    assert (found.eligible_from, found.eligible_until) == (date(2021, 6, 2), date(2021, 8, 14))


def test_what_is_asked_at_the_visit_is_never_one_test_away() -> None:
    given = study(HEPATITIS, RITUXIMAB, E1={"settle": "ask"}, E2={"settle": "test: hbsag", "phase": "visit"})
    found = judge(given)
    assert found.settle_facets == ("ask",)
    assert found.criteria[0].phase == "visit"
    assert (found.coverage.exclusions_open, found.outcome) == (1, Outcome.CANDIDATE)


def test_coverage_says_how_much_is_known() -> None:
    found = judge(study(ADULT, CANCER, RITUXIMAB, HEPATITIS), make.result("L1", "negative"))
    known = found.coverage
    assert (known.inclusions_met, known.inclusions_open) == (1, 1)
    assert (known.exclusions_ruled_out, known.exclusions_open) == (1, 1)
    assert (known.records, known.since, known.open) == (3, "2019-01-01", 2)
    assert to_wire(found)["coverage"]["exclusions"] == {"ruled_out": 1, "open": 1}


EITHER = "any: [{result: {of: [hbsag], within: P3M}}, {exposure: {to: [rituximab], within: P6M}}]"


def test_the_ledger_says_which_branch_decided_and_which_would_settle_it_soonest(ask) -> None:
    found = ask(EITHER)
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.NO_DATA)
    assert [branch.settle for branch in found.branches] == ["test: hbsag", "ask"]
    assert (found.soonest, found.settle) == (1, "ask")  # asking is quicker than a test
    positive = ask(EITHER, make.result("L1", "positive"))
    assert (positive.decided_by, positive.soonest, positive.settle) == (0, None, "")


def test_what_is_on_record_and_leaves_it_open_is_settled_by_reading_it(ask) -> None:
    found = ask(EITHER, make.result("L1", "indeterminate"))
    assert (found.soonest, found.settle) == (0, "chart")


def test_soonest_looks_into_branches_of_branches(ask) -> None:
    found = ask(f"all: [{{result: {{of: [egfr], within: P3M}}}}, {{{EITHER}}}]")
    assert (found.soonest, found.settle) == (1, "ask")
    assert found.branches[1].soonest == 1
