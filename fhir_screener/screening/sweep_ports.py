"""What a sweep needs from outside: its memory, its carrier, and its own record on the target server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.sweep_plan import Chunk, ChunkResult, Head, Trouble

Progress = Callable[[int, int | None], None]
"""Called with (patients done, patients in all or None while they are being listed)."""


class Dispatcher(Protocol):
    """Queues work without knowing who will do it. Delivery is never trusted: see `Ledger`."""

    def send(self, chunk: Chunk) -> None:
        """Queue a chunk; may be called again for the same chunk. Raises Unreachable."""

    def restart(self, head: Head) -> None:
        """Queue a new sweep for one whose listing was interrupted: the same studies and day."""

    def waiting(self) -> int:
        """How many messages no worker has fetched yet."""


class Ledger(Protocol):
    """The sweep's memory: what there is to do, what is done, and the locks. Nothing in it that cannot be rebuilt.

    Every call is atomic and idempotent, for workers may run the same chunk twice, even at the same time. Times are
    seconds since the epoch, handed in. Raises Unreachable when the ledger does not answer.
    """

    def lock(self, name: str, token: str, seconds: int) -> str:
        """Take the lock, or renew it where `token` has it. Returns the token that has it after the call."""

    def holder(self, name: str) -> str:
        """The token that has the lock, or ""."""

    def unlock(self, name: str, token: str) -> None:
        """Give the lock back, if `token` has it."""

    def put(self, head: Head) -> None:
        """Remember the sweep, or its new state."""

    def head(self, sweep: str) -> Head | None: ...

    def open_sweeps(self) -> list[str]:
        """The sweeps that are planning or running."""

    def add(self, chunk: Chunk) -> None:
        """Remember a chunk to be done."""

    def chunk(self, sweep: str, number: int) -> Chunk | None: ...

    def begin(self, sweep: str, number: int, at: float) -> int:
        """Somebody begins the chunk; returns how many times it has now been begun."""

    def beat(self, sweep: str, number: int, at: float) -> None:
        """Whoever works on the chunk is alive, or it was just sent again."""

    def begun(self, sweep: str) -> Mapping[int, tuple[int, float]]:
        """{chunk: (times begun, last sign of life)}; done chunks may be missing."""

    def trouble(self, sweep: str, number: int, trouble: Trouble) -> None:
        """The chunk failed, this last time for this reason."""

    def troubles(self, sweep: str) -> Mapping[int, Trouble]:
        """{chunk: why it last failed}, chunks that were done since included; empty once the sweep is closed."""

    def done(self, sweep: str, result: ChunkResult, at: float) -> bool:
        """Mark done, once; False when it was done before (this result is then dropped)."""

    def is_done(self, sweep: str, number: int) -> bool: ...

    def done_count(self, sweep: str) -> int: ...

    def pending(self, sweep: str) -> list[int]:
        """The numbers of the chunks not yet done, in order."""

    def last_sign(self, sweep: str) -> float:
        """When any chunk of the sweep last began, beat or was done; 0 for never."""

    def results(self, sweep: str) -> list[ChunkResult]:
        """What became of the chunks that are done, by number."""

    def forget_chunks(self, sweep: str) -> None:
        """Drop the patient ids of a closed sweep; its head and results stay for a while."""


class SweepRecord(Protocol):
    """The sweep's own record on the target server: written when it starts and when it is closed; between, only how far it is."""

    def opened(self, head: Head) -> None: ...

    def closed(self, head: Head, report: Mapping[str, Any]) -> None:
        """`report` is the JSON form of the SweepReport. Idempotent; raises ServerError."""


class Herald(Protocol):
    """Tells people of a sweep that is about to be closed. Never fails: what goes wrong is a warning of its report."""

    def closing(self, head: Head, report: SweepReport) -> tuple[str, ...]: ...


class Nobody:
    """A Herald who tells nobody."""

    def closing(self, head: Head, report: SweepReport) -> tuple[str, ...]:
        return ()
