"""The three tasks: ids in, one call, ids out. What they do is in `fhir_screener.screening.sweep`.

fhir_screener.sweep(studies, as_of, tries)    list the patients of a sweep and send them out in chunks
fhir_screener.run_chunk(chunk)                read, judge and write the patients of one chunk
fhir_screener.tend()                          send again what was lost, close what is done
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

from celery import Celery, Task

from fhir_screener.broker.celery_app import RUN_CHUNK, SWEEP, TEND
from fhir_screener.errors import ScreenerError
from fhir_screener.log import Log
from fhir_screener.screening.sweep_plan import Chunk, ChunkResult, Head, chunk_from_wire
from workers.retry import chunk_wait, sweep_wait

_log = Log(__name__)


class Works(Protocol):
    """What the tasks call: `fhir_screener.bootstrap.Screener`."""

    @property
    def attempts(self) -> int: ...

    def start(
        self, studies: list[str], as_of: date | None, *, name: str, tries: int, unattended: bool
    ) -> list[Head]: ...

    def work(self, chunk: Chunk, *, give_up: bool = False) -> ChunkResult | None: ...

    def tend_all(self) -> None: ...


def register(app: Celery, works: Callable[[], Works]) -> None:
    """Give the application its tasks. `works` makes what they call, or gives it again."""

    @app.task(name=SWEEP, bind=True, max_retries=None, shared=False)
    def sweep(self: Task[Any, Any], studies: list[str] | None = None, as_of: str | None = None, tries: int = 1) -> None:
        """A task delivered again has the same id, and so does its sweep: it is not started twice."""
        name = f"sweep-{self.request.id}" + (f"-{self.request.retries}" if self.request.retries else "")
        day = date.fromisoformat(as_of) if as_of else None
        try:
            for head in works().start(studies or [], day, name=name, tries=tries, unattended=True):
                _log.info(
                    "sweep.started", sweep=head.sweep, as_of=head.as_of, patients=head.patients, chunks=head.chunks
                )
        except ScreenerError as error:
            wait = sweep_wait(error, self.request.retries)
            _log.warning("sweep.not.started", sweep=name, error=error, seconds=wait)
            if wait is not None:
                raise self.retry(countdown=wait) from None

    @app.task(name=RUN_CHUNK, bind=True, max_retries=None, shared=False)
    def run_chunk(self: Task[Any, Any], body: dict[str, Any]) -> None:
        chunk = chunk_from_wire(body)
        try:
            result = works().work(chunk)
        except ScreenerError as error:
            wait = chunk_wait(error, self.request.retries, works().attempts)
            _log.warning("chunk.failed", sweep=chunk.sweep, chunk=chunk.number, error=error, seconds=wait)
            if wait is not None:
                raise self.retry(countdown=wait) from None
            result = works().work(chunk, give_up=True)
        _tell(chunk, result)

    @app.task(name=TEND, shared=False)
    def tend() -> None:
        works().tend_all()


def _tell(chunk: Chunk, result: ChunkResult | None) -> None:
    if result is None:
        _log.info("chunk.void", sweep=chunk.sweep, chunk=chunk.number)
        return
    _log.info(
        "chunk.done",
        sweep=chunk.sweep,
        chunk=chunk.number,
        read=result.read,
        unread=len(result.unread),
        not_evaluated=sum(map(len, result.not_evaluated.values())),
        unwritten=sum(map(len, result.unwritten.values())),
        seconds=result.seconds,
    )
