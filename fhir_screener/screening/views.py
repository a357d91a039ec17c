"""The views of a worklist: which candidates each shows, by outcome and status. Pure; `fhir.task.pages` finds them."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_screener.screening.candidate import NO_LONGER
from fhir_screener.screening.screening import Outcome

WAITING = ("requested", "received", "ready", "in-progress")
"""Statuses of a Task that waits for somebody."""
DECIDED = ("accepted", "rejected", "completed", "failed")


@dataclass(frozen=True)
class View:
    """One view. `outcomes` and `statuses` are those shown (empty: all); `since_look`: only what changed since a look.

    `one_away`: only those whom one order would settle. `oldest_first`: by how long they have waited.
    """

    name: str
    title: str
    outcomes: tuple[str, ...] = ()
    statuses: tuple[str, ...] = WAITING
    since_look: bool = False
    one_away: bool = False
    oldest_first: bool = False


SHOWN = (Outcome.CANDIDATE.value, Outcome.REVIEW.value, Outcome.LATER.value)

VIEWS = (
    View("new", "New since my last look", SHOWN, since_look=True),
    View("candidates", "Candidates", (Outcome.CANDIDATE.value,)),
    View("review", "To review", (Outcome.REVIEW.value,)),
    View("one-away", "One test away", (Outcome.CANDIDATE.value, Outcome.REVIEW.value), one_away=True),
    View("later", "Later", (Outcome.LATER.value,)),
    View("snoozed", "Snoozed", statuses=("on-hold",)),
    View("gone", "No longer matches", (NO_LONGER,), statuses=()),
    View("decided", "Decided", statuses=DECIDED),
)
"""The visible list of views, in the order of the page."""


def view(name: str) -> View | None:
    """The view of this name."""
    return next((one for one in VIEWS if one.name == name), None)
