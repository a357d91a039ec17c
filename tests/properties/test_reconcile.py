"""Reconciling is total, and a second time there is nothing left to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fhir_screener.fhir.task.build import Setting, new_task
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.identity import Identity
from fhir_screener.fhir.task.merge import merged
from fhir_screener.fhir.task.read import existing_from_task
from fhir_screener.screening.candidate import Action, Hand, reconcile
from fhir_screener.screening.screening import Screening
from tests.builders.screenings import screenings

POOL = "Organization/trials"
SETTING = Setting(Identity(b"a key for tests only", "ehr"), pool=POOL)
NOW = datetime(2021, 3, 1, tzinfo=UTC)
RESTING = (Action.UNCHANGED, Action.LEAVE, Action.LEAVE_DELETED)

same_patient = screenings.map(lambda s: replace(s, study="NCT1", patient="p1"))
edits = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(
            ("requested", "received", "accepted", "rejected", "on-hold", "cancelled", "completed")
        ),
        "owner": st.sampled_from(({"reference": POOL}, {"reference": "Practitioner/anna"})),
        "note": st.just([{"text": "rang her"}]),
        "priority": st.just("urgent"),
    },
)


def after(task: Json | None, judged: Screening, action: Action, now: datetime) -> Json | None:
    if not action.writes:
        return task
    return merged(task, judged, action, now, SETTING) if task else new_task(judged, SETTING, now)


def reduced(task: Json | None):  # type: ignore[no-untyped-def]
    return existing_from_task(task, POOL) if task else None


@given(st.lists(st.tuples(same_patient, edits), min_size=1, max_size=4))
def test_after_any_history_a_second_look_at_the_same_chart_writes_nothing(
    history: list[tuple[Screening, Json]],
) -> None:
    task: Json | None = None
    for night, (judged, edit) in enumerate(history):
        now = NOW + timedelta(days=night)
        task = after(task, judged, reconcile(reduced(task), judged), now)
        assert reconcile(reduced(task), judged) in RESTING
        task = task and {**task, **edit}


@given(same_patient, edits, same_patient)
def test_what_was_not_evaluated_never_writes(first: Screening, edit: Json, second: Screening) -> None:
    task = {**new_task(first, SETTING, NOW), **edit}
    assert reconcile(reduced(task), replace(second, evaluated=False)) is Action.LEAVE


@given(same_patient, edits, same_patient)
def test_a_coordinators_elements_are_never_written(first: Screening, edit: Json, second: Screening) -> None:
    theirs = {"restriction": {"repetitions": 1}, "reasonCode": {"text": "asked by the ward"}, "performerType": []}
    task = {**new_task(first, SETTING, NOW), **theirs, **edit}
    hand = existing_from_task(task, POOL).hand
    written = after(task, second, reconcile(reduced(task), second), NOW + timedelta(days=1))
    assert written is not None
    kept = [*theirs, "owner", "note", "priority", "authoredOn"]
    assert {name: written.get(name) for name in kept} == {name: task.get(name) for name in kept}
    if hand in (Hand.TOUCHED, Hand.DECIDED, Hand.RETIRED):
        assert written["status"] == task["status"]


@given(st.sampled_from(Hand), same_patient)
def test_every_hand_has_an_answer(hand: Hand, judged: Screening) -> None:
    task = replace(existing_from_task(new_task(judged, SETTING, NOW)), hand=hand)
    assert isinstance(reconcile(task, judged), Action)
