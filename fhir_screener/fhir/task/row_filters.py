"""Which rows a view shows, asked of the row itself: a server may not know all that it was asked to filter by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from fhir_screener.fhir.searchset import Page
from fhir_screener.fhir.task.worklist import Row
from fhir_screener.screening.views import SNOOZED, VIEWS, Owners, View, Wanted


def shows(view: View, row: Row, look: datetime | None = None) -> bool:
    """Whether a view shows a row of the right status. With `look`: a snoozed one, new if its day came since."""
    return (
        (not view.outcomes or row.outcome in view.outcomes)
        and (not view.one_away or bool(row.one_away))
        and (look is None or not view.since_look or row.resume_on >= look.date().isoformat())
    )


def is_wanted(row: Row, wanted: Wanted) -> bool:
    """Whether a row is one that the reader asks to see."""
    return (
        (not wanted.facet or wanted.facet in row.facets)
        and (not wanted.test or wanted.test == row.one_away)
        and (wanted.since is None or row.modified[:10] >= wanted.since.isoformat() or not row.modified)
        and (wanted.owners is not Owners.MINE or row.owner_id == wanted.person)
        and (wanted.owners is not Owners.NOBODYS or not row.owned)
    )


def is_due(row: Row, today: date) -> bool:
    """Whether a row is snoozed and its day has come."""
    return row.status == "on-hold" and bool(row.resume_on) and row.resume_on <= today.isoformat()


def counted(pages: Sequence[Page], due: Sequence[Row], look: datetime | None) -> dict[str, int | None]:
    """{view: how many}: as the server counts, but those whose day has come in their views instead of among the snoozed."""
    found: dict[str, int | None] = {}
    for view, page in zip(VIEWS, pages, strict=True):
        back = sum(shows(view, row, look) for row in due) if view.waits else 0
        moved = -len(due) if view is SNOOZED else back
        found[view.name] = None if page.total is None else page.total + moved
    return found
