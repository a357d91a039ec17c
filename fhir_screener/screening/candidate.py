"""Reconciling a Screening with the Task that is already there. Pure: a table, tested row by row.

    existing Task          new outcome kept              new outcome not kept
    ---------------------  ----------------------------  -----------------------------
    absent                 CREATE                        LEAVE
    untouched              REFRESH, or LEAVE if same     WITHDRAW
    cancelled by us        RESTORE                       LEAVE
    touched (not decided)  UPDATE, or LEAVE if same      MARK, or LEAVE if marked
    rejected               RESURFACE if digest differs   LEAVE
                           from the decision's, else LEAVE
    accepted, completed    UPDATE, or LEAVE if same      MARK, or LEAVE if marked
    deleted by a person    LEAVE                         LEAVE

    not evaluated: LEAVE, whatever there is. Enrolled in this study: LEAVE. Merged away: CLOSE what is not decided.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screening import Screening


class Action(Enum):
    """What a sweep does to a Task; the value is the word in reports."""

    CREATE = "created"
    REFRESH = "refreshed"
    UPDATE = "updated"
    """Our own elements only: a person works on this Task."""
    WITHDRAW = "withdrawn"
    RESTORE = "restored"
    MARK = "marked"
    """businessStatus says `no-longer-matches`; the coordinator's elements stay."""
    RESURFACE = "resurfaced"
    CLOSE = "closed"
    LEAVE = "left"
    UNCHANGED = "unchanged"


class Hand(Enum):
    """Who last had the Task in hand."""

    UNTOUCHED = "untouched"
    CANCELLED_BY_US = "cancelled-by-us"
    TOUCHED = "touched"
    REJECTED = "rejected"
    DECIDED = "decided"


@dataclass(frozen=True)
class Existing:
    """What reconciling needs to know of a Task.

    `digest` is the evidence digest now in it, `decided_digest` the one a person rejected it on (else the one in it),
    `outcome` its businessStatus outcome, `content` a hash of all our elements, so that a Task is rewritten if and only if
    something in it would change.
    """

    hand: Hand = Hand.UNTOUCHED
    digest: str = ""
    decided_digest: str = ""
    outcome: str = ""
    deleted: bool = False
    task_id: str = ""
    version: str = ""


NO_LONGER = "no-longer-matches"


def reconcile(existing: Existing | None, screening: Screening) -> Action:
    """The one action that this Screening asks for. Total: every combination has an answer."""
    if not screening.evaluated or screening.enrolled:
        return Action.LEAVE
    if existing is None:
        return Action.CREATE if screening.shown else Action.LEAVE
    if existing.deleted:
        return Action.LEAVE
    if screening.replaced_by:
        return Action.CLOSE if existing.hand in (Hand.UNTOUCHED, Hand.TOUCHED) else Action.LEAVE
    digest = evidence_digest(screening)
    return _kept(existing, screening, digest) if screening.shown else _gone(existing)


def _kept(existing: Existing, screening: Screening, digest: str) -> Action:
    same = existing.digest == digest and existing.outcome == screening.outcome.value
    match existing.hand:
        case Hand.CANCELLED_BY_US:
            return Action.RESTORE
        case Hand.REJECTED:
            return Action.LEAVE if existing.decided_digest == digest else Action.RESURFACE
        case Hand.UNTOUCHED:
            return Action.UNCHANGED if same else Action.REFRESH
        case Hand.TOUCHED | Hand.DECIDED:
            return Action.UNCHANGED if same else Action.UPDATE


def _gone(existing: Existing) -> Action:
    match existing.hand:
        case Hand.UNTOUCHED:
            return Action.WITHDRAW
        case Hand.CANCELLED_BY_US | Hand.REJECTED:
            return Action.LEAVE
        case Hand.TOUCHED | Hand.DECIDED:
            return Action.UNCHANGED if existing.outcome == NO_LONGER else Action.MARK
