"""A sweep's report there and back on each server, the history of sweeps, and what became of the candidates since."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from fhir_screener.errors import UsageError
from fhir_screener.fhir.task.desk import Desk
from fhir_screener.fhir.task.identity import Identity
from fhir_screener.fhir.task.reached import reached
from fhir_screener.fhir.task.sweep_record import SweepTasks
from fhir_screener.fhir.task.sweep_report import report_of
from fhir_screener.fhir.task.sweeps import Sweeps
from fhir_screener.screening.decision import Move, Person, decision
from fhir_screener.screening.lookalikes import Lookalike
from fhir_screener.screening.report import SweepReport, make_report
from fhir_screener.screening.report_cut import LIMIT
from fhir_screener.screening.sweep_plan import ChunkResult, Head, Moved, State
from tests.builders.screenings import screening
from tests.integration.task_world import IDENTITY, STUDY, World, world

BEGAN = datetime(2021, 2, 28, 18, 30, tzinfo=UTC)
HEAD = Head(
    sweep="sweep-0",
    studies={STUDY: "sha256:0f"},
    as_of=date(2021, 3, 1),
    zone="Asia/Shanghai",
    started=BEGAN,
    state=State.DONE,
    ended=BEGAN + timedelta(minutes=12),
    patients=7,
)
RESULT = ChunkResult(
    outcomes={STUDY: {"candidate": 2, "excluded": 4}},
    actions={STUDY: {"created": 1, "refreshed": 1}},
    first_out={STUDY: {"E1": 4}},
    alone_out={STUDY: {"E1": 3}},
    moved={STUDY: {"p1": Moved("refreshed", "review", "candidate", "E8a", "Observation/9")}},
    thin={STUDY: {"p2": "E1: Condition/4"}},
    read=6,
    unread={"p7": "超时 <timed out>"},
    lookalikes={STUDY: [Lookalike("test", "乙肝表面抗原定量", "urn:lab", "0231", "hbsag", "HBsAg", 3, 2, 1, ("E8a",))]},
)


@pytest.fixture
def there(fhir_server: str) -> World:
    return world(fhir_server)


def night(number: int, **changes: object) -> Head:
    began = BEGAN + timedelta(days=number)
    return replace(HEAD, sweep=f"sweep-{number}", started=began, ended=began + timedelta(minutes=12), **changes)  # type: ignore[arg-type]


def written(there: World, head: Head, result: ChunkResult = RESULT) -> SweepReport:
    report = make_report(head, [result], head.started)
    SweepTasks(there.session, there.capability, IDENTITY).closed(head, report.to_wire())
    return report


def test_the_report_comes_back_as_it_was(there: World) -> None:
    report = written(there, HEAD)
    sweeps = Sweeps(there.session, there.capability, IDENTITY.source)
    (seen,) = sweeps.of_study(STUDY)
    assert (seen.state, seen.began, seen.evaluated, seen.left) == (State.DONE, BEGAN, 6, 1)
    assert report_of(sweeps.by_id(seen.task)) == report


def test_a_report_of_many_failures_is_taken_and_says_what_it_left_out(there: World) -> None:
    unread = {f"patient-{n:06}": "the server failed, HTTP 500: internal error" for n in range(20_000)}
    written(there, replace(HEAD, patients=20_006), replace(RESULT, unread=unread))
    sweeps = Sweeps(there.session, there.capability, IDENTITY.source)
    (seen,) = sweeps.of_study(STUDY)
    task = sweeps.by_id(seen.task)
    report = report_of(task)
    assert report is not None
    assert report.total("unread") == seen.unread == 20_000
    assert len(report.unread) < 20_000
    assert task["output"][-1]["valueAttachment"]["size"] <= LIMIT


def test_the_history_is_newest_first_page_by_page(there: World) -> None:
    for number in (1, 0, 2):
        written(there, night(number))
    written(there, night(3, studies={"NCT2": "sha256:1e"}))
    SweepTasks(there.session, there.capability, IDENTITY).opened(replace(night(4), state=State.RUNNING, ended=None))
    there.sweep(screening())
    sweeps = Sweeps(there.session, there.capability, IDENTITY.source)
    found = list(sweeps.of_study(STUDY, size=2))
    assert [one.sweep for one in found] == ["sweep-4", "sweep-2", "sweep-1", "sweep-0"]
    assert found[0].state.open
    assert [one.sweep for one in sweeps.of_study(STUDY, before=found[1].began)] == ["sweep-1", "sweep-0"]


def test_the_sweep_of_another_site_is_no_sweep_of_ours(there: World) -> None:
    written(there, HEAD)
    others = make_report(night(1), [RESULT], BEGAN).to_wire()
    SweepTasks(there.session, there.capability, Identity(IDENTITY.key, "another")).closed(night(1), others)
    assert [one.sweep for one in Sweeps(there.session, there.capability, IDENTITY.source).of_study(STUDY)] == [
        "sweep-0"
    ]
    assert [one.sweep for one in Sweeps(there.session, there.capability, "another").of_study(STUDY)] == ["sweep-1"]


def test_a_candidate_is_no_sweep(there: World) -> None:
    there.sweep(screening())
    with pytest.raises(UsageError, match="no sweep of this id"):
        Sweeps(there.session, there.capability, IDENTITY.source).by_id(there.task()["id"])


def test_accepted_by_tasks_and_enrolled_by_research_subjects(there: World) -> None:
    store = there.store()
    for patient in ("p1", "p2"):
        there.sweep(screening(patient=patient), store)
    asked = (there.session, there.capability, there.setting, STUDY)
    assert reached(*asked).accepted == 0
    at = Desk(there.session, there.capability, there.setting, there.clock, "0.1.0")
    at.decide(STUDY, "p1", decision(Move.ACCEPT, Person("anna"), date(2021, 3, 2)))
    found = reached(*asked)
    assert (found.accepted, found.completed) == (1, 0)
    if there.capability.can("ResearchSubject", "search-type") is False:
        assert found.enrolled is None
        return
    assert found.enrolled == 0
    (subject,) = there.search("ResearchSubject")
    there.put({**subject, "status": "on-study"})
    assert reached(*asked).enrolled == 1
