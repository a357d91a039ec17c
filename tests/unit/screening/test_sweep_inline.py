"""A sweep in one process: whom it answers, what it writes, and what a fault may cost."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import orjson
import pytest

from fhir_screener.errors import AuthError, Busy, Refused, ServerError, SweepBusy, Unreachable
from fhir_screener.records.facts import Patient
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.memory_ledger import MemoryLedger
from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.sweep import Limits, Listing
from fhir_screener.screening.sweep_chunk import Bench
from fhir_screener.screening.sweep_dry import DryStore
from fhir_screener.screening.sweep_plan import Head, State
from fhir_screener.screening.sweep_run import run_inline
from tests.unit.screening.sweep_fakes import STUDY, Clock, Hospital, Records, Target, bench, head, judge

IDS = ["c1", "c2", "r1", "x1", "x2", "n1", "n2", "c3", "x3"]


class World:
    """A hospital, a target and what is needed to sweep."""

    def __init__(self, patients: list[str] | None = None) -> None:
        self.clock = Clock()
        self.source, self.target, self.records = Hospital(patients or IDS), Target(), Records()
        self.ledger = MemoryLedger(self.clock.seconds)
        self.progress: list[tuple[int, int | None]] = []
        self.sweeps = 0

    def sweep(self, work: Bench | None = None, what: Head | None = None, attempts: int = 3) -> SweepReport:
        self.sweeps += 1
        return run_inline(
            what or head(f"s{self.sweeps}", clock=self.clock),
            Listing(self.source.cohort(), notes=lambda: ["a diagnosis in text only is not found"], requests=lambda: 7),
            work or bench(self.source, self.target),
            self.ledger,
            self.records,
            self.clock,
            self.clock.sleep,
            Limits(chunk_size=4, attempts=attempts),
            progress=lambda done, total: self.progress.append((done, total)),
        )

    @property
    def with_task(self) -> list[str]:
        return sorted(patient for _, patient in self.target.tasks)


def test_each_patient_is_answered_once_and_the_kept_get_a_task() -> None:
    world = World()
    report = world.sweep()
    study = report.studies[0]
    assert (report.patients, report.read, study.evaluated) == (9, 9, 9)
    assert Counter(patient for ids in world.source.reads for patient in ids) == Counter(IDS)
    assert study.outcomes == {"candidate": 3, "review": 1, "excluded": 3, "no_signal": 2}
    assert study.actions == {"created": 4, "left": 5}
    assert study.shown == {"c1": "candidate", "c2": "candidate", "r1": "review", "c3": "candidate"}
    assert world.with_task == ["c1", "c2", "c3", "r1"]
    assert (study.keeps_out, study.first_out, study.unknown) == ({"I1": 3}, {"I1": 3}, {"E1": 1})
    assert (report.state, report.failures, report.exit_code) == (State.DONE, False, 0)


def test_a_second_sweep_writes_nothing() -> None:
    world = World()
    world.sweep()
    world.target.writes.clear()
    report = world.sweep()
    assert world.target.writes == []
    assert report.studies[0].actions == {"unchanged": 4, "left": 5}


def test_whoever_no_longer_matches_is_withdrawn() -> None:
    world = World(["c1", "c2"])
    world.sweep()

    def excludes_c1(record: PatientRecord, as_of: date) -> Screening:
        changed = PatientRecord(Patient(id="x1")) if record.patient.id == "c1" else record
        return replace(judge(changed, as_of), patient=record.patient.id)

    report = world.sweep(bench(world.source, world.target, judges={STUDY: excludes_c1}))
    assert report.studies[0].actions == {"withdrawn": 1, "unchanged": 1}


def test_many_studies_read_each_patient_once() -> None:
    world = World()
    other = "NCT00000002"
    judges = {STUDY: judge, other: lambda record, as_of: judge(record, as_of, other)}
    what = head(clock=world.clock, studies={STUDY: "sha256:m1", other: "sha256:m2"})
    report = world.sweep(bench(world.source, world.target, judges=judges), what)
    assert sum(len(ids) for ids in world.source.reads) == len(IDS)
    assert [(study.study, study.outcomes["candidate"]) for study in report.studies] == [(STUDY, 3), (other, 3)]
    assert len(world.target.tasks) == 8


def test_progress_reaches_the_whole() -> None:
    world = World()
    world.sweep()
    assert world.progress[0] == (0, 9)
    assert world.progress[-1] == (9, 9)
    assert [done for done, _ in world.progress] == sorted(done for done, _ in world.progress)


def test_the_report_says_it_all_once_and_is_json() -> None:
    world = World()
    world.source.unread = {"x2": "Patient/x2: 404"}
    report = world.sweep()
    body = orjson.loads(orjson.dumps(report.to_wire()))
    assert body["unread"] == {"x2": "Patient/x2: 404"}
    assert body["warnings"] == ["a diagnosis in text only is not found", "Immunization: the server does not offer it"]
    assert (body["requests"], body["data_as_of"], body["as_of"]) == (7, "2021-03-01T02:30:00Z", "2021-03-01")
    assert body["failures"] is True
    assert report.exit_code == 1


def test_the_record_on_the_target_is_written_at_start_and_close_only() -> None:
    world = World()
    report = world.sweep()
    assert world.records.opens == ["s1"]
    assert [(sweep, state) for sweep, state, _ in world.records.closes] == [("s1", "done")]
    assert world.records.closes[0][2] == report.to_wire()


# Faults


def test_a_chart_that_breaks_the_reader_is_set_aside() -> None:
    world = World()
    world.source.breaks = {"c2"}
    report = world.sweep()
    assert list(report.unread) == ["c2"]
    assert report.unread["c2"].startswith("a mistake in the program: KeyError at sweep_fakes.py:")
    assert world.with_task == ["c1", "c3", "r1"]
    assert report.read == 8


def test_a_chart_that_breaks_the_judge_is_set_aside() -> None:
    world = World()

    def breaks_on_c2(record: PatientRecord, as_of: date) -> Screening:
        if record.patient.id == "c2":
            raise ValueError("Zhang Wei, born 1961")
        return judge(record, as_of)

    report = world.sweep(bench(world.source, world.target, judges={STUDY: breaks_on_c2}))
    study = report.studies[0]
    assert list(study.not_evaluated) == ["c2"]
    assert "Zhang" not in orjson.dumps(report.to_wire()).decode()
    assert world.with_task == ["c1", "c3", "r1"]
    assert (report.read, study.evaluated, report.exit_code) == (9, 8, 1)


def test_what_was_not_fetched_changes_no_task() -> None:
    world = World(["c1", "x1"])
    world.sweep()
    before = dict(world.target.tasks)
    world.source.failed = {"c1": frozenset({"Observation", "Condition"})}
    world.source.patients = ["c1", "x1"]
    report = world.sweep()
    assert report.studies[0].not_evaluated == {"c1": "not fetched: Condition, Observation"}
    assert world.target.tasks == before
    assert report.studies[0].evaluated == 1


def test_a_task_the_server_refuses_is_named_and_the_others_are_written() -> None:
    world = World()
    world.target.errors = lambda patient: Refused("422", status=422) if patient == "c1" else None
    report = world.sweep()
    assert report.studies[0].unwritten == {"c1": "422"}
    assert world.with_task == ["c2", "c3", "r1"]
    assert report.exit_code == 1


def test_a_busy_source_is_asked_again_and_nothing_is_doubled() -> None:
    world = World()
    world.source.errors = deque([Busy("429", retry_after=40), Unreachable("cut")])
    report = world.sweep(attempts=5)
    assert report.exit_code == 0
    assert world.clock.slept == [40, 10]
    assert report.studies[0].outcomes == {"candidate": 3, "review": 1, "excluded": 3, "no_signal": 2}
    assert Counter(world.target.writes) == Counter({(STUDY, p, Action.CREATE): 1 for p in ("c1", "c2", "c3", "r1")})
    assert world.progress[-1] == (9, 9)


def test_a_source_that_stays_down_is_given_up_and_each_patient_named() -> None:
    world = World()
    world.source.errors = deque([Unreachable("no connection")] * 99)
    report = world.sweep(attempts=3)
    assert report.unread == dict.fromkeys(IDS, "no connection")
    assert report.read == 0
    assert world.target.tasks == {}
    # Three chunks, three attempts each, and never more than one read in an attempt.
    assert len(world.source.reads) == 9


def test_a_refused_sign_in_is_not_tried_again() -> None:
    world = World(IDS[:4])
    world.source.errors = deque([AuthError("401: check the token", status=401)] * 99)
    report = world.sweep()
    assert report.unread == dict.fromkeys(IDS[:4], "401: check the token")
    assert len(world.source.reads) == 1
    assert world.clock.slept == []


def test_one_batch_refused_does_not_stop_the_next() -> None:
    world = World(IDS[:4])
    world.source.errors = deque([Refused("400", status=400)])
    report = world.sweep()
    assert report.unread == {"c1": "400", "c2": "400"}
    assert world.with_task == ["r1"]


def test_a_target_that_is_down_is_not_asked_for_every_task() -> None:
    world = World(["c1", "c2", "c3"])
    asked: list[str] = []

    def down(patient: str) -> Exception:
        asked.append(patient)
        return AuthError("403", status=403)

    world.target.errors = down
    report = world.sweep()
    assert report.studies[0].unwritten == dict.fromkeys(["c1", "c2", "c3"], "403")
    assert asked == ["c1"]


def test_tasks_that_cannot_be_looked_up_are_not_written() -> None:
    world = World(["c1", "x1"])
    world.target.lookups = deque([Refused("400", status=400)])
    report = world.sweep()
    assert report.studies[0].unwritten == {"c1": "400"}
    assert world.target.writes == []
    assert any("could not be looked up" in warning for warning in report.warnings)


def test_a_mistake_while_writing_shows_no_data() -> None:
    world = World(["c1", "c2"])
    world.target.errors = lambda patient: ValueError("Zhang Wei") if patient == "c1" else None
    report = world.sweep()
    assert report.studies[0].unwritten["c1"].startswith("a mistake in the program: ValueError")
    assert "Zhang" not in str(report)
    assert world.with_task == ["c2"]


def test_a_record_that_cannot_be_closed_does_not_lose_the_report() -> None:
    world = World()
    world.records.errors = deque([Unreachable("gone")])
    report = world.sweep()
    assert report.state is State.DONE
    assert "the sweep's own record was not written: gone" in report.warnings


def test_a_cohort_that_cannot_be_listed_ends_the_sweep() -> None:
    world = World()

    def cohort() -> Iterator[str]:
        yield from ["c1", "c2", "r1", "x1", "x2"]
        raise Unreachable("no connection")

    world.source.cohort = cohort  # type: ignore[method-assign]
    with pytest.raises(ServerError, match="no connection"):
        world.sweep()
    assert [state for _, state, _ in world.records.closes] == ["failed"]
    assert world.ledger.open_sweeps() == []
    world.source.cohort = lambda: iter(IDS)  # type: ignore[method-assign]
    assert world.sweep().exit_code == 0


def test_one_sweep_of_a_study_at_a_time() -> None:
    world = World()
    world.ledger.lock(f"setup:{STUDY}", "another", 600)
    with pytest.raises(SweepBusy, match=f"another of {STUDY} is going on"):
        world.sweep()
    assert world.target.writes == []
    assert world.records.opens == []
    world.clock.forward(601)
    assert world.sweep().exit_code == 0


def test_a_dry_run_writes_nothing_and_needs_no_lock() -> None:
    world = World()
    world.ledger.lock(f"setup:{STUDY}", "another", 600)
    dry = bench(world.source, world.target)
    report = world.sweep(replace(dry, store=DryStore(world.target)), head("dry", clock=world.clock, dry_run=True))
    assert report.studies[0].actions == {"created": 4, "left": 5}
    assert (world.target.tasks, world.records.opens, world.records.closes) == ({}, [], [])
    assert report.dry_run


def test_an_empty_cohort_is_a_sweep_too() -> None:
    world = World()
    world.source.patients = []
    report = world.sweep()
    assert (report.patients, report.state, report.exit_code) == (0, State.DONE, 0)


def test_reading_ahead_gives_the_same_report() -> None:
    def swept(ahead: bool) -> dict[str, object]:
        world = World()
        world.source.unread = {"n1": "404"}
        world.source.breaks = {"x2"}
        return world.sweep(replace(bench(world.source, world.target), ahead=ahead)).to_wire()

    assert swept(True) == swept(False)
