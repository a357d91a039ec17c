"""A page of a worklist at a time, found by search on the Task's own elements; ledgers stay on the server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import orjson

from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.searchset import Page, read_page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import Setting, instant
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.finder import HEAD
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.fhir.task.worklist import Row, row_of
from fhir_screener.screening.views import View

SIZE = 50
"""Rows of a page."""


@dataclass(frozen=True)
class WorklistPage:
    """The rows of one page, how many there are in all (None where the server does not say), and the next page's link."""

    rows: tuple[Row, ...]
    total: int | None = None
    next: str = ""


class Pages:
    """Finds pages of rows. Believes no filter: a row that should not be there is left out."""

    def __init__(self, session: FhirSession, capability: Capability, setting: Setting) -> None:
        self._session, self._setting = session, setting
        known = capability.types.get("Task")
        self._params = None if known is None else known.search_params

    def page(
        self, study: str, view: View, *, look: datetime | None = None, link: str = "", size: int = SIZE
    ) -> WorklistPage:
        """One page of a view: the first, or the one that `link` of the page before leads to."""
        if link:
            found = self._session.fetch(link, read_page)
        else:
            params = [
                *self.query(study, view, look),
                ("_count", str(size)),
                ("_elements", HEAD),
                ("_total", "accurate"),
            ]
            found = self._session.fetch("Task", read_page, [*params, ("_sort", _order(view))])
        return WorklistPage(tuple(self._rows(found, study, view)), found.total, found.next_link or "")

    def count(self, study: str, view: View, look: datetime | None = None) -> int | None:
        """How many a view has, or None where the server does not say."""
        return self._session.fetch("Task", read_page, [*self.query(study, view, look), ("_summary", "count")]).total

    def query(self, study: str, view: View, look: datetime | None = None) -> list[tuple[str, str]]:
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
            asked.append(("modified", f"gt{instant(look)}"))
        return [(name, value) for name, value in asked if self._params is None or name in self._params]

    def _rows(self, found: Page, study: str, view: View) -> Iterator[Row]:
        for entry in found.entries:
            if entry.type != "Task":
                continue
            task: Json = orjson.loads(bytes(entry.resource))
            row = row_of(task, self._setting.pool)
            if subject_of(task).source == self._setting.identity.source and row.study == study and _shows(view, row):
                yield row


def _shows(view: View, row: Row) -> bool:
    return (
        (not view.outcomes or row.outcome in view.outcomes)
        and (not view.statuses or row.status in view.statuses)
        and (not view.one_away or bool(row.one_away))
    )


def _order(view: View) -> str:
    return "authored-on" if view.oldest_first else "-modified"
