"""Faults the server can be told to commit, so that a client can be tried on them.

A fault is a JSON object: `{"kind": "busy", "count": 2, "type": "Observation"}`. Kinds:

| kind | what happens | options, with what they are if not given |
|---|---|---|
| busy | 429 with `Retry-After` | retry_after 1 (whole seconds; text is sent as it stands) |
| unavailable | 503, with `Retry-After` if asked for | retry_after none |
| error | 500 with an OperationOutcome | status 500 |
| unauthorized | 401 with `WWW-Authenticate` | - |
| forbidden | 403 with an OperationOutcome | - |
| html | an HTML page where FHIR was expected | status 200 |
| json | JSON that is not FHIR | status 200 |
| cut | half the body, then the connection closes | - |
| drop | the connection closes without an answer; nothing was done | - |
| lost | the same, but the request was carried out | - |
| slow | the answer comes late | seconds 5 |
| expired | a next link has run out: OperationOutcome | status 410 |
| duplicate | a page begins with the last resource of the page before | - |
| truncate | a page silently lacks the second half of its matches | - |
| no-next | a page that is not the last has no next link | - |
| stale | an update is refused as if somebody else had written first | status 412 (or 409) |
| unsupported | the resource type is not offered | status 404 (or 405) |

Every fault takes `count` (how many requests it strikes, 1; null: until cleared), `after` (how many matching ones pass
first, 0), and narrows itself by `method`, `type` (resource type) and `patient` (an id named in path or query). In a
batch or transaction `stale` and `unsupported` strike single entries; the page faults strike wherever a page is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from fhir_screener.errors import UsageError

ANSWERS = ("busy", "unavailable", "error", "unauthorized", "forbidden", "html", "json", "drop", "slow")
"""Kinds that strike before the request is looked at."""
ENDINGS = ("cut", "lost")
"""Kinds that strike after the request was carried out."""
KINDS = frozenset({*ANSWERS, *ENDINGS, "expired", "duplicate", "truncate", "no-next", "stale", "unsupported"})


class Fault(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """One fault; the table above says what the fields mean."""

    kind: str
    count: int | None = 1
    after: int = 0
    method: str | None = None
    type: str | None = None
    patient: str | None = None
    status: int | None = None
    seconds: float = 5.0
    retry_after: int | str | None = None

    def fits(self, method: str, kind: str, names: Callable[[str], bool]) -> bool:
        return (
            self.method in (None, method)
            and self.type in (None, kind)
            and (self.patient is None or names(self.patient))
        )


def _nobody(patient: str) -> bool:
    return False


class Faults:
    """The faults still to be committed, in the order given."""

    def __init__(self, faults: Iterable[Fault | Mapping[str, Any]] = ()) -> None:
        self._waiting: list[Fault] = []
        self.add(faults)

    def add(self, faults: Iterable[Fault | Mapping[str, Any]]) -> None:
        """Raises UsageError for a fault that cannot be read; then none of them counts."""
        self._waiting += [one if isinstance(one, Fault) else _fault(one) for one in faults]

    def clear(self) -> None:
        self._waiting.clear()

    def waiting(self) -> list[dict[str, Any]]:
        return [msgspec.to_builtins(one) for one in self._waiting]

    def take(
        self, *kinds: str, method: str = "GET", of: str = "", names: Callable[[str], bool] = _nobody
    ) -> Fault | None:
        """The first fault of these kinds that fits a request, counted down; `of` is the resource type."""
        for fault in self._waiting:
            if fault.kind in kinds and fault.fits(method, of, names):
                if fault.after > 0:
                    fault.after -= 1
                    continue
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count <= 0:
                        self._waiting.remove(fault)
                return fault
        return None


def _fault(given: Mapping[str, Any]) -> Fault:
    try:
        fault = msgspec.convert(dict(given), Fault)
    except msgspec.ValidationError as error:
        raise UsageError(f"fault {dict(given)!r}: {error}") from error
    if fault.kind not in KINDS:
        raise UsageError(f"fault kind {fault.kind!r} is unknown; known are {', '.join(sorted(KINDS))}")
    return fault
