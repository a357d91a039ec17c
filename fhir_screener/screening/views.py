"""The views of a worklist: which candidates each shows, by outcome and status. Pure; `fhir.task.pages` finds them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from fhir_screener.screening.candidate import NO_LONGER
from fhir_screener.screening.screening import Outcome

WAITING = ("requested", "received", "ready", "in-progress")
"""Statuses of a Task that waits for somebody."""
DECIDED = ("accepted", "rejected", "completed", "failed")


@dataclass(frozen=True)
class View:
    """One view. `outcomes` and `statuses` are those shown (empty: all); `since_look`: only what changed since a look.

    `one_away`: only those whom one order would settle.
    """

    name: str
    title: str
    outcomes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = WAITING
    since_look: bool = False
    one_away: bool = False

    @property
    def waits(self) -> bool:
        """Whether those in it wait for somebody: snoozed ones come back here on their day."""
        return self.statuses == WAITING


SHOWN = (Outcome.CANDIDATE.value, Outcome.REVIEW.value, Outcome.LATER.value)
"""The outcomes that a person is shown, best first."""


class Owners(Enum):
    """Whose candidates; the value is the word in an address."""

    ALL = "all"
    MINE = "mine"
    NOBODYS = "nobodys"


class Order(Enum):
    """In which order; KNOWN orders the rows of one page only: no server knows it."""

    NEWEST = "newest"
    WAITING = "waiting"
    KNOWN = "known"


@dataclass(frozen=True)
class Wanted:
    """What of a view is wanted. `facet` is a way to settle (`test: hbsag`); `person` the id of whoever looks."""

    facet: str = ""
    owners: Owners = Owners.ALL
    since: date | None = None
    order: Order = Order.NEWEST
    person: str = ""
    test: str = ""
    """The one order that would settle all."""

    @property
    def filters(self) -> bool:
        """Whether anybody of the view is left out."""
        return bool(self.facet or self.test or self.since) or self.owners is not Owners.ALL


SNOOZED = View("snoozed", "Snoozed", statuses=("on-hold",))
VIEWS = (
    View("new", "New since my last look", SHOWN, since_look=True),
    View("candidates", "Candidates", (Outcome.CANDIDATE.value,)),
    View("review", "To review", (Outcome.REVIEW.value,)),
    View("one-away", "One test away", (Outcome.CANDIDATE.value, Outcome.REVIEW.value), one_away=True),
    View("later", "Later", (Outcome.LATER.value,)),
    SNOOZED,
    View("gone", "No longer matches", (NO_LONGER,), statuses=()),
    View("decided", "Decided", statuses=DECIDED),
)
"""The visible list of views, in the order of the page."""


def view(name: str) -> View | None:
    """The view of this name."""
    return next((one for one in VIEWS if one.name == name), None)
