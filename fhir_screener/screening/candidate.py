"""Reconciling a Screening with the Task that is already there. Pure: a table, tested row by row.

    existing Task            new outcome kept              new outcome not kept
    -----------------------  ----------------------------  --------------------------------
    absent                   CREATE                        LEAVE
    untouched                REFRESH, UNCHANGED if same    WITHDRAW (CLOSE if merged away)
    cancelled by us          RESTORE                       LEAVE
    touched (not decided)    UPDATE, UNCHANGED if same     MARK, UNCHANGED if so marked
    rejected                 RESURFACE if the digest       LEAVE
                             differs from the decision's,
                             else LEAVE
    accepted, completed      UPDATE, UNCHANGED if same     MARK, UNCHANGED if so marked
    entered in error         LEAVE                         LEAVE
    deleted by a person      LEAVE_DELETED                 LEAVE

    not evaluated: LEAVE, whatever there is. Enrolled in this study: LEAVE.

*Same* is: the digest, and all that a worklist shows of it (outcome, first eligible day, ways to settle). A Task whose
patient was merged away points to the survivor's; its status moves only if no person has touched it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
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
    LEAVE_DELETED = "left deleted"
    """A person deleted this candidate's Task: it is not made again, but said."""
    UNCHANGED = "unchanged"

    @property
    def writes(self) -> bool:
        return self not in (Action.LEAVE, Action.LEAVE_DELETED, Action.UNCHANGED)


class Hand(Enum):
    """Who last had the Task in hand."""

    UNTOUCHED = "untouched"
    CANCELLED_BY_US = "cancelled-by-us"
    TOUCHED = "touched"
    REJECTED = "rejected"
    """A person said no: rejected, cancelled or failed."""
    DECIDED = "decided"
    """A person said yes: accepted or completed."""
    RETIRED = "retired"
    """A person called the Task itself an error."""


@dataclass(frozen=True)
class Existing:
    """What reconciling needs to know of a Task.

    `digest` is the evidence digest now in it, `decided_digest` the one a person rejected it on (else the one in it).
    `outcome`, `eligible_from` and `facets` are what its businessStatus says, `replaced_by` the survivor it points to.
    """

    hand: Hand = Hand.UNTOUCHED
    digest: str = ""
    decided_digest: str = ""
    outcome: str = ""
    deleted: bool = False
    task_id: str = ""
    version: str = ""
    eligible_from: date | None = None
    facets: tuple[str, ...] = ()
    replaced_by: str = ""


NO_LONGER = "no-longer-matches"


def reconcile(existing: Existing | None, screening: Screening) -> Action:
    """The one action that this Screening asks for. Total: every combination has an answer."""
    if not screening.evaluated or screening.enrolled:
        return Action.LEAVE
    if existing is None:
        return Action.CREATE if screening.shown else Action.LEAVE
    if existing.deleted:
        return Action.LEAVE_DELETED if screening.shown else Action.LEAVE
    return _kept(existing, screening) if screening.shown else _gone(existing, screening)


def _kept(existing: Existing, screening: Screening) -> Action:
    match existing.hand:
        case Hand.CANCELLED_BY_US:
            return Action.RESTORE
        case Hand.REJECTED:
            decided = existing.decided_digest == evidence_digest(screening)
            return Action.LEAVE if decided else Action.RESURFACE
        case Hand.UNTOUCHED:
            return Action.UNCHANGED if _same(existing, screening) else Action.REFRESH
        case Hand.TOUCHED | Hand.DECIDED:
            return Action.UNCHANGED if _same(existing, screening) else Action.UPDATE
        case Hand.RETIRED:
            return Action.LEAVE


def _gone(existing: Existing, screening: Screening) -> Action:
    match existing.hand:
        case Hand.UNTOUCHED:
            return Action.CLOSE if screening.replaced_by else Action.WITHDRAW
        case Hand.CANCELLED_BY_US | Hand.REJECTED | Hand.RETIRED:
            return Action.LEAVE
        case Hand.TOUCHED | Hand.DECIDED:
            return Action.UNCHANGED if _marked(existing, screening) else Action.MARK


def _same(existing: Existing, screening: Screening) -> bool:
    """Whether rewriting the Task would change nothing that a decision or a worklist rests on."""
    return (
        existing.outcome == screening.outcome.value
        and existing.eligible_from == screening.eligible_from
        and set(existing.facets) == set(shown_facets(screening))
        and not existing.replaced_by
        and existing.digest == evidence_digest(screening)
    )


def shown_facets(screening: Screening) -> tuple[str, ...]:
    """The settle facets as a Task shows them: as a FHIR `code`, that is, with single blanks only."""
    return tuple(dict.fromkeys(" ".join(facet.split()) for facet in screening.settle_facets if facet.strip()))


def _marked(existing: Existing, screening: Screening) -> bool:
    """Whether the Task already says no-longer-matches, and why."""
    return (
        existing.outcome == NO_LONGER
        and existing.replaced_by == screening.replaced_by
        and existing.digest == evidence_digest(screening)
    )
