"""Whether what a worklist shows is all, and of today: what its banner has to own up to. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from fhir_screener.records.dates import zone_info
from fhir_screener.screening.sweep_plan import State

SILENCE = timedelta(minutes=15)
"""After which a sweep that said how far it is, and says no more, is taken to have been interrupted."""
DAY = timedelta(days=1)
GRACE = timedelta(minutes=30)
"""After the hour of the nightly sweep, before it is missed."""
LIFELESS = timedelta(hours=12)
"""After which a sweep that nobody can ask about is taken to have been interrupted."""


@dataclass(frozen=True)
class Swept:
    """One sweep as its own Task tells it, for one study. `task` is the Task's id, `zone` that of `as_of`.

    `patients` were to be read, `read` were. `outcomes` are patients, `actions` Tasks.
    """

    task: str
    sweep: str
    state: State
    began: datetime
    ended: datetime | None = None
    as_of: date | None = None
    zone: str = ""
    patients: int = 0
    read: int = 0
    unread: int = 0
    warnings: int = 0
    evaluated: int = 0
    not_evaluated: int = 0
    unwritten: int = 0
    told: datetime | None = None
    """When a sweep that goes on last said how far it is (`read` of `patients`); None where it never did."""
    outcomes: Mapping[str, int] = field(default_factory=dict)
    actions: Mapping[str, int] = field(default_factory=dict)

    @property
    def unreached(self) -> int:
        """Patients to whom it never came; those of a sweep that has not ended are not known."""
        return 0 if self.state.open else max(0, self.patients - self.evaluated - self.unread - self.not_evaluated)

    @property
    def left(self) -> int:
        """Patients who were not reached, not read, not evaluated or not written."""
        return self.unreached + self.unread + self.not_evaluated + self.unwritten


@dataclass(frozen=True)
class Schedule:
    """When the nightly sweep begins, in its zone."""

    hour: int
    minute: int
    zone: str

    def last(self, now: datetime) -> datetime:
        """The last time that it should have begun."""
        here = now.astimezone(zone_info(self.zone))
        today = here.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        return today if today <= here else today - DAY


@dataclass(frozen=True)
class Underway:
    """How far a sweep is: patients done, and in all (None while they are being listed).

    `refused`: a worker would not do its share, for it has other study files or settings.
    """

    done: int
    total: int | None = None
    refused: bool = False


class Kind(Enum):
    """What is the matter."""

    NEVER = "never"
    GOING_ON = "going-on"
    INTERRUPTED = "interrupted"
    GIVEN_UP = "given-up"
    LEFT = "left"
    MISSED = "missed"
    OLD = "old"


@dataclass(frozen=True)
class Concern:
    """One matter; `sweep` is the one it is about, `underway` how far that is, `due` when a missed one was due."""

    kind: Kind
    sweep: Swept | None = None
    underway: Underway | None = None
    due: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """What a worklist rests on: the last sweep that was seen through, and what is the matter, worst first."""

    last: Swept | None = None
    concerns: tuple[Concern, ...] = ()


def standing(
    sweeps: Sequence[Swept],
    now: datetime,
    schedule: Schedule | None = None,
    underway: Underway | None = None,
    *,
    watched: bool = False,
) -> Standing:
    """How things stand by these sweeps of a study, newest first; nothing is the matter where the last is whole and new.

    `underway` is how far the newest is. `watched`: who was asked that would know it, so that without an answer it is
    interrupted.
    """
    newest = sweeps[0] if sweeps else None
    done = next((one for one in sweeps if one.state is State.DONE), None)
    found = []
    going = newest is not None and newest.state.open and _alive(newest, now, underway, watched)
    if newest is not None and newest is not done:
        kind = Kind.GIVEN_UP if newest.state is State.FAILED else Kind.GOING_ON if going else Kind.INTERRUPTED
        found.append(Concern(kind, newest, underway))
    if done is None:
        return Standing(None, (*found, Concern(Kind.NEVER)))
    if done.left:
        found.append(Concern(Kind.LEFT, done))
    due = schedule.last(now) if schedule else None
    if due is not None and newest is not None and newest.began < due and now - due > GRACE and not going:
        found.append(Concern(Kind.MISSED, done, due=due.astimezone(UTC)))
    elif now - done.began > DAY:
        found.append(Concern(Kind.OLD, done))
    return Standing(done, tuple(found))


def _alive(newest: Swept, now: datetime, underway: Underway | None, watched: bool) -> bool:
    if underway is not None or watched:
        return underway is not None
    return now - newest.began < LIFELESS
