"""A sweep: one pass over the patients of one or more studies.

    start     locks, opens the sweep's record, lists the patients, sends chunks        planning -> running
    work      one chunk, by whoever received it; done once, however often delivered
    tend      sends again what was lost, closes the sweep when all is done             running  -> done
    give_up   for a sweep that cannot go on                                            ...      -> failed

Delivery is never trusted: what the ledger does not hold as done is not done. Every step may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from fhir_screener.errors import ScreenerError, ServerError, SweepBusy, SweepLost
from fhir_screener.screening.report import SweepReport, make_report
from fhir_screener.screening.sweep_chunk import Beat, Bench, failed_chunk, run_chunk
from fhir_screener.screening.sweep_heart import Heart
from fhir_screener.screening.sweep_plan import Chunk, ChunkResult, Head, State, batches
from fhir_screener.screening.sweep_ports import Dispatcher, Herald, Ledger, Nobody, SweepRecord
from fhir_screener.screening.sweep_trouble import remember, warnings


@dataclass(frozen=True)
class Limits:
    """Patients in a chunk; seconds until a lifeless lock is free; seconds without a sign of life after which a chunk
    is sent again (a worker gives four in that time); times it is tried."""

    chunk_size: int = 200
    lock_seconds: int = 1800
    quiet_seconds: int = 120
    attempts: int = 4


@dataclass(frozen=True)
class Listing:
    """The patients to sweep, each once. `notes` (whole sentences) and `requests` are asked for when all are listed."""

    patients: Iterable[str]
    notes: Callable[[], Iterable[str]] = tuple
    requests: Callable[[], int] = int


class Sweeper:
    """Carries sweeps through its ports. `now` is the clock, zone included."""

    def __init__(
        self,
        ledger: Ledger,
        dispatcher: Dispatcher,
        record: SweepRecord,
        now: Callable[[], datetime],
        limits: Limits | None = None,
        herald: Herald | None = None,
    ) -> None:
        self.ledger, self.dispatcher, self._record, self._now = ledger, dispatcher, record, now
        self._herald = herald or Nobody()
        self.limits = limits or Limits()

    def start(self, head: Head, listing: Listing) -> Head:
        """List the patients and send them out in chunks.

        Raises SweepBusy when another sweep of one of the studies is going on; ServerError when the patients cannot be
        listed or the target refuses the sweep's record: the sweep is then given up. Repeated for a sweep that is under
        way, it changes nothing; for one whose listing was interrupted, it begins a new one in its place.
        """
        there = self.ledger.head(head.sweep)
        if there is not None and there.state is not State.PLANNING:
            return there
        if there is not None:
            self.give_up(there, "listing its patients was interrupted")
            head = _again(there, self._now())
        self._take_locks(head)
        try:
            self._supersede(head)
            self.ledger.put(head)
            if not head.dry_run:
                self._record.opened(head)
            return self._plan(head, listing)
        except BaseException as error:
            with suppress(ScreenerError):
                self.give_up(head, str(error) if isinstance(error, ScreenerError) else "interrupted")
            raise

    def _plan(self, head: Head, listing: Listing) -> Head:
        patients = chunks = 0
        for number, ids in enumerate(batches(listing.patients, self.limits.chunk_size)):
            self._take_locks(head)
            chunk = Chunk.of(head, number, ids)
            self.ledger.add(chunk)
            self.dispatcher.send(chunk)
            patients, chunks = patients + len(ids), number + 1
        head = replace(
            head,
            state=State.RUNNING,
            patients=patients,
            chunks=chunks,
            warnings=(*head.warnings, *listing.notes()),
            requests=listing.requests(),
        )
        self.ledger.put(head)
        return head

    def work(
        self,
        chunk: Chunk,
        bench: Callable[[Chunk], Bench],
        *,
        give_up: bool = False,
        beat: Beat = lambda patients: None,
    ) -> ChunkResult | None:
        """Do a chunk, unless it is done or its sweep closed (then None). `beat` is called after each batch.

        `bench` gives what to work with, or raises ChunkRefused. Raises what may be tried again (`error.retryable`);
        with `give_up`, or when the chunk has been tried often enough, its patients are reported with the reason.
        """
        sweep, number = chunk.sweep, chunk.number
        head = self.ledger.head(sweep)
        if head is None or not head.state.open or self.ledger.is_done(sweep, number):
            return None
        last = self.ledger.begin(sweep, number, self.at()) >= self.limits.attempts

        def alive() -> None:
            self.ledger.beat(sweep, number, self.at())

        with Heart(alive, self.limits.quiet_seconds / 4):
            try:
                result = run_chunk(chunk, bench(chunk), give_up=give_up or last, beat=beat)
            except ScreenerError as error:
                remember(self.ledger, chunk, error)
                if error.retryable and not (give_up or last):
                    raise
                result = failed_chunk(chunk, str(error))
        self.ledger.done(sweep, result, self.at())
        self._renew_locks(head)
        return result

    def close(self, head: Head, *, final: bool = False) -> Head:
        """All is done: tell people, write the sweep's record, give the locks back. Idempotent.

        Raises a retryable ServerError of the target, and leaves the sweep open, unless `final`.
        """
        results = self.ledger.results(head.sweep)
        closed = replace(head, state=State.DONE, ended=self._now(), warnings=warnings(self.ledger, head))
        report = make_report(closed, results, self._now())
        if told := self._herald.closing(head, report):
            closed = replace(closed, warnings=(*closed.warnings, *told))
            # Told once only: should the record not be written now, the warnings are there the next time.
            self.ledger.put(replace(head, warnings=closed.warnings))
            report = make_report(closed, results, self._now())
        try:
            if not head.dry_run:
                self._record.closed(closed, report.to_wire())
        except ServerError as error:
            if error.retryable and not final:
                raise
            closed = replace(closed, warnings=(*closed.warnings, f"the sweep's own record was not written: {error}"))
        self._end(closed)
        return closed

    def give_up(self, head: Head, why: str) -> Head:
        """The sweep cannot go on: its chunks are void, its Tasks so far stay, the next sweep repairs."""
        said = (*warnings(self.ledger, head), f"the sweep was given up: {why}")
        failed = replace(head, state=State.FAILED, ended=self._now(), warnings=said)
        report = make_report(failed, self.ledger.results(head.sweep), self._now())
        self._end(failed)
        if not head.dry_run:
            with suppress(ServerError):
                self._record.closed(failed, report.to_wire())
        return failed

    def report(self, sweep: str) -> SweepReport:
        """The report as it stands; SweepLost when the ledger does not know the sweep."""
        return make_report(self.head(sweep), self.ledger.results(sweep), self._now())

    def head(self, sweep: str) -> Head:
        """The sweep as the ledger has it; raises SweepLost."""
        head = self.ledger.head(sweep)
        if head is None:
            raise SweepLost(f"sweep {sweep} is not known: the ledger was emptied, or it is too old. Start a new one")
        return head

    def at(self) -> float:
        """Now, in seconds since the epoch."""
        return self._now().timestamp()

    def _end(self, head: Head) -> None:
        self.ledger.put(head)
        self.ledger.forget_chunks(head.sweep)
        for name in lock_names(head):
            self.ledger.unlock(name, head.sweep)

    def _take_locks(self, head: Head) -> None:
        """Take or renew the locks; SweepBusy, and none taken, when another sweep has one."""
        for name in lock_names(head):
            holder = self.ledger.lock(name, head.sweep, self.limits.lock_seconds)
            if holder != head.sweep:
                for other in lock_names(head):
                    self.ledger.unlock(other, head.sweep)
                raise SweepBusy(
                    f"sweep {holder} of {name.rpartition(':')[2]} is going on: wait for it. If nothing works on it, a worker"
                    " and beat, once started, take it up where it stands; or `sweep --end-abandoned` ends it, after"
                    f" {self.limits.quiet_seconds} s without a sign of life, and begins anew. Its lock is free"
                    f" {self.limits.lock_seconds} s after the last sign"
                )

    def _renew_locks(self, head: Head) -> None:
        with suppress(SweepBusy):
            self._take_locks(head)

    def _supersede(self, head: Head) -> None:
        """Give up older sweeps that lost their lock: what they still do would be out of date."""
        for sweep in self.ledger.open_sweeps():
            old = self.ledger.head(sweep)
            if old and old.sweep != head.sweep and set(lock_names(old)) & set(lock_names(head)):
                self.give_up(old, f"it showed no life, and sweep {head.sweep} began")


def lock_names(head: Head) -> list[str]:
    """One lock a study, on this source and target; none for a dry run, which writes nothing."""
    return [] if head.dry_run else [lock_name(head.setup, study) for study in sorted(head.studies)]


def lock_name(setup: str, study: str) -> str:
    """The lock of a study under these settings."""
    return f"{setup}:{study}"


def _again(head: Head, now: datetime) -> Head:
    name = head.sweep.removesuffix(f".{head.tries}")
    return replace(head, sweep=f"{name}.{head.tries + 1}", tries=head.tries + 1, started=now)
