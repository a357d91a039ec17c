"""What was read, sorted by patient: relevant records whole, the others as a glimpse."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec

from fhir_screener.fhir.decode.lean import Glimpse, Lean, Meta

Chart = dict[str, list[Lean | Glimpse]]
"""One patient's records by resource type."""


class Library:
    """Resources that belong to no chart but that charts refer to, newest version of each.

    `medications` {id: the parsed JSON}; `studies` {id: names of the ResearchStudy}; `specimens` {id: (patient id or "",
    type)}; `results` {id: an Observation without a subject, reachable only through a report}.
    """

    def __init__(self) -> None:
        self.medications: dict[str, dict[str, Any]] = {}
        self.studies: dict[str, tuple[str, ...]] = {}
        self.specimens: dict[str, tuple[str, str]] = {}
        self.results: dict[str, Lean] = {}
        self._metas: dict[tuple[str, str], Meta | None] = {}

    def newest(self, kind: str, id_: str, meta: Meta | None) -> bool:
        """Whether this version is newer than the one at hand, if any; it is then taken to be at hand."""
        key = (kind, id_)
        if key in self._metas and not newer(meta, self._metas[key]):
            return False
        self._metas[key] = meta
        return True


def newer(one: Meta | None, other: Meta | None) -> bool:
    """Whether `one` is a later version: by a numeric meta.versionId, else by meta.lastUpdated."""
    if one is None or other is None:
        return other is None and one is not None
    mine, theirs = _count(one.versionId), _count(other.versionId)
    if mine is not None and theirs is not None and mine != theirs:
        return mine > theirs
    at, before = instant(one.lastUpdated), instant(other.lastUpdated)
    return at is not None and (before is None or at > before)


def instant(text: str | None) -> datetime | None:
    """A moment in time, UTC where no offset is given; None where it cannot be read."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found


def _count(version: str | None) -> int | None:
    return int(version) if version and version.isdigit() and version.isascii() else None


def distinct(records: Iterable[Lean | Glimpse]) -> list[Lean | Glimpse]:
    """Each id once, in its newest version; records without an id all stay."""
    found: dict[str, Lean | Glimpse] = {}
    nameless: list[Lean | Glimpse] = []
    for record in records:
        if record.id is None:
            nameless.append(record)
            continue
        known = found.setdefault(record.id, record)
        if known is not record and newer(record.meta, known.meta):
            found[record.id] = record
    return [*found.values(), *nameless]


class Problem(msgspec.Struct, frozen=True, gc=False):
    """Something that could not be read: `where` is a file and line, or `Type/id`."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"
