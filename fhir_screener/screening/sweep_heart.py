"""A sign of life while work goes on, however long one request takes: silence then means that the worker is gone."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from types import TracebackType
from typing import Self

from fhir_screener.errors import ScreenerError


class Heart:
    """Calls `beat` every so many seconds, from a thread of its own, as long as the block. What `beat` raises of our
    errors passes: a ledger that is away for a while hears the next one."""

    def __init__(self, beat: Callable[[], None], seconds: float) -> None:
        self._beat, self._seconds, self._stopped = beat, seconds, Event()
        self._thread = Thread(target=self._run, daemon=True, name="heart")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()

    def _run(self) -> None:
        while not self._stopped.wait(self._seconds):
            with suppress(ScreenerError):
                self._beat()
