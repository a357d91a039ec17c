"""A Ledger in this process's memory, for sweeps without a broker."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from fhir_screener.screening.sweep_plan import Chunk, ChunkResult, Head, Trouble


@dataclass
class _Sweep:
    head: Head
    chunks: dict[int, Chunk] = field(default_factory=dict)
    results: dict[int, ChunkResult] = field(default_factory=dict)
    begun: dict[int, tuple[int, float]] = field(default_factory=dict)
    troubles: dict[int, Trouble] = field(default_factory=dict)
    last_sign: float = 0.0


class MemoryLedger:
    """See `Ledger`. A chunk's patient ids are dropped when it is done, so that memory stays flat.

    `clock` counts seconds, for the expiry of locks.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._sweeps: dict[str, _Sweep] = {}
        self._locks: dict[str, tuple[str, float]] = {}
        self._clock = clock

    def lock(self, name: str, token: str, seconds: int) -> str:
        if self.holder(name) in ("", token):
            self._locks[name] = (token, self._clock() + seconds)
        return self.holder(name)

    def holder(self, name: str) -> str:
        token, until = self._locks.get(name, ("", 0.0))
        return token if self._clock() < until else ""

    def unlock(self, name: str, token: str) -> None:
        if self.holder(name) == token:
            self._locks.pop(name, None)

    def put(self, head: Head) -> None:
        if head.sweep in self._sweeps:
            self._sweeps[head.sweep].head = head
        else:
            self._sweeps[head.sweep] = _Sweep(head)

    def head(self, sweep: str) -> Head | None:
        return self._sweeps[sweep].head if sweep in self._sweeps else None

    def open_sweeps(self) -> list[str]:
        return [name for name, sweep in self._sweeps.items() if sweep.head.state.open]

    def add(self, chunk: Chunk) -> None:
        self._sweeps[chunk.sweep].chunks[chunk.number] = chunk

    def chunk(self, sweep: str, number: int) -> Chunk | None:
        return self._sweeps[sweep].chunks.get(number)

    def begin(self, sweep: str, number: int, at: float) -> int:
        times = self._sweeps[sweep].begun.get(number, (0, 0.0))[0] + 1
        self._sweeps[sweep].begun[number] = (times, 0.0)
        self.beat(sweep, number, at)
        return times

    def beat(self, sweep: str, number: int, at: float) -> None:
        entry = self._sweeps[sweep]
        if number in entry.begun:
            entry.begun[number] = (entry.begun[number][0], at)
        entry.last_sign = at

    def begun(self, sweep: str) -> Mapping[int, tuple[int, float]]:
        return dict(self._sweeps[sweep].begun)

    def trouble(self, sweep: str, number: int, trouble: Trouble) -> None:
        self._sweeps[sweep].troubles[number] = trouble

    def troubles(self, sweep: str) -> Mapping[int, Trouble]:
        return dict(self._sweeps[sweep].troubles) if sweep in self._sweeps else {}

    def done(self, sweep: str, result: ChunkResult, at: float) -> bool:
        entry = self._sweeps[sweep]
        if result.number in entry.results:
            return False
        entry.results[result.number] = result
        entry.last_sign = at
        entry.chunks.pop(result.number, None)
        entry.begun.pop(result.number, None)
        return True

    def is_done(self, sweep: str, number: int) -> bool:
        return number in self._sweeps[sweep].results

    def done_count(self, sweep: str) -> int:
        return len(self._sweeps[sweep].results)

    def pending(self, sweep: str) -> list[int]:
        return sorted(self._sweeps[sweep].chunks)

    def last_sign(self, sweep: str) -> float:
        return self._sweeps[sweep].last_sign

    def results(self, sweep: str) -> list[ChunkResult]:
        return [result for _, result in sorted(self._sweeps[sweep].results.items())]

    def forget_chunks(self, sweep: str) -> None:
        self._sweeps[sweep].chunks.clear()
        self._sweeps[sweep].begun.clear()
        self._sweeps[sweep].troubles.clear()
