"""A page of a worklist at a time, found by search on the Task's own elements; ledgers stay on the server.

One batch asks for the page, for how many each view has, and for the snoozed whose day has come: these stand in their view again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import orjson

from fhir_screener.errors import PageExpired, Refused, ServerError, ServerFault
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.search_ids import by_ids, escaped
from fhir_screener.fhir.search_pages import EXPIRED, pages
from fhir_screener.fhir.search_warnings import SearchWarning
from fhir_screener.fhir.searchset import Page, read_page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import Setting, instant
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.decided import owner_code
from fhir_screener.fhir.task.finder import HEAD
from fhir_screener.fhir.task.identity import subject_at
from fhir_screener.fhir.task.row_filters import counted, is_due, is_wanted, shows
from fhir_screener.fhir.task.worklist import Row, row_of
from fhir_screener.fhir.together import Together
from fhir_screener.screening.views import SNOOZED, VIEWS, Order, Owners, View, Wanted

SIZE = 50
"""Rows of a page."""
_MOST_PAGES = 20
"""Pages read on for one page of ours: of the snoozed, and where a server cannot filter by owner."""
_FORM = 60_000
"""Characters of a search that is posted."""
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class WorklistPage:
    """The rows of one page, how many there are in all (None where the server does not say), and the next page's link.

    `counts` is {view: how many}. `cut`: more snoozed ones are due than were looked at.
    """

    rows: tuple[Row, ...]
    total: int | None = None
    next: str = ""
    counts: dict[str, int | None] = field(default_factory=dict)
    cut: bool = False


class Pages:
    """Finds pages of rows. Believes no filter: a row that should not be there is left out. `today` as the study has it."""

    def __init__(self, session: FhirSession, capability: Capability, setting: Setting) -> None:
        self._session, self._setting = session, setting
        self._together = Together(session, capability)
        known = capability.types.get("Task")
        self._params = None if known is None else known.search_params
        self._finds_owners = True

    def page(
        self,
        study: str,
        view: View,
        wanted: Wanted | None = None,
        *,
        today: date,
        look: datetime | None = None,
        link: str = "",
        size: int = SIZE,
    ) -> WorklistPage:
        """One page of a view: the first, or the one that `link` of the page before leads to.

        Raises PageExpired where the server has forgotten the search behind the link.
        """
        wanted = wanted or Wanted()
        sought, beside = self._search(study, view, wanted, look, size), self._beside(study, look, today)
        if link:
            page, (held, *of_views) = self._linked(link), self._together.pages(beside)
        else:
            try:
                page, held, *of_views = self._together.pages([sought, *beside])
            except Refused:
                if not self._finds_owners or wanted.owners is Owners.ALL:
                    raise
                self._finds_owners = False
                return self.page(study, view, wanted, today=today, look=look, size=size)
        back, cut = self._due(held, study, today)
        rows, onward = self._filled(page, study, view, wanted, size)
        if view is SNOOZED:
            # One that another client snoozed is due and not found as such: it stays here rather than nowhere.
            rows = [row for row in rows if row not in back]
        elif view.waits and not link:
            rows = [*(row for row in back if shows(view, row, look) and is_wanted(row, wanted)), *rows]
        counts = counted(of_views, back, look)
        total = counts.get(view.name) if not wanted.filters else page.total
        if wanted.order is Order.KNOWN:
            rows.sort(key=_unknown)
        return WorklistPage(tuple(rows), total, onward, counts, cut)

    def everyone(self, study: str, views: Iterable[View], most: int) -> tuple[list[Row], bool]:
        """(the rows of whole views, whether there are more than `most`): for lists that are not paged.

        Raises ServerFault where the server does not send all it has.
        """
        found: list[Row] = []
        troubles: list[SearchWarning] = []
        for view in views:
            kind, params = self._search(study, view, Wanted(), None, min(most, 500))
            for page in pages(self._session, kind, params, on_warning=troubles.append, strict=False):
                found += self._rows(page, study, view, Wanted())
                if page.next_link and len(found) >= most:
                    return found, True
        if any(trouble.partial for trouble in troubles):
            raise ServerFault("the server did not send all Tasks of the list; try again", where="Task")
        return found, False

    def of_patients(self, studies: Sequence[str], patients: Sequence[str]) -> list[Row]:
        """The rows of these patients in these studies, whatever their view; those without a Task are missing.

        One search for as many as one may ask for at once.
        """
        identity = self._setting.identity
        values = [identity.candidate_identifier(study, one)["value"] for study in studies for one in patients]
        found: dict[str, Row] = {}
        any_view = View("any", "", statuses=())
        prefix = f"{names.CANDIDATE_ID}|"
        for asked, params in by_ids(self._session, "Task", "identifier", values, prefix=prefix, longest=_FORM):
            page = self._session.fetch(
                "Task/_search", read_page, form=[*params, ("_elements", HEAD), ("_count", str(2 * len(asked)))]
            )
            rows = (row for study in studies for row in self._rows(page, study, any_view, Wanted()))
            found |= {row.task: row for row in rows}
        return list(found.values())

    def query(self, study: str, view: View, wanted: Wanted | None = None, look: datetime | None = None) -> Pairs:
        """The search parameters of a view, those that the server knows."""
        asked = [
            ("code", f"{names.TASK_CODE}|{names.SCREENING_CANDIDATE}"),
            ("group-identifier", f"{names.STUDY_ID}|{study}"),
        ]
        if view.outcomes:
            asked.append(("business-status", ",".join(f"{names.OUTCOME}|{outcome}" for outcome in view.outcomes)))
        if view.statuses:
            asked.append(("status", ",".join(view.statuses)))
        if view.one_away:
            asked.append(("business-status", f"{names.ONE_AWAY}|"))
        if view.since_look and look is not None:
            asked.append(("modified", f"ge{instant(look)}"))
        asked += self._filters(wanted or Wanted())
        return [pair for pair in asked if self._params is None or pair[0].partition(":")[0] in self._params]

    def _filters(self, wanted: Wanted) -> Iterator[tuple[str, str]]:
        if wanted.facet:
            yield "business-status", f"{names.SETTLE}|{escaped(wanted.facet)}"
        if wanted.test:
            yield "business-status", f"{names.ONE_AWAY}|{escaped(wanted.test)}"
        if wanted.since:
            yield "modified", f"ge{wanted.since.isoformat()}"
        if wanted.owners is Owners.MINE:
            yield "business-status", f"{names.PERSON_ID}|{escaped(owner_code(wanted.person))}"
        elif wanted.owners is Owners.NOBODYS and self._finds_owners:
            yield ("owner", self._setting.pool) if self._setting.pool else ("owner:missing", "true")

    def _search(self, study: str, view: View, wanted: Wanted, look: datetime | None, size: int) -> tuple[str, Pairs]:
        order = "authored-on" if wanted.order is Order.WAITING else "-modified"
        params = [*self.query(study, view, wanted, look), ("_count", str(size)), ("_elements", HEAD), ("_sort", order)]
        return "Task", [*params, ("_total", "accurate")] if wanted.filters else params

    def _beside(self, study: str, look: datetime | None, today: date) -> list[tuple[str, Pairs]]:
        """The snoozed whose day has come, and a count of each view."""
        # `le` today would leave out what begins today and has no end.
        tomorrow = (today + timedelta(days=1)).isoformat()
        day = [("period", f"lt{tomorrow}")] if self._params is None or "period" in self._params else []
        snoozed = [*self.query(study, SNOOZED), *day, ("_count", "100"), ("_elements", HEAD)]
        counts = [[*self.query(study, one, None, look), ("_summary", "count")] for one in VIEWS]
        return [("Task", snoozed), *(("Task", one) for one in counts)]

    def _linked(self, link: str, page: str = "") -> Page:
        """The page behind a link that was found on `page`."""
        url = self._session.origins.follow(link, page or self._session.base_url)
        try:
            return self._session.fetch(url, read_page)
        except ServerError as error:
            if error.status not in EXPIRED:
                raise
            raise PageExpired("the server no longer knows this page of the list", where="Task") from error

    def _filled(self, page: Page, study: str, view: View, wanted: Wanted, size: int) -> tuple[list[Row], str]:
        """(rows, next link): of as many pages as fill one of ours where the server did not filter by owner."""
        rows = list(self._rows(page, study, view, wanted))
        for _ in range(0 if self._finds_owners or wanted.owners is Owners.ALL else _MOST_PAGES):
            if len(rows) >= size or not page.next_link:
                break
            page = self._linked(page.next_link, page.url)
            rows += self._rows(page, study, view, wanted)
        return rows, page.next_link or ""

    def _due(self, page: Page, study: str, today: date) -> tuple[list[Row], bool]:
        """(the snoozed whose day has come, whether there are more that were not looked at)."""
        rows = list(self._rows(page, study, SNOOZED, Wanted()))
        for _ in range(_MOST_PAGES):
            if not page.next_link:
                break
            page = self._linked(page.next_link, page.url)
            rows += self._rows(page, study, SNOOZED, Wanted())
        return [row for row in rows if is_due(row, today)], page.next_link is not None

    def _rows(self, found: Page, study: str, view: View, wanted: Wanted) -> Iterator[Row]:
        for entry in found.entries:
            if entry.type != "Task":
                continue
            task: Json = orjson.loads(bytes(entry.resource))
            if not subject_at(task, self._setting.identity.source, study):
                continue
            row = row_of(task, self._setting.pool)
            if (not view.statuses or row.status in view.statuses) and shows(view, row) and is_wanted(row, wanted):
                yield row


def _unknown(row: Row) -> tuple[int, int]:
    known = row.summary.coverage
    return known.open, -(known.inclusions_met + known.exclusions_ruled_out)
