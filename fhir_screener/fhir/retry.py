"""How long to be patient with a server: when to ask again, and how long to wait before."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from fhir_screener.errors import Busy, ServerError, ServerFault


@dataclass(frozen=True)
class Retry:
    """Bounds, in attempts and seconds. A `Retry-After` is obeyed up to `longest_retry_after`; when the server asks for
    more, the error goes up at once with its `retry_after`, so that a queue can bring the work back later."""

    attempts: int = 4
    fault_attempts: int = 2
    """For 500: servers hide lasting faults behind it."""
    total: float = 180.0
    first_wait: float = 0.5
    longest_wait: float = 20.0
    longest_retry_after: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[], float] = random.random

    def begin(self) -> Patience:
        """Patience for one request."""
        return Patience(self)


NO_RETRY = Retry(attempts=1)


class Patience:
    """Counts the attempts of one request."""

    def __init__(self, bounds: Retry) -> None:
        self._bounds = bounds
        self._started = bounds.clock()
        self.attempts = 0

    def wait(self, error: ServerError) -> float | None:
        """Seconds to wait before asking again, or None when this error is to be raised. Call once per failure."""
        self.attempts += 1
        bounds = self._bounds
        most = min(bounds.attempts, bounds.fault_attempts) if isinstance(error, ServerFault) else bounds.attempts
        if not error.retryable or self.attempts >= most:
            return None
        wait = self._next(error)
        if wait is None or bounds.clock() - self._started + wait > bounds.total:
            return None
        return wait

    def _next(self, error: ServerError) -> float | None:
        bounds = self._bounds
        asked = error.retry_after if isinstance(error, Busy) else None
        if asked is not None and asked > bounds.longest_retry_after:
            return None
        grown: float = min(bounds.longest_wait, bounds.first_wait * 2 ** (self.attempts - 1))
        spread = grown * (0.5 + bounds.jitter() / 2)
        return spread if asked is None else max(asked, spread)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds the server asks us to wait (RFC 9110 `Retry-After`: seconds or a date; Azure's milliseconds), or None.

    `headers` has lower-case names. A date is measured against the server's own `Date`, for clocks differ.
    """
    millis = _number(headers.get("x-ms-retry-after-ms"))
    if millis is not None:
        return millis / 1000
    asked = headers.get("retry-after")
    seconds = _number(asked)
    if seconds is not None:
        return seconds
    until = _date(asked)
    if until is None:
        return None
    return max(0.0, (until - (_date(headers.get("date")) or datetime.now(UTC))).total_seconds())


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return max(0.0, value) if value < float("inf") else None


def _date(text: str | None) -> datetime | None:
    try:
        when = parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)
