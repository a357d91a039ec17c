"""The funnel adds up, whoever the patients are."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from fhir_screener.criteria.evidence import met
from fhir_screener.screening.funnel import AFTER, OF_LEFT, Funnel, Reached, Stage, funnel
from fhir_screener.screening.report import StudyReport, make_report
from fhir_screener.screening.screening import Outcome
from fhir_screener.screening.sweep_plan import ChunkResult, Head
from fhir_screener.screening.sweep_tally import count_screening
from tests.builders.screenings import criterion, screening

STUDY = "NCT04660565"
ORDER = ["E1", "E2", "E3", "E4"]
OUT = (Outcome.EXCLUDED, Outcome.LATER)

deciders = st.lists(st.sampled_from(ORDER), min_size=1, unique=True).map(sorted)
judged = st.one_of(
    st.tuples(st.sampled_from([one for one in Outcome if one not in OUT]), st.just([])),
    st.tuples(st.sampled_from(OUT), deciders),
)


def report(patients: list[tuple[Outcome, list[str]]], unread: int) -> StudyReport:
    result = ChunkResult(read=len(patients), unread={f"u{n}": "no answer" for n in range(unread)})
    for number, (outcome, out) in enumerate(patients):
        criteria = tuple(criterion(met(), id) for id in out)
        count_screening(result, screening(patient=f"p{number}", outcome=outcome, criteria=criteria, shown=outcome.kept))
    started = datetime(2021, 3, 1, tzinfo=UTC)
    head = Head("s", {STUDY: "sha256:0f"}, date(2021, 3, 1), "UTC", started, patients=len(patients) + unread)
    return make_report(head, [result], started).studies[0]


def falling(found: Funnel) -> list[tuple[int, int]]:
    """(left, lost) of the steps that take from one another."""
    return [(one.number, one.out) for one in found.steps if one.stage not in (*OF_LEFT, *AFTER)]


@given(st.lists(judged, max_size=40), st.integers(0, 5))
def test_nobody_is_lost_without_a_step_and_nobody_twice(patients: list[tuple[Outcome, list[str]]], unread: int) -> None:
    found = funnel(report(patients, unread), len(patients) + unread, ORDER)
    steps = falling(found)
    assert steps[0] == (len(patients) + unread, 0)
    assert all(left == before - lost for (before, _), (left, lost) in pairwise(steps))
    kept = sum(one.number for one in found.steps if one.stage in OF_LEFT)
    assert steps[-1][0] == kept == sum(outcome in (Outcome.REVIEW, Outcome.CANDIDATE) for outcome, _ in patients)
    assert sum(lost for _, lost in steps) + kept == len(patients) + unread
    assert found.sound
    assert found.later == sum(outcome is Outcome.LATER for outcome, _ in patients)


@given(st.lists(judged, max_size=40))
def test_each_criterion_counts_whom_it_is_first_and_whom_alone_to_keep_out(
    patients: list[tuple[Outcome, list[str]]],
) -> None:
    found = funnel(report(patients, 0), len(patients), ORDER)
    by = {one.criterion: (one.out, one.alone) for one in found.steps if one.stage is Stage.KEPT_OUT}
    for id in ORDER:
        first = sum(out[:1] == [id] for _, out in patients)
        assert by.get(id, (0, 0)) == (first, sum(out == [id] for _, out in patients) if first else 0)
    assert list(by) == [id for id in ORDER if id in by]


@given(st.lists(judged, min_size=1, max_size=20))
def test_numbers_that_do_not_add_up_are_seen(patients: list[tuple[Outcome, list[str]]]) -> None:
    whole = report(patients, 0)
    wrong = StudyReport(STUDY, "", evaluated=whole.evaluated + 1, outcomes=whole.outcomes, first_out=whole.first_out)
    assert not funnel(wrong, len(patients) + 1, ORDER).sound


def test_what_people_did_since_stands_apart_and_is_left_out_where_nobody_knows() -> None:
    part = report([(Outcome.CANDIDATE, [])], 0)
    last = [(one.stage, one.number) for one in funnel(part, 1, ORDER, Reached(7, 2, None)).steps[-1:]]
    assert last == [(Stage.ACCEPTED, 7)]
    assert funnel(part, 1, ORDER).steps[-1].stage is Stage.CANDIDATE


def test_counts_without_a_report_say_that_the_criterion_is_not_recorded() -> None:
    found = funnel(StudyReport(STUDY, "", evaluated=3, outcomes={"excluded": 2, "candidate": 1}), 3, ORDER)
    assert [(one.criterion, one.out) for one in found.steps if one.stage is Stage.KEPT_OUT] == [("", 2)]
    assert found.sound
