"""Error class -> try again in so many seconds, or not. Bounded: what stays broken is reported, and mended tomorrow."""

from __future__ import annotations

from fhir_screener.errors import ScreenerError, SweepBusy
from fhir_screener.screening.sweep_retry import retry_wait

SWEEP_WAITS = (300.0, 900.0, 1800.0, 3600.0)
"""A sweep that could not start, because a server was down or another was going on, is tried again later that night."""


def chunk_wait(error: ScreenerError, retries: int, attempts: int) -> float | None:
    """Seconds until a chunk is tried again, or None to give up. `retries` are those already made."""
    return retry_wait(error, retries + 1, attempts)


def sweep_wait(error: ScreenerError, retries: int) -> float | None:
    """Seconds until a sweep is started again, or None to give up."""
    if (error.retryable or isinstance(error, SweepBusy)) and retries < len(SWEEP_WAITS):
        return SWEEP_WAITS[retries]
    return None
