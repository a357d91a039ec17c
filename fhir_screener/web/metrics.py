"""Counts for whoever watches over the pages (Prometheus text): no name, no study, no id of anything."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest

from fhir_screener.errors import ScreenerError
from fhir_screener.fhir.task.sweep_watch import Watch
from fhir_screener.log import Log

_log = Log(__name__)
_KEPT = 30.0
"""Seconds for which the server's sweeps are not asked for again, however often the counts are."""


class Metrics:
    """The counts of one application. `watch` asks the target for the last sweeps; it may raise ServerError."""

    def __init__(self, watch: Callable[[], Watch], clock: Callable[[], float] = time.time) -> None:
        self._watch, self._clock = watch, clock
        self._lock, self._asked = threading.Lock(), float("-inf")
        self.registry = CollectorRegistry()
        self._pages = self._counter("pages", "Answers by route and status.", "route", "status")
        self._decisions = self._counter("decisions", "Decisions written, by move.", "move")
        self._up = self._gauge("target_up", "1 where the target server could be asked for its sweeps.")
        self._ended = self._gauge("last_sweep_timestamp_seconds", "When the last complete sweep ended; 0 for never.")
        self._age = self._gauge("last_sweep_age_seconds", "Seconds since then; +Inf for never.")
        self._failed = self._gauge("sweeps_failed", "Sweeps that failed, of the last twenty.")

    def page(self, route: str, status: int) -> None:
        self._pages.labels(route, str(status)).inc()

    def decided(self, move: str) -> None:
        self._decisions.labels(move).inc()

    def text(self) -> bytes:
        """All counts, with the sweeps as they were at most half a minute ago."""
        with self._lock:
            if self._clock() - self._asked >= _KEPT:
                self._look()
                self._asked = self._clock()
        return generate_latest(self.registry)

    def _look(self) -> None:
        try:
            watch = self._watch()
        except ScreenerError as error:
            _log.warning("web.metrics", error=error)
            self._up.set(0)
            return
        ended = watch.ended.timestamp() if watch.ended else None
        now = datetime.fromtimestamp(self._clock(), UTC).timestamp()
        self._up.set(1)
        self._ended.set(ended or 0)
        self._age.set(float("inf") if ended is None else now - ended)
        self._failed.set(watch.failed)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"fhir_screener_{name}", about, labels, registry=self.registry)

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(f"fhir_screener_{name}", about, registry=self.registry)
