"""How much the server was asked and what it gave out."""

from __future__ import annotations

from collections import Counter
from typing import Any

from fhir_screener.sandbox.service import Service


class Stats:
    """Counts since the start or the last reset."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self.reset()

    def reset(self) -> None:
        self._requests: Counter[str] = Counter()
        self._bytes = 0
        self._service.searcher.served = 0
        self._service.store.written.clear()

    def count(self, method: str, kind: str, sent: int) -> None:
        self._requests[f"{method} {kind}".strip()] += 1
        self._bytes += sent

    def shown(self) -> dict[str, Any]:
        """`requests` in all; `by` method and type (a Bundle posted to the base is `POST`);
        `bytes` of bodies sent; `resources` given out; versions `written` by type."""
        return {
            "requests": self._requests.total(),
            "by": dict(sorted(self._requests.items())),
            "bytes": self._bytes,
            "resources": self._service.searcher.served,
            "written": dict(sorted(self._service.store.written.items())),
        }
