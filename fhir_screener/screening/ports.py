"""What the sweep needs from outside, as Protocols. Bootstrap plugs the adapters in; tests plug in fakes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.candidate import Action, Existing
from fhir_screener.screening.screening import Screening


@dataclass(frozen=True)
class Unread:
    """A patient who could not be read at all, and why (no patient data in `why`)."""

    patient: str
    why: str


@dataclass(frozen=True)
class Batch:
    """What reading one batch of patient ids brought.

    Every id asked for is in `records`, or in `unread`. `warnings` are whole sentences for the report: a shortfall, an
    OperationOutcome, a type the server lacks.
    """

    records: tuple[PatientRecord, ...] = ()
    unread: tuple[Unread, ...] = ()
    warnings: tuple[str, ...] = ()


class PatientSource(Protocol):
    """Reads charts. Never raises for one patient: that patient is `unread`. Raises ServerError when nothing can be read."""

    def cohort(self) -> Iterator[str]:
        """The ids of the patients worth reading, each once, in a stable order."""

    def read(self, patients: Sequence[str]) -> Batch:
        """The charts of these patients, in that order."""


class CandidateStore(Protocol):
    """Keeps one Task per (study, patient) on the target server. Every call is idempotent."""

    def existing(self, study: str, patients: Sequence[str]) -> Mapping[str, Existing]:
        """The Tasks there are, by patient id; a deleted one is `Existing(deleted=True)`. Reads past any cache."""

    def apply(self, screening: Screening, existing: Existing | None, action: Action) -> Action:
        """Carry the action out; a conflict is re-read, reconciled again and retried. Returns what was done in the end."""


@dataclass(frozen=True)
class Chunk:
    """A piece of a sweep, as sent to a worker: ids only. A wire contract (see `workers/tasks.py`)."""

    sweep: str
    number: int
    studies: Mapping[str, str]
    """{study id: mapping checksum}"""
    as_of: date
    zone: str
    patients: tuple[str, ...]
    source: str = ""
    target: str = ""


class Dispatcher(Protocol):
    """Queues work without knowing who will do it."""

    def send(self, chunk: Chunk) -> None:
        """Queue a chunk; may be called again for the same chunk."""


Progress = Callable[[int, int | None], None]
"""Called with (patients done, patients in all or None)."""


@dataclass
class ChunkResult:
    """What became of a chunk: counts, ids and short lines only, so that it can travel through Redis."""

    number: int = 0
    outcomes: dict[str, dict[str, int]] = field(default_factory=dict)
    """{study: {outcome: patients}}"""
    actions: dict[str, dict[str, int]] = field(default_factory=dict)
    """{study: {action: Tasks}}"""
    deciding: dict[str, dict[str, int]] = field(default_factory=dict)
    """{study: {criterion: patients it keeps out}}"""
    read: int = 0
    unread: dict[str, str] = field(default_factory=dict)
    """{patient id: why}"""
    unwritten: dict[str, str] = field(default_factory=dict)
    """{`study/patient id`: why its Task could not be written}"""
    not_evaluated: dict[str, str] = field(default_factory=dict)
    """{patient id: the types that were not fetched}"""
    warnings: list[str] = field(default_factory=list)
    shown: list[tuple[str, str, str]] = field(default_factory=list)
    """(study, patient id, outcome) of candidates, reviews and laters"""


class Ledger(Protocol):
    """The sweep's memory: which chunks are done, what came of them, and the one lock. Redis, or memory for `--inline`."""

    def lock(self, name: str, seconds: int) -> bool:
        """Take the lock, or say that somebody has it."""

    def unlock(self, name: str) -> None: ...

    def plan(self, sweep: str, chunks: Iterable[Chunk]) -> int:
        """Remember what there is to do; returns how many chunks."""

    def chunk(self, sweep: str, number: int) -> Chunk | None: ...

    def done(self, sweep: str, result: ChunkResult) -> bool:
        """Mark done, once; False when it was done before (the result is then dropped)."""

    def pending(self, sweep: str) -> list[int]:
        """The numbers of the chunks not yet done."""

    def results(self, sweep: str) -> list[ChunkResult]: ...
