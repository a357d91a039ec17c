"""Whether work that failed is tried again, and when: a question of the error's class alone. Bounded."""

from __future__ import annotations

from fhir_screener.errors import Busy, ChunkRefused, ScreenerError

FIRST_WAIT, LONGEST_WAIT, LONGEST_ASKED = 5.0, 120.0, 900.0
REFUSED_WAIT = 30.0


def retry_wait(error: ScreenerError, attempt: int, attempts: int) -> float | None:
    """Seconds to wait before the next attempt, or None to give up. `attempt` counts from 1.

    A server that names a time (`Retry-After`) is obeyed up to a quarter of an hour.
    """
    if not error.retryable or attempt >= attempts:
        return None
    if isinstance(error, ChunkRefused):
        return REFUSED_WAIT
    grown: float = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** (attempt - 1))
    if isinstance(error, Busy) and error.retry_after is not None:
        return max(grown, min(error.retry_after, LONGEST_ASKED))
    return grown
