"""The sweep's own record, and the worklist's rows, on each server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fhir_screener.fhir.task.sweep_record import SweepTasks, counts_of
from fhir_screener.fhir.task.worklist import Worklist
from fhir_screener.screening.candidate import Action, Hand
from fhir_screener.screening.report import make_report
from fhir_screener.screening.screening import Outcome
from fhir_screener.screening.sweep_plan import ChunkResult, Head, State
from tests.builders.screenings import excluded, screening
from tests.integration.task_world import IDENTITY, STUDY, World, without, world

HEAD = Head(
    sweep="2021-03-01T0230",
    studies={STUDY: "sha256:0f", "NCT2": "sha256:1e"},
    as_of=date(2021, 3, 1),
    zone="Asia/Shanghai",
    started=datetime(2021, 2, 28, 18, 30, tzinfo=UTC),
    state=State.RUNNING,
    patients=7,
)
DONE = replace(HEAD, state=State.DONE, ended=datetime(2021, 2, 28, 18, 42, tzinfo=UTC))
RESULT = ChunkResult(
    outcomes={STUDY: {"candidate": 2, "excluded": 4}, "NCT2": {"no_signal": 6}},
    actions={STUDY: {"created": 1, "unchanged": 1}},
    read=6,
    unread={"p7": "timed out"},
    not_evaluated={"NCT2": {"p6": "Observation"}},
    requests=40,
)


@pytest.fixture
def there(fhir_server: str) -> World:
    return world(fhir_server)


@pytest.mark.parametrize("client_ids", [True, False], ids=["our ids", "their ids"])
def test_a_sweep_is_written_when_it_begins_and_when_it_ends(there: World, client_ids: bool) -> None:
    capability = without(there.capability, client_ids=client_ids)
    record = SweepTasks(there.session, capability, IDENTITY)
    record.opened(HEAD)
    record.opened(HEAD)
    (task,) = there.search("Task")
    assert (task["status"], task["code"]["coding"][0]["code"]) == ("in-progress", "sweep")
    there.put({**task, "note": [{"text": "watched by the operator"}]})
    report = make_report(DONE, [RESULT], DONE.started).to_wire()
    record.closed(DONE, report)
    record.closed(DONE, report)
    (task,) = there.search("Task")
    assert (task["status"], "end" in task["executionPeriod"], len(task["note"])) == ("completed", True, 1)
    counts = counts_of(task)
    assert (counts["", "patients"], counts["", "read"], counts["", "unread"]) == (7, 6, 1)
    assert counts[STUDY, "outcome:candidate"] == 2
    assert counts[STUDY, "action:created"] == 1
    assert counts["NCT2", "not-evaluated"] == 1


def test_a_sweep_given_up_before_it_was_written_is_failed(there: World) -> None:
    record = SweepTasks(there.session, there.capability, IDENTITY)
    failed = replace(DONE, state=State.FAILED)
    record.closed(failed, make_report(failed, [], DONE.started).to_wire())
    assert [task["status"] for task in there.search("Task")] == ["failed"]


def test_a_worklist_has_a_row_for_each_open_candidate_of_its_study(there: World) -> None:
    store = there.store()
    later = screening(patient="p2", outcome=Outcome.LATER, eligible_from=date(2021, 6, 1))
    for judged in (screening(), later, screening(patient="p2", study="NCT2"), screening(patient="p3")):
        there.sweep(judged, store)
    assert there.sweep(excluded(patient="p3"), store) is Action.WITHDRAW
    SweepTasks(there.session, there.capability, IDENTITY).opened(HEAD)
    worklist = Worklist(there.session, there.capability, there.setting)
    rows = {row.patient: row for row in worklist.rows(STUDY)}
    assert sorted(rows) == ["p1", "p2"]
    assert (rows["p1"].outcome, rows["p1"].status, rows["p1"].hand) == ("candidate", "requested", Hand.UNTOUCHED)
    assert (rows["p1"].as_of, rows["p1"].owner) == ("2021-03-01", "Organization/trials")
    assert (rows["p2"].outcome, rows["p2"].eligible_from) == ("later", date(2021, 6, 1))
    assert [row.patient for row in worklist.rows(STUDY, ["later"])] == ["p2"]
    assert [row.patient for row in worklist.rows(STUDY, [])] != []
    assert {row.patient for row in worklist.rows(STUDY, [], facet="test: hbv-dna")} == {"p1", "p2"}
    assert [row.patient for row in worklist.rows(STUDY, ["no-longer-matches"])] == ["p3"]


def test_a_worklist_of_many_pages_is_whole(there: World) -> None:
    store = there.store()
    store.ensure_support(STUDY)
    patients = [f"n{number}" for number in range(23)]
    for patient in patients:
        there.sweep(screening(patient=patient, criteria=()), store)
    worklist = Worklist(there.session, there.capability, there.setting)
    assert sorted(row.patient for row in worklist.rows(STUDY)) == sorted(patients)
    assert worklist.screening(STUDY, "n3") == screening(patient="n3", criteria=())
    assert worklist.screening(STUDY, "n99") is None
