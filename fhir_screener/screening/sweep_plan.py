"""What a sweep is made of: its head, its chunks, and what became of each. Plain values that travel as JSON.

The JSON of a `Chunk` is the body of the message to a worker: a wire contract, later changes only add.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from itertools import islice
from typing import Any

import msgspec

from fhir_screener.errors import DataError
from fhir_screener.screening.lookalikes import Lookalike

WIRE_VERSION = 1


class State(Enum):
    """Where a sweep stands: `planning` -> `running` -> `done`, or `failed` when it was given up."""

    PLANNING = "planning"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"

    @property
    def open(self) -> bool:
        return self in (State.PLANNING, State.RUNNING)


@dataclass(frozen=True)
class Head:
    """A sweep as asked for, and how much of it there is.

    `studies` is {study id: mapping checksum}. `setup` is a fingerprint of the settings that every worker must share.
    `patients` and `chunks` count what is planned; they are final once the state is `running`. `requests` and `warnings`
    are those of listing the patients; `tries` counts how often listing them was begun. `unattended`: nobody but
    the workers would begin it again.
    """

    sweep: str
    studies: Mapping[str, str]
    as_of: date
    zone: str
    started: datetime
    source: str = ""
    target: str = ""
    setup: str = ""
    dry_run: bool = False
    chunk_size: int = 200
    state: State = State.PLANNING
    patients: int = 0
    chunks: int = 0
    requests: int = 0
    warnings: tuple[str, ...] = ()
    tries: int = 1
    unattended: bool = False
    ended: datetime | None = None


@dataclass(frozen=True)
class Chunk:
    """A piece of a sweep, as sent to a worker: ids only. A wire contract."""

    sweep: str
    number: int
    studies: Mapping[str, str]
    as_of: date
    zone: str
    patients: tuple[str, ...]
    source: str = ""
    target: str = ""
    setup: str = ""
    dry_run: bool = False
    version: int = WIRE_VERSION

    @classmethod
    def of(cls, head: Head, number: int, patients: Iterable[str]) -> Chunk:
        """A chunk of this sweep."""
        return cls(
            sweep=head.sweep,
            number=number,
            studies=head.studies,
            as_of=head.as_of,
            zone=head.zone,
            patients=tuple(patients),
            source=head.source,
            target=head.target,
            setup=head.setup,
            dry_run=head.dry_run,
        )


Counts = dict[str, dict[str, int]]
"""{study: {what: how many}}"""


@dataclass(frozen=True)
class Moved:
    """What a sweep did to one Task. `cause` is a record's reference, `time` or `mapping`, "" for a new Task."""

    action: str
    was: str = ""
    now: str = ""
    criterion: str = ""
    cause: str = ""


@dataclass
class ChunkResult:
    """What became of a chunk: counts, ids and short lines, never a value of a chart."""

    number: int = 0
    outcomes: Counts = field(default_factory=dict)
    """Outcomes of the patients that were evaluated."""
    actions: Counts = field(default_factory=dict)
    """What was done to the Tasks (or would be, in a dry run)."""
    keeps_out: Counts = field(default_factory=dict)
    """Per criterion, the patients it keeps out; a patient counts under each that does."""
    first_out: Counts = field(default_factory=dict)
    """Per criterion, the patients it is the first to keep out, in the study's order: the steps of a funnel."""
    alone_out: Counts = field(default_factory=dict)
    """Per criterion, the patients whom it alone keeps out."""
    unknown: Counts = field(default_factory=dict)
    """Per criterion, the patients for whom it is unknown."""
    too_far: Counts = field(default_factory=dict)
    """Per outcome (`later`), the patients without a Task for their day is beyond the study's `later_within`."""
    moved: dict[str, dict[str, Moved]] = field(default_factory=dict)
    """{study: {patient id: what became of the Task, and why}} of the Tasks that were written."""
    thin: dict[str, dict[str, str]] = field(default_factory=dict)
    """{study: {patient id: `criterion: record`}} of some of those kept out by one record alone, or by words alone."""
    read: int = 0
    unread: dict[str, str] = field(default_factory=dict)
    """{patient id: why}"""
    not_evaluated: dict[str, dict[str, str]] = field(default_factory=dict)
    """{study: {patient id: why}}: read, but something that counts was not fetched."""
    unwritten: dict[str, dict[str, str]] = field(default_factory=dict)
    """{study: {patient id: why the Task could not be written}}"""
    shown: dict[str, dict[str, str]] = field(default_factory=dict)
    """{study: {patient id: outcome}} of those a Task is kept for."""
    lookalikes: dict[str, list[Lookalike]] | None = None
    """{study: local names that nobody knows and that could change somebody}; None where they were not counted."""
    warnings: list[str] = field(default_factory=list)
    requests: int = 0
    seconds: float = 0.0


@dataclass(frozen=True)
class Trouble:
    """Why a chunk failed in a worker's hands; it may yet be done. `refused`: that worker's settings or mappings differ."""

    why: str
    refused: bool = False


def to_wire(value: Head | Chunk | ChunkResult) -> dict[str, Any]:
    """The value as a JSON-ready dict."""
    body: dict[str, Any] = msgspec.to_builtins(value)
    return body


def to_json(value: Head | Chunk | ChunkResult | Trouble) -> bytes:
    """The value as JSON."""
    return msgspec.json.encode(value)


def chunk_from_wire(body: Any) -> Chunk:
    """The chunk in a message; DataError when it is none, or made by a later version."""
    try:
        chunk = msgspec.convert(body, Chunk)
    except msgspec.ValidationError as error:
        raise DataError(f"not a chunk of a sweep: {error}", where="message") from None
    if chunk.version > WIRE_VERSION:
        raise DataError(f"made by a later version ({chunk.version}): update this worker", where="message")
    return chunk


def head_from_json(body: bytes) -> Head:
    return msgspec.json.decode(body, type=Head)


def chunk_from_json(body: bytes) -> Chunk:
    return msgspec.json.decode(body, type=Chunk)


def result_from_json(body: bytes) -> ChunkResult:
    return msgspec.json.decode(body, type=ChunkResult)


def trouble_from_json(body: bytes) -> Trouble:
    return msgspec.json.decode(body, type=Trouble)


def batches(items: Iterable[str], size: int) -> Iterator[tuple[str, ...]]:
    """The items in tuples of `size`, the last one shorter."""
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch
