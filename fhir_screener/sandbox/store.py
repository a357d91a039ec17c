"""What the server holds: resources by type and id, their versions, and a way back when a transaction fails. In memory."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from fhir_screener.sandbox.elements import Top
from fhir_screener.sandbox.indexes import Stored, Table
from fhir_screener.sandbox.moments import instant
from fhir_screener.sandbox.outcome import Refusal


class Store:
    """Resources in memory. One writer at a time: the server has one thread.

    `base` is the address under which absolute references count as local; `clock` gives UTC seconds.
    """

    def __init__(self, base: str = "", clock: Callable[[], float] = time.time) -> None:
        self.base = base
        self._clock, self._now, self._instant = clock, 0.0, ""
        self.started = clock()
        self._tables: dict[str, Table] = {}
        self._past: dict[tuple[str, str], list[Stored]] = {}
        self._journal: list[tuple[str, str, Stored | None, int]] | None = None
        self.written: dict[str, int] = {}
        """Versions made since the start, by type; deletions count."""

    def table(self, kind: str) -> Table:
        table = self._tables.get(kind)
        if table is None:
            table = self._tables[kind] = Table(kind, self.base)
        return table

    def tables(self) -> list[Table]:
        """Types that hold something, by name."""
        return [table for _, table in sorted(self._tables.items()) if table.rows]

    def current(self, kind: str, identifier: str) -> Stored | None:
        return self.table(kind).rows.get(identifier)

    def read(self, kind: str, identifier: str) -> Stored:
        """Raises Refusal 404 for what never was, 410 for what was deleted."""
        held = self.current(kind, identifier)
        if held is not None:
            return held
        if (kind, identifier) in self._past:
            raise Refusal(410, "deleted", f"{kind}/{identifier} was deleted")
        raise Refusal(404, "not-found", f"{kind}/{identifier} does not exist here")

    def versions(self, kind: str, identifier: str) -> list[Stored]:
        """Every version, oldest first; a deletion has no data."""
        held = self.current(kind, identifier)
        return [*self._past.get((kind, identifier), ()), *([held] if held else [])]

    def write(self, kind: str, identifier: str, top: Top) -> Stored:
        """Stores a new version under `kind/identifier`; the server's own id, version and time replace those sent."""
        held, table = self._archive(kind, identifier), self.table(kind)
        if held is not None and held.data is not None:
            table.remove(held, keep_place=True)
        version = held.version + 1 if held is not None else 1
        now = self._tick()
        stored = Stored(kind, identifier, version, now, self._rendered(kind, identifier, version, top))
        table.add(stored, top)
        return stored

    def delete(self, kind: str, identifier: str) -> Stored | None:
        """The deletion, or None where there was nothing to delete."""
        if self.current(kind, identifier) is None:
            return None
        held = self._archive(kind, identifier)
        assert held is not None
        self.table(kind).remove(held)
        gone = Stored(kind, identifier, held.version + 1, self._tick(), None)
        self._past[kind, identifier].append(gone)
        return gone

    def new_id(self) -> str:
        return str(uuid.uuid4())

    def _archive(self, kind: str, identifier: str) -> Stored | None:
        """Notes the way back, puts the current version with the past ones, and gives the newest there is."""
        held = self.current(kind, identifier)
        past = self._past.get((kind, identifier))
        if self._journal is not None:
            self._journal.append((kind, identifier, held, len(past or ())))
        self.written[kind] = self.written.get(kind, 0) + 1
        if held is not None:
            self._past.setdefault((kind, identifier), []).append(held)
            return held
        return past[-1] if past else None

    def _tick(self) -> float:
        """Now, to the millisecond, and never earlier than the last time given out."""
        now = max(round(self._clock(), 3), self._now)
        if now != self._now:
            self._now, self._instant = now, instant(now)
        return self._now

    def _rendered(self, kind: str, identifier: str, version: int, top: Top) -> bytes:
        raw = top.get("meta")
        meta = msgspec.json.decode(raw) if raw is not None else {}
        meta = meta if isinstance(meta, dict) else {}
        meta["versionId"], meta["lastUpdated"] = str(version), self._instant
        own = {"resourceType": kind, "id": identifier, "meta": meta}
        data = msgspec.json.encode(own | {name: raw for name, raw in top.items() if name not in own})
        return msgspec.json.format(data, indent=-1) if b"\n" in data else data

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Undoes every write made inside it when it is left by an exception."""
        self._journal = []
        try:
            yield
        except BaseException:
            self._roll_back(self._journal)
            raise
        finally:
            self._journal = None

    def _roll_back(self, journal: list[tuple[str, str, Stored | None, int]]) -> None:
        for kind, identifier, before, depth in reversed(journal):
            table, now = self.table(kind), self.current(kind, identifier)
            if now is not None:
                table.remove(now, keep_place=before is not None)
            if before is not None:
                table.add(before, before.top())
            self.written[kind] -= 1
            past = self._past.get((kind, identifier), [])
            del past[depth:]
            if not past:
                self._past.pop((kind, identifier), None)
