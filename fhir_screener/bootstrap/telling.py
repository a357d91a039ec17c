"""How far a sweep in this process is, told on the target now and then, for pages in another: without a broker there is no
ledger that they could ask."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from fhir_screener.errors import ServerError
from fhir_screener.log import Log
from fhir_screener.screening.sweep_plan import Head
from fhir_screener.screening.sweep_ports import Progress

EVERY = 10.0
"""Seconds between two words; a sweep that is shorter says none."""
_log = Log(__name__)


class Told(Protocol):
    """`fhir.task.SweepTasks`: the sweep's own Task."""

    def progressed(self, head: Head, done: int, total: int) -> None: ...


def telling(
    head: Head, record: Callable[[], Told], progress: Progress, clock: Callable[[], float] = time.monotonic
) -> Progress:
    """The same progress, told on the target too. What the target does not take costs the sweep nothing."""
    last = clock()

    def stepped(done: int, total: int | None) -> None:
        nonlocal last
        progress(done, total)
        now = clock()
        if total is None or now - last < EVERY:
            return
        last = now
        try:
            record().progressed(head, done, total)
        except ServerError as error:
            _log.info("sweep.progress.untold", sweep=head.sweep, error=error)

    return stepped
