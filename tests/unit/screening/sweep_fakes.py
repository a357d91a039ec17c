"""Fakes for sweeps: a hospital of ids, a target that keeps Tasks, a queue that loses and doubles."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fhir_screener.criteria.evidence import Finding, met, not_met, unknown
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.errors import ScreenerError
from fhir_screener.records.facts import Patient
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.candidate import Action, Existing, Hand, shown_facets
from fhir_screener.screening.change import Again
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.ports import Applied, Batch, Unread
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.screening.sweep import Limits, Sweeper
from fhir_screener.screening.sweep_chunk import Bench, Judge
from fhir_screener.screening.sweep_plan import Chunk, Head
from fhir_screener.screening.sweep_ports import Ledger
from fhir_screener.verdict import Reason

STUDY = "NCT04660565"
AS_OF = date(2021, 3, 1)


class Clock:
    """A clock that is moved by hand; sleeping moves it."""

    def __init__(self) -> None:
        self.now = datetime(2021, 3, 1, 2, 30, tzinfo=UTC)
        self.slept: list[float] = []

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.forward(seconds)

    def seconds(self) -> float:
        return self.now.timestamp()


def outcome_of(patient: str) -> Outcome:
    """The first letter of an id says what becomes of the patient."""
    letters = {"c": Outcome.CANDIDATE, "r": Outcome.REVIEW, "x": Outcome.EXCLUDED, "n": Outcome.NO_SIGNAL}
    return letters[patient[0]]


def judge(record: PatientRecord, as_of: date, study: str = STUDY) -> Screening:
    """Two criteria: I1 by the id's first letter, E1 unknown for those in review."""
    patient = record.patient.id
    outcome = outcome_of(patient)
    first: Finding = not_met() if outcome is Outcome.EXCLUDED else met()
    second: Finding = unknown(Reason.STALE) if outcome is Outcome.REVIEW else not_met()
    return Screening(
        study=study,
        study_version="1",
        checksum="sha256:m1",
        patient=patient,
        as_of=as_of,
        outcome=outcome,
        criteria=(CriterionFinding("I1", "inclusion", "", first), CriterionFinding("E1", "exclusion", "ask", second)),
        evaluated=not record.failed,
        shown=outcome.kept,
        failed=record.failed,
    )


@dataclass
class Hospital:
    """A PatientSource. Ids in `unread` are so; `failed` names types not fetched; `breaks` raise a KeyError when read;
    `errors` are raised one a read, first to last."""

    patients: list[str]
    unread: dict[str, str] = field(default_factory=dict)
    failed: dict[str, frozenset[str]] = field(default_factory=dict)
    breaks: set[str] = field(default_factory=set)
    errors: deque[ScreenerError] = field(default_factory=deque)
    reads: list[tuple[str, ...]] = field(default_factory=list)

    def cohort(self) -> Iterator[str]:
        yield from self.patients

    def read(self, patients: Sequence[str]) -> Batch:
        self.reads.append(tuple(patients))
        if self.errors:
            raise self.errors.popleft()
        if self.breaks & set(patients):
            raise KeyError("Zhang Wei")
        there = [p for p in patients if p not in self.unread]
        records = tuple(PatientRecord(Patient(id=p), failed=self.failed.get(p, frozenset())) for p in there)
        unread = tuple(Unread(p, self.unread[p]) for p in patients if p in self.unread)
        return Batch(records, unread, ("Immunization: the server does not offer it",))


@dataclass
class Target:
    """A CandidateStore: {(study, patient): Existing}. `errors` is asked before a write, `lookups` before a read."""

    tasks: dict[tuple[str, str], Existing] = field(default_factory=dict)
    writes: list[tuple[str, str, Action]] = field(default_factory=list)
    errors: Callable[[str], Exception | None] = lambda patient: None
    lookups: deque[Exception] = field(default_factory=deque)

    def existing(self, study: str, patients: Sequence[str]) -> Mapping[str, Existing]:
        if self.lookups:
            raise self.lookups.popleft()
        return {p: self.tasks[study, p] for p in patients if (study, p) in self.tasks}

    def apply(
        self, screening: Screening, existing: Existing | None, action: Action, again: Again | None = None
    ) -> Applied:
        if error := self.errors(screening.patient):
            raise error
        if action is Action.CREATE and (screening.study, screening.patient) in self.tasks:
            return Applied(Action.UNCHANGED)
        hand = Hand.CANCELLED_BY_US if action is Action.WITHDRAW else Hand.UNTOUCHED
        self.tasks[screening.study, screening.patient] = Existing(
            hand=hand,
            digest=evidence_digest(screening),
            outcome=screening.outcome.value,
            facets=shown_facets(screening),
        )
        self.writes.append((screening.study, screening.patient, action))
        return Applied(action, existing.outcome if existing else "")


@dataclass
class Records:
    """A SweepRecord that remembers; `errors` are raised when a record is closed."""

    opens: list[str] = field(default_factory=list)
    closes: list[tuple[str, str, Mapping[str, Any]]] = field(default_factory=list)
    errors: deque[ScreenerError] = field(default_factory=deque)

    def opened(self, head: Head) -> None:
        self.opens.append(head.sweep)

    def closed(self, head: Head, report: Mapping[str, Any]) -> None:
        if self.errors:
            raise self.errors.popleft()
        self.closes.append((head.sweep, head.state.value, report))


@dataclass
class Queue:
    """A Dispatcher with a queue in memory."""

    messages: deque[Chunk] = field(default_factory=deque)
    restarted: list[str] = field(default_factory=list)

    def send(self, chunk: Chunk) -> None:
        self.messages.append(chunk)

    def restart(self, head: Head) -> None:
        self.restarted.append(head.sweep)

    def waiting(self) -> int:
        return len(self.messages)


def head(sweep: str = "s1", *, clock: Clock | None = None, **more: Any) -> Head:
    """A sweep of one study."""
    given: dict[str, Any] = {"studies": {STUDY: "sha256:m1"}, "setup": "setup", **more}
    return Head(sweep=sweep, as_of=AS_OF, zone="Asia/Shanghai", started=(clock or Clock())(), **given)


def bench(source: Hospital, store: Target, *, judges: Mapping[str, Judge] | None = None, batch_size: int = 2) -> Bench:
    return Bench(source=source, store=store, judges=judges or {STUDY: judge}, batch_size=batch_size)


def sweeper(ledger: Ledger, queue: Queue, records: Records, clock: Clock, **limits: int) -> Sweeper:
    given = {"chunk_size": 4, "lock_seconds": 600, "quiet_seconds": 60, "attempts": 4, **limits}
    return Sweeper(ledger, queue, records, clock, Limits(**given))
