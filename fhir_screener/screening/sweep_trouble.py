"""What goes wrong in a worker's hands, told to whoever watches the sweep: a worker's own log is seen by few."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from fhir_screener.errors import ChunkRefused, ScreenerError
from fhir_screener.screening.sweep_plan import Chunk, Head, Trouble
from fhir_screener.screening.sweep_ports import Ledger
from fhir_screener.screening.sweep_retry import REFUSED_WAIT

TOLD = 5
"""Different reasons that are told; what stays wrong is in the report, patient by patient."""


def remember(ledger: Ledger, chunk: Chunk, error: ScreenerError) -> None:
    """Leave in the ledger why the chunk failed. Never fails: the chunk's own error counts."""
    with suppress(ScreenerError):
        ledger.trouble(chunk.sweep, chunk.number, Trouble(str(error), isinstance(error, ChunkRefused)))


def warnings(ledger: Ledger, head: Head) -> tuple[str, ...]:
    """The warnings of the sweep, and the refusals of its workers: one of them is set up wrongly, whoever did the work."""
    troubles = ledger.troubles(head.sweep)
    refused = dict.fromkeys(_said(troubles[number]) for number in sorted(troubles) if troubles[number].refused)
    return tuple(dict.fromkeys((*head.warnings, *list(refused)[:TOLD])))


def refused_by_all(ledger: Ledger, head: Head) -> str:
    """Why nobody did any of the sweep, where each of its chunks was last refused and no patient was read; else ""."""
    troubles, results = ledger.troubles(head.sweep), ledger.results(head.sweep)
    refused = [trouble.why for _, trouble in sorted(troubles.items()) if trouble.refused]
    if not results or len(refused) < len(results) or any(result.read for result in results):
        return ""
    return f"every worker that was offered it refused it: {refused[0]}"


def taken_up(ledger: Ledger, sweep: str) -> bool:
    """Whether any worker has begun, or done, a chunk of the sweep."""
    return bool(ledger.begun(sweep)) or ledger.done_count(sweep) > 0


class Troubles:
    """Calls `warn` with each different trouble of a sweep, once, and with what comes of a refusal; chunks are tried
    `attempts` times."""

    def __init__(self, ledger: Ledger, sweep: str, warn: Callable[[str], None], attempts: int) -> None:
        self._ledger, self._sweep, self._warn, self._attempts = ledger, sweep, warn, attempts
        self._told: set[str] = set()
        self._refused = False

    def look(self) -> None:
        """Tell what is new. Raises Unreachable."""
        for _, trouble in sorted(self._ledger.troubles(self._sweep).items()):
            said = _said(trouble)
            if said not in self._told and len(self._told) < TOLD:
                self._told.add(said)
                self._warn(said)
            if trouble.refused and not self._refused:
                self._refused = True
                self._warn(
                    f"it is offered {self._attempts} times, {REFUSED_WAIT:.0f} s apart: another worker may take it; if all"
                    " of it is refused, the sweep ends by itself, and no Task changes"
                )


def _said(trouble: Trouble) -> str:
    return f"a worker {'refused' if trouble.refused else 'could not do'} a chunk: {trouble.why}"
