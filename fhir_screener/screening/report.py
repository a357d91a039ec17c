"""The report of a sweep: whose charts were judged, who could not be and why, what was found and what was written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import msgspec

from fhir_screener.screening.candidate import Action
from fhir_screener.screening.lookalikes import TOLD, Lookalike, added
from fhir_screener.screening.sweep_plan import ChunkResult, Counts, Head, Moved, State
from fhir_screener.screening.sweep_tally import merge

THIN = 20
"""Exclusions by one record or by words alone that are named for a check by hand."""
NEW = (Action.CREATE,)
CHANGED = (Action.REFRESH, Action.UPDATE, Action.RESTORE, Action.RESURFACE)
GONE = (Action.WITHDRAW, Action.MARK, Action.CLOSE)
"""What a sweep can do to Tasks, as people ask: who is new, who is changed, who is gone."""


@dataclass(frozen=True)
class StudyReport:
    """One study of a sweep. Counts are patients, but for `actions`, which are Tasks.

    `keeps_out` counts a patient under each criterion that keeps her out, `first_out` under the first in the study's
    order, `alone_out` under the only one, `unknown` (of those shown) under each that is open. `too_far` of an outcome
    have no Task, as their day is beyond `later_within`. `shown` is {patient id: outcome} of those with a Task, `moved`
    {patient id: what became of the Task, and why}, `thin` {patient id: the only record or words behind an exclusion},
    some of them, to be checked by hand. `lookalikes` are local names that nobody knows, those first that could change
    most patients; None where they were not counted. `left_out` is {list: how many more than it names}, where a list
    was shortened.
    """

    study: str
    checksum: str
    evaluated: int = 0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    actions: Mapping[str, int] = field(default_factory=dict)
    keeps_out: Mapping[str, int] = field(default_factory=dict)
    first_out: Mapping[str, int] = field(default_factory=dict)
    unknown: Mapping[str, int] = field(default_factory=dict)
    not_evaluated: Mapping[str, str] = field(default_factory=dict)
    unwritten: Mapping[str, str] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)
    alone_out: Mapping[str, int] = field(default_factory=dict)
    moved: Mapping[str, Moved] = field(default_factory=dict)
    thin: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    lookalikes: tuple[Lookalike, ...] | None = None
    too_far: Mapping[str, int] = field(default_factory=dict)

    def total(self, name: str) -> int:
        """How many patients this list has, those included that a shortened report does not name."""
        return len(getattr(self, name) or ()) + self.left_out.get(name, 0)


@dataclass(frozen=True)
class SweepReport:
    """A whole sweep. `data_as_of` is when reading began, `seconds` from start to end, `requests` those made.

    `patients` were to be read, `read` were; the others are in `unread`, {patient id: why}. Warnings are whole
    sentences, each once. Ids only.
    """

    sweep: str
    state: State
    as_of: date
    zone: str
    data_as_of: datetime
    seconds: float
    source: str
    target: str
    dry_run: bool
    patients: int
    read: int = 0
    unread: Mapping[str, str] = field(default_factory=dict)
    studies: tuple[StudyReport, ...] = ()
    warnings: tuple[str, ...] = ()
    requests: int = 0
    left_out: Mapping[str, int] = field(default_factory=dict)

    def total(self, name: str) -> int:
        """As `StudyReport.total`, for `unread` and `warnings`."""
        return len(getattr(self, name)) + self.left_out.get(name, 0)

    @property
    def failures(self) -> bool:
        """Whether somebody was not read, not evaluated or not written, or the sweep was given up."""
        return (
            self.state is State.FAILED
            or self.total("unread") > 0
            or any(study.total("not_evaluated") or study.total("unwritten") for study in self.studies)
        )

    @property
    def exit_code(self) -> int:
        """0, or 1 when there are failures."""
        return 1 if self.failures else 0

    def to_wire(self) -> dict[str, Any]:
        """The report as a JSON-ready dict, with `failures`."""
        body: dict[str, Any] = msgspec.to_builtins(self)
        return body | {"failures": self.failures}


def make_report(head: Head, results: Iterable[ChunkResult], now: datetime) -> SweepReport:
    """The report over these results, each chunk once. `now` is the end of a sweep that has not ended."""
    whole, names = ChunkResult(), _Names()
    for result in results:
        _add(whole, result)
        names.add(result)
    return SweepReport(
        sweep=head.sweep,
        state=head.state,
        as_of=head.as_of,
        zone=head.zone,
        data_as_of=head.started,
        seconds=round(((head.ended or now) - head.started).total_seconds(), 3),
        source=head.source,
        target=head.target,
        dry_run=head.dry_run,
        patients=head.patients,
        read=whole.read,
        unread=whole.unread,
        studies=tuple(_study(study, checksum, whole, names.of(study)) for study, checksum in head.studies.items()),
        warnings=tuple(dict.fromkeys([*head.warnings, *whole.warnings])),
        requests=head.requests + whole.requests,
    )


def _add(whole: ChunkResult, part: ChunkResult) -> None:
    for name in ("outcomes", "actions", "keeps_out", "first_out", "alone_out", "unknown", "too_far"):
        counts: Counts = getattr(whole, name)
        merge(counts, getattr(part, name))
    for name in ("not_evaluated", "unwritten", "shown", "moved", "thin"):
        for study, rows in getattr(part, name).items():
            getattr(whole, name).setdefault(study, {}).update(rows)
    whole.read += part.read
    whole.unread.update(part.unread)
    whole.warnings += part.warnings
    whole.requests += part.requests


class _Names:
    """Local names, gathered chunk by chunk: names are added up once."""

    def __init__(self) -> None:
        self._parts: list[Mapping[str, Sequence[Lookalike]]] = []

    def add(self, part: ChunkResult) -> None:
        if part.lookalikes is not None:
            self._parts.append(part.lookalikes)

    def of(self, study: str) -> tuple[Lookalike, ...] | None:
        """None where no chunk counted them."""
        return added(part.get(study, ()) for part in self._parts) if self._parts else None


def _study(study: str, checksum: str, whole: ChunkResult, names: tuple[Lookalike, ...] | None) -> StudyReport:
    outcomes = whole.outcomes.get(study, {})
    over = len(names or ()) - TOLD
    return StudyReport(
        study=study,
        checksum=checksum,
        evaluated=sum(outcomes.values()),
        outcomes=outcomes,
        actions=whole.actions.get(study, {}),
        keeps_out=whole.keeps_out.get(study, {}),
        first_out=whole.first_out.get(study, {}),
        unknown=whole.unknown.get(study, {}),
        not_evaluated=whole.not_evaluated.get(study, {}),
        unwritten=whole.unwritten.get(study, {}),
        shown=whole.shown.get(study, {}),
        alone_out=whole.alone_out.get(study, {}),
        moved=whole.moved.get(study, {}),
        too_far=whole.too_far.get(study, {}),
        thin=dict(sorted(whole.thin.get(study, {}).items())[:THIN]),
        lookalikes=names[:TOLD] if names is not None else None,
        left_out={"lookalikes": over} if over > 0 else {},
    )
