"""Seeing a sweep through to its report: in this process without a broker, or by watching the workers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from fhir_screener.errors import ScreenerError, ServerError
from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.sweep import Limits, Listing, Sweeper
from fhir_screener.screening.sweep_chunk import Bench
from fhir_screener.screening.sweep_plan import Chunk, Head, State
from fhir_screener.screening.sweep_ports import Herald, Ledger, Progress, SweepRecord
from fhir_screener.screening.sweep_retry import retry_wait
from fhir_screener.screening.sweep_tend import tend
from fhir_screener.screening.sweep_trouble import Troubles

COUNTED_AHEAD = 100_000
"""As many patients are listed before the first is read, so that progress can say out of how many."""


def run_inline(
    head: Head,
    listing: Listing,
    bench: Bench,
    ledger: Ledger,
    record: SweepRecord,
    now: Callable[[], datetime],
    sleep: Callable[[float], None],
    limits: Limits | None = None,
    progress: Progress = lambda done, total: None,
    herald: Herald | None = None,
) -> SweepReport:
    """A whole sweep in this thread: the same steps as with workers. Errors as `Sweeper.start`."""
    inline = _Inline(bench, sleep, progress)
    inline.sweeper = Sweeper(ledger, inline, record, now, limits, herald)
    head = inline.sweeper.start(head, replace(listing, patients=inline.counted(listing.patients)))
    if head.state.open:
        inline.sweeper.close(head, final=True)
    return inline.sweeper.report(head.sweep)


class _Inline:
    """A Dispatcher that does each chunk when it is sent."""

    sweeper: Sweeper

    def __init__(self, bench: Bench, sleep: Callable[[float], None], progress: Progress) -> None:
        self._bench, self._sleep, self._progress = bench, sleep, progress
        self._done = 0
        self._total: int | None = None

    def counted(self, patients: Iterable[str]) -> Iterator[str]:
        """The same patients; how many there are is known early, or when the last has come."""
        rest = iter(patients)
        first = list(islice(rest, COUNTED_AHEAD))
        number = len(first)
        if number < COUNTED_AHEAD:
            self._total = number
            self._progress(0, number)
        yield from first
        for patient in rest:
            number += 1
            yield patient
        self._total = number

    def send(self, chunk: Chunk) -> None:
        """Do the chunk now, with the patience that its errors deserve."""
        attempt = 1
        while not self._tried(chunk, attempt):
            attempt += 1
        self._done += len(chunk.patients)
        self._progress(self._done, self._total)

    def _tried(self, chunk: Chunk, attempt: int) -> bool:
        seen = self._done

        def beat(patients: int) -> None:
            nonlocal seen
            seen += patients
            self._progress(seen, self._total)

        try:
            self.sweeper.work(chunk, lambda _: self._bench, beat=beat)
        except ScreenerError as error:
            wait = retry_wait(error, attempt, self.sweeper.limits.attempts)
            if wait is None:
                self.sweeper.work(chunk, lambda _: self._bench, give_up=True, beat=beat)
                return True
            self._sleep(wait)
            return False
        return True

    def restart(self, head: Head) -> None:
        """Never needed: who lists and who tends are the same."""

    def waiting(self) -> int:
        return 0


def follow(
    sweeper: Sweeper,
    started: Head,
    sleep: Callable[[float], None],
    progress: Progress = lambda done, total: None,
    *,
    warn: Callable[[str], None] = lambda why: None,
    every: float = 0.5,
    patience: float = 300.0,
) -> SweepReport:
    """Watch workers until the sweep that `start` gave is closed, and tend it, should nobody else; then its report.

    `warn` is called once with each different reason for which a worker could not do, or refused, a chunk.
    Seconds: looks `every` so often, and bears `patience` of a silent broker or target. Raises SweepLost, or ServerError
    when patience ends.
    """
    sweep, silent = started.sweep, 0.0
    troubles = Troubles(sweeper.ledger, sweep, warn, sweeper.limits.attempts)
    while True:
        try:
            troubles.look()
            head = tend(sweeper, sweep)
            if head.state is State.PLANNING and started.state is State.RUNNING:
                # The broker crashed, and forgot in its last second that the listing had ended.
                sweeper.ledger.put(started)
            if not head.state.open:
                progress(head.patients, head.patients)
                return sweeper.report(sweep)
            done = sweeper.ledger.done_count(sweep) * head.chunk_size
            progress(*((min(done, head.patients), head.patients) if head.state is State.RUNNING else (done, None)))
            silent = 0.0
        except ServerError as error:
            silent += every
            if not error.retryable or silent > patience:
                raise
        sleep(every)
