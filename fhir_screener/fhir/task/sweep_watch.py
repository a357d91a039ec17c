"""How the last sweeps went, from their own records on the target: for whoever watches that the nights are not missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import orjson

from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.searchset import read_page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import Json, codes

_LOOKED_AT = 20


@dataclass(frozen=True)
class Watch:
    """`ended`: when the last complete sweep did, None for never; `failed`: how many of the last twenty failed."""

    ended: datetime | None = None
    failed: int = 0


def last_sweeps(session: FhirSession, capability: Capability) -> Watch:
    """Read the newest records. Raises ServerError."""
    able = capability.types.get("Task")
    by_code = able is None or not able.search_params or "code" in able.search_params
    params = [
        *([("code", f"{names.TASK_CODE}|{names.SWEEP}")] if by_code else []),
        ("_sort", "-authored-on"),
        ("_count", str(_LOOKED_AT)),
        ("_elements", "code,status,executionPeriod,authoredOn"),
    ]
    page = session.fetch("Task", read_page, params)
    return watch_of(orjson.loads(bytes(entry.resource)) for entry in page.entries if entry.type == "Task")


def watch_of(tasks: Iterable[Json]) -> Watch:
    """The same from records at hand; Tasks that are no sweep's are passed over."""
    sweeps = [task for task in tasks if names.SWEEP in codes(task.get("code"), names.TASK_CODE)]
    ends = [_moment(task) for task in sweeps if task.get("status") == "completed"]
    return Watch(
        max((end for end in ends if end), default=None), sum(task.get("status") == "failed" for task in sweeps)
    )


def _moment(task: Json) -> datetime | None:
    try:
        found = datetime.fromisoformat(str((task.get("executionPeriod") or {}).get("end", "")))
    except ValueError:
        return None
    return found if found.tzinfo else None
