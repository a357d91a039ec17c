"""How the last sweeps went, from their own records on the target: for whoever watches that the nights are not missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import Json, codes
from fhir_screener.fhir.task.sweeps import Sweeps

_LOOKED_AT = 20


@dataclass(frozen=True)
class Watch:
    """`ended`: when the last complete sweep did, None for never; `failed`: how many of the last twenty failed."""

    ended: datetime | None = None
    failed: int = 0


def last_sweeps(sweeps: Sweeps) -> Watch:
    """Read the newest records of this source; another site's night says nothing of ours. Raises ServerError."""
    return watch_of(islice(sweeps.newest("code,status,executionPeriod,authoredOn,input", _LOOKED_AT), _LOOKED_AT))


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
