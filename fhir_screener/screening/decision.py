"""What a coordinator may do with a candidate. Pure: the words, and what each move must come with.

move      needs              what it does to the Task
--------  -----------------  ---------------------------------------------------------------
accept                       accepted for screening; a ResearchSubject is made
reject    reason             rejected; comes back only when its evidence changes
snooze    until (later)      on hold, and back before people on that day
assign    owner              somebody's own; nobody's again where `owner` is None
note      note               a note beside whatever is there
undo                         the person's own last move taken back; never another's, nor a sweep's change
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from fhir_screener.errors import Incomplete, UsageError
from fhir_screener.sentence import say


class Move(Enum):
    """A coordinator's moves; the value is the word on the command line and on the wire."""

    ACCEPT = "accept"
    REJECT = "reject"
    SNOOZE = "snooze"
    ASSIGN = "assign"
    NOTE = "note"
    UNDO = "undo"


class Rejection(Enum):
    """Why a candidate is rejected, coded for the screening log (the CONSORT statement's reasons for exclusion)."""

    NOT_ELIGIBLE = "not-eligible"
    DECLINED = "declined"
    CLINICIAN_DECLINED = "clinician-declined"
    OTHER_STUDY = "other-study"
    UNREACHABLE = "unreachable"
    NOT_FEASIBLE = "not-feasible"
    WRONG_DATA = "wrong-data"
    OTHER = "other"


REJECTIONS = {
    Rejection.NOT_ELIGIBLE: "Does not meet the eligibility criteria",
    Rejection.DECLINED: "The patient declined to take part",
    Rejection.CLINICIAN_DECLINED: "The treating clinician advised against it",
    Rejection.OTHER_STUDY: "Takes part in another study",
    Rejection.UNREACHABLE: "Could not be reached",
    Rejection.NOT_FEASIBLE: "Visits are not feasible for the patient",
    Rejection.WRONG_DATA: "The record is wrong",
    Rejection.OTHER: "Another reason",
}


@dataclass(frozen=True)
class Person:
    """Somebody who decides, owns or reads: an id that stays (a login name), a name to show, and in which role."""

    id: str
    name: str = ""
    role: str = field(default="coordinator", compare=False)

    @property
    def shown(self) -> str:
        return self.name or self.id


@dataclass(frozen=True)
class Decision:
    """One move by one person. Build with `decision`, which checks what the move must come with."""

    move: Move
    by: Person
    reason: Rejection | None = None
    note: str = ""
    until: date | None = None
    owner: Person | None = None


def decision(
    move: Move,
    by: Person,
    today: date,
    *,
    reason: Rejection | None = None,
    note: str = "",
    until: date | None = None,
    owner: Person | None = None,
) -> Decision:
    """A Decision that holds together; raises Incomplete, or UsageError where nobody decides, saying what is missing."""
    if not by.id.strip():
        raise UsageError(say("a decision needs a name: say who decides"))
    if move is Move.REJECT and reason is None:
        raise Incomplete(say("to reject, give a reason"), part="reason")
    if move is Move.SNOOZE and (until is None or until <= today):
        what = say("to snooze, give the day on which it comes back, after today ({today})", today=today)
        raise Incomplete(what, part="until")
    if move is Move.NOTE and not note.strip():
        raise Incomplete(say("a note needs words"), part="note")
    if reason is Rejection.OTHER and not note.strip():
        raise Incomplete(say("another reason needs a note that says which"), part="note")
    return Decision(move, by, reason, note.strip(), until, owner)
