"""Searches in progress. A search is answered once and kept; its pages are slices of that answer, so that no write
between two pages makes a resource appear twice or not at all."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from fhir_screener.sandbox.indexes import Stored
from fhir_screener.sandbox.outcome import Refusal
from fhir_screener.sandbox.query import Query

_MOST_HELD = 4_000_000  # resources in all searches together: 32 MB of pointers
_IDLE = 1_800.0  # seconds


@dataclass(slots=True)
class Snapshot:
    """One search with its whole answer, in the versions of that moment."""

    kind: str
    query: Query
    self_url: str
    found: list[Stored]
    size: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    used: float = 0.0


class Snapshots:
    """Searches that have further pages; the longest unused go first when there are too many."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._held: dict[str, Snapshot] = {}
        self._resources = 0

    def keep(self, snapshot: Snapshot) -> None:
        if snapshot.token not in self._held:
            self._resources += len(snapshot.found)
        snapshot.used = self._clock()
        self._held[snapshot.token] = self._held.pop(snapshot.token, snapshot)
        while self._held and self._too_much(oldest := next(iter(self._held.values())), snapshot):
            del self._held[oldest.token]
            self._resources -= len(oldest.found)

    def _too_much(self, oldest: Snapshot, newest: Snapshot) -> bool:
        if oldest is newest:
            return False
        return self._resources > _MOST_HELD or oldest.used < self._clock() - _IDLE

    def origin(self, page: str) -> str | None:
        held = self._held.get(page.rpartition(".")[0])
        return held.self_url if held else None

    def find(self, page: str) -> tuple[Snapshot, int]:
        """The search and the offset a next link stands for. Raises Refusal 410 when it has run out."""
        token, _, offset = page.rpartition(".")
        snapshot = self._held.get(token)
        if snapshot is None or not offset.isdecimal() or snapshot.used < self._clock() - _IDLE:
            raise Refusal(410, "expired", "this page link has run out; ask the search again from its first page")
        self.keep(snapshot)
        return snapshot, int(offset)
