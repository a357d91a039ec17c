"""One chunk of a sweep: read its patients, judge each against every study, reconcile, write. Acts through ports only.

A patient who cannot be read, judged or written is set aside with the reason; the others go on. A patient for whom
something could not be fetched changes no Task.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial

from fhir_screener.errors import ScreenerError, ServerError
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.candidate import Action, Existing, reconcile
from fhir_screener.screening.change import Again
from fhir_screener.screening.lookalikes import Count
from fhir_screener.screening.ports import Applied, Batch, CandidateStore, PatientSource
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.sweep_plan import Chunk, ChunkResult
from fhir_screener.screening.sweep_read import Reader, fault, is_wide
from fhir_screener.screening.sweep_tally import count, count_moved, count_screening

Judge = Callable[[PatientRecord, date], Screening]
"""Judges one patient against one study on a day; pure."""
Beat = Callable[[int], None]
"""Called with the patients of each batch as it is done."""


@dataclass(frozen=True)
class Bench:
    """What a chunk is worked with.

    `judges` is {study id: judge}. `requests` counts those made so far and `clock` is in seconds, both for the report.
    `ahead`: read the next batch while this one is judged. `count` begins a count of local names, for each chunk one.
    """

    source: PatientSource
    store: CandidateStore
    judges: Mapping[str, Judge]
    batch_size: int = 50
    requests: Callable[[], int] = lambda: 0
    clock: Callable[[], float] = lambda: 0.0
    ahead: bool = True
    count: Callable[[], Count] | None = None


def run_chunk(chunk: Chunk, bench: Bench, *, give_up: bool = False, beat: Beat = lambda patients: None) -> ChunkResult:
    """What became of the chunk.

    Raises a retryable ServerError as it is, unless `give_up`: then its patients are reported with that reason.
    """
    began, asked = bench.clock(), bench.requests()
    work = _Work(chunk, bench, give_up)
    reader = Reader(bench.source, give_up=give_up, ahead=bench.ahead)
    for batch in reader.batches(chunk.patients, bench.batch_size):
        work.take(batch)
        beat(len(batch.records) + len(batch.unread))
    result = work.ended()
    result.warnings = list(dict.fromkeys(result.warnings))
    result.requests, result.seconds = bench.requests() - asked, round(bench.clock() - began, 3)
    return result


def failed_chunk(chunk: Chunk, why: str) -> ChunkResult:
    """The result of a chunk that could not be worked on: every patient unread, for this reason."""
    return ChunkResult(number=chunk.number, unread=dict.fromkeys(chunk.patients, why))


class _Work:
    def __init__(self, chunk: Chunk, bench: Bench, give_up: bool) -> None:
        self._chunk, self._bench, self._give_up = chunk, bench, give_up
        self._closed = ""
        """Why nothing more is written: an error that will meet every request."""
        self._count = bench.count() if bench.count is not None else None
        self.result = ChunkResult(number=chunk.number)

    def take(self, batch: Batch) -> None:
        """Judge and write one batch."""
        self.result.read += len(batch.records)
        self.result.unread.update((unread.patient, unread.why) for unread in batch.unread)
        self.result.warnings.extend(batch.warnings)
        judged: dict[str, list[Screening]] = {}
        for study, judge in self._bench.judges.items():
            found = {record.patient.id: self._judge(study, judge, record) for record in batch.records}
            again = {record.patient.id: partial(judge, record) for record in batch.records}
            for one in found.values():
                if one is not None:
                    judged.setdefault(one.patient, []).append(one)
            self._write(study, [one for one in found.values() if one is not None and one.evaluated], again)
        self._named(batch, judged)

    def ended(self) -> ChunkResult:
        """The result, once every batch was taken."""
        if self._count is not None:
            with self._counting():
                self.result.lookalikes = {study: list(found) for study, found in self._count.found().items()}
        return self.result

    def _named(self, batch: Batch, judged: Mapping[str, list[Screening]]) -> None:
        """Count the local names of the batch."""
        count = self._count
        if count is None:
            return
        with self._counting():
            for record in batch.records:
                count.take(record, judged.get(record.patient.id, ()))

    @contextmanager
    def _counting(self) -> Iterator[None]:
        """Counting names costs nobody an answer: where it breaks, it is given up and said."""
        try:
            yield
        except Exception as error:
            self._count = None
            self.result.warnings.append(f"local names were not counted: {fault(error)}")

    def _judge(self, study: str, judge: Judge, record: PatientRecord) -> Screening | None:
        try:
            screening = judge(record, self._chunk.as_of)
        except Exception as error:
            self.result.not_evaluated.setdefault(study, {})[record.patient.id] = fault(error)
            return None
        count_screening(self.result, screening)
        return screening

    def _write(self, study: str, screenings: list[Screening], again: Mapping[str, Again]) -> None:
        existing = self._existing(study, screenings)
        if existing is None:
            return
        for screening in screenings:
            there = existing.get(screening.patient)
            action = reconcile(there, screening)
            done = self._apply(screening, there, action, again) if action.writes else Applied(action)
            if done is not None:
                count(self.result.actions, study, done.action.value)
                count_moved(self.result, screening, done)

    def _existing(self, study: str, screenings: list[Screening]) -> Mapping[str, Existing] | None:
        """The Tasks there are; None when they cannot be read: nothing may then be written."""
        if not screenings:
            return None
        why = self._closed
        if not why:
            try:
                return self._bench.store.existing(study, [screening.patient for screening in screenings])
            except Exception as error:
                self._consider(error)
                why = fault(error)
        # Who is not shown most likely has no Task; if there is one, the next sweep withdraws it.
        for screening in screenings:
            if screening.shown:
                self._unwritten(screening, why)
        self.result.warnings.append(f"{study}: Tasks could not be looked up, some may be out of date: {why}")
        return None

    def _apply(
        self, screening: Screening, there: Existing | None, action: Action, again: Mapping[str, Again]
    ) -> Applied | None:
        """What was done; None when it failed."""
        if self._closed:
            self._unwritten(screening, self._closed)
            return None
        try:
            return self._bench.store.apply(screening, there, action, again[screening.patient])
        except Exception as error:
            self._consider(error)
            self._unwritten(screening, fault(error))
            return None

    def _consider(self, error: Exception) -> None:
        """Raise what is worth another try of the whole chunk; stop writing where it would be in vain."""
        if isinstance(error, ScreenerError) and error.retryable and not self._give_up:
            raise error
        if isinstance(error, ServerError) and is_wide(error):
            self._closed = str(error)

    def _unwritten(self, screening: Screening, why: str) -> None:
        self.result.unwritten.setdefault(screening.study, {})[screening.patient] = why
