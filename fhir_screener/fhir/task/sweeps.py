"""The sweeps of a study as their own Tasks on the target tell them, newest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import quote

import orjson

from fhir_screener.errors import Gone, NoSuch, NotFound, Refused
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.searchset import Page, read_page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import precise_instant
from fhir_screener.fhir.task.coded import Json, codes, dicts
from fhir_screener.fhir.task.read import input_of
from fhir_screener.fhir.task.sweep_record import counts_of
from fhir_screener.screening.freshness import Swept
from fhir_screener.screening.sweep_plan import State
from fhir_screener.sentence import say

_STATES = {"completed": State.DONE, "failed": State.FAILED, "in-progress": State.RUNNING}
SIZE = 20
"""Sweeps asked for at once."""


class Sweeps:
    """Reads; writes nothing. Believes no filter. Sweeps of another source than `source` say nothing of ours."""

    def __init__(self, session: FhirSession, capability: Capability, source: str) -> None:
        self._session, self._source = session, source
        known = capability.types.get("Task")
        self._params = None if known is None else known.search_params

    def of_study(self, study: str, *, before: datetime | None = None, size: int = SIZE) -> Iterator[Swept]:
        """The study's sweeps, newest first, those begun `before`; pages are asked for as they are needed."""
        for tasks in self._pages(size, before):
            found = [one for task in tasks if (one := swept(task, study)) is not None]
            for one in sorted(found, key=lambda each: each.began, reverse=True):
                if before is None or one.began < before:
                    yield one

    def newest(self, elements: str, size: int = SIZE) -> Iterator[Json]:
        """The sweeps' own Tasks of whatever study, newest first, with no more than these elements."""
        for tasks in self._pages(size, None, elements):
            yield from (task for task in tasks if names.SWEEP in codes(task.get("code"), names.TASK_CODE))

    def _pages(self, size: int, before: datetime | None, elements: str = "") -> Iterator[list[Json]]:
        """The Tasks of this source, a page at a time."""
        asked = [("_sort", "-authored-on"), ("_count", str(size)), *([("_elements", elements)] if elements else [])]
        if before is not None and (self._params is None or "authored-on" in self._params):
            asked.insert(0, ("authored-on", f"lt{precise_instant(before)}"))
        if not self._params or "code" in self._params:
            asked.insert(0, ("code", f"{names.TASK_CODE}|{names.SWEEP}"))
        page: Page | None = self._session.fetch("Task", read_page, asked)
        visited: set[str] = set()
        while page is not None:
            yield [task for task in _tasks(page) if source_of(task) in ("", self._source)]
            link = self._session.origins.follow(page.next_link, page.url) if page.next_link else ""
            page = self._session.fetch(link, read_page) if link and link not in visited else None
            visited.add(link)

    def by_id(self, id: str) -> Json:
        """The Task of one sweep; raises NoSuch where there is none of this id."""
        try:
            task: Json = orjson.loads(self._session.get(f"Task/{quote(id, safe='')}", expect="Task").body)
        except (NotFound, Gone, Refused):
            task = {}
        if names.SWEEP not in codes(task.get("code"), names.TASK_CODE):
            raise NoSuch(say("there is no sweep of this id, or its Task was deleted"))
        return task


def swept(task: Json, study: str) -> Swept | None:
    """What a sweep's Task says about one study; None where that was not swept, or it is no sweep of ours."""
    began = _moment((task.get("executionPeriod") or {}).get("start"))
    if names.SWEEP not in codes(task.get("code"), names.TASK_CODE) or study not in studies_of(task) or began is None:
        return None
    counts = counts_of(task)
    here = {name: number for (of, name), number in counts.items() if of == study}
    found = Swept(
        task=str(task.get("id", "")),
        sweep=next(
            (str(i.get("value")) for i in dicts(task.get("identifier")) if i.get("system") == names.SWEEP_ID), ""
        ),
        state=_STATES.get(str(task.get("status")), State.FAILED),
        began=began,
        ended=_moment((task.get("executionPeriod") or {}).get("end")),
        as_of=_day(input_of(task, names.Input.AS_OF)),
        told=_moment(task.get("lastModified")) if ("", "patients") in counts else None,
        zone=str(input_of(task, names.Input.ZONE) or ""),
        patients=counts.get(("", "patients"), 0),
        read=counts.get(("", "read"), 0),
        unread=counts.get(("", "unread"), 0),
        warnings=counts.get(("", "warnings"), 0),
        evaluated=here.get("evaluated", 0),
        not_evaluated=here.get("not-evaluated", 0),
        unwritten=here.get("unwritten", 0),
    )
    return replace(found, outcomes=_named(here, "outcome:"), actions=_named(here, "action:"))


def source_of(task: Json) -> str:
    """The name of the source that a sweep read; "" in records from before it was written."""
    return str(input_of(task, names.Input.SOURCE) or "")


def studies_of(task: Json) -> list[str]:
    """The studies that a sweep's Task is about."""
    return [study for given in dicts(task.get("input")) for study in codes(given.get("type"), names.STUDY_ID)]


def _tasks(page: Page) -> Iterator[Json]:
    for entry in page.entries:
        if entry.type == "Task":
            yield orjson.loads(bytes(entry.resource))


def _named(counts: dict[str, int], prefix: str) -> dict[str, int]:
    return {name.removeprefix(prefix): number for name, number in counts.items() if name.startswith(prefix)}


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None
