"""Tending sweeps: what was lost is sent again, what stops its worker is taken apart, what is done is closed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

from fhir_screener.screening.sweep import Sweeper, lock_names
from fhir_screener.screening.sweep_chunk import failed_chunk
from fhir_screener.screening.sweep_plan import Chunk, ChunkResult, Head, State, batches
from fhir_screener.screening.sweep_trouble import refused_by_all

PARTS = 8
"""Into how many pieces a chunk is taken that nobody finishes."""


def tend(sweeper: Sweeper, sweep: str) -> Head:
    """Look after one sweep. May be called at any time, by anybody; one at a time works, the others return at once.

    Raises SweepLost when the ledger does not know the sweep; a retryable ServerError when the target does not take the
    sweep's record: it then stays open, to be tended again.
    """
    head = sweeper.head(sweep)
    if not head.state.open:
        return head
    with alone(sweeper, sweep) as mine:
        return _tended(sweeper, sweeper.head(sweep)) if mine else head


@contextmanager
def alone(sweeper: Sweeper, sweep: str) -> Iterator[bool]:
    """Whether nobody else looks after the sweep meanwhile; False: somebody does, leave it to them."""
    ledger, name, token = sweeper.ledger, f"tend:{sweep}", str(uuid4())
    if ledger.lock(name, token, sweeper.limits.quiet_seconds) != token:
        yield False
        return
    try:
        yield True
    finally:
        ledger.unlock(name, token)


def _tended(sweeper: Sweeper, head: Head) -> Head:
    if not head.state.open:
        return head
    if head.state is State.PLANNING:
        return _planning(sweeper, head)
    pending = sweeper.ledger.pending(head.sweep)
    if not pending:
        lost = head.chunks - sweeper.ledger.done_count(head.sweep)
        if lost > 0:
            return _begin_again(sweeper, head, _forgot(lost))
        refused = refused_by_all(sweeper.ledger, head)
        return sweeper.give_up(head, refused) if refused else sweeper.close(head)
    for number in _lost(sweeper, head, pending):
        chunk = sweeper.ledger.chunk(head.sweep, number)
        if chunk is not None:
            _again(sweeper, chunk)
    return sweeper.head(head.sweep)


def _planning(sweeper: Sweeper, head: Head) -> Head:
    """Whoever lists the patients renews the lock; when it is free, that worker is gone."""
    names = lock_names(head)
    if not names or sweeper.ledger.holder(names[0]):
        return head
    return _begin_again(sweeper, head, "listing its patients was interrupted")


def _forgot(chunks: int) -> str:
    """A broker that crashes forgets its last second; what it was told to do then is known to nobody."""
    return f"the ledger crashed and forgot {chunks} chunks, whose patients were not read: sweep again"


def _begin_again(sweeper: Sweeper, head: Head, why: str) -> Head:
    failed = sweeper.give_up(head, why)
    if head.unattended and head.tries < sweeper.limits.attempts:
        sweeper.dispatcher.restart(failed)
    return failed


def _lost(sweeper: Sweeper, head: Head, pending: list[int]) -> list[int]:
    """The chunks that nobody works on: begun without a sign of life since, or gone from the queue."""
    ledger, quiet = sweeper.ledger, sweeper.at() - sweeper.limits.quiet_seconds
    begun = ledger.begun(head.sweep)
    silent = [number for number in pending if number in begun and begun[number][1] < quiet]
    waiting = [number for number in pending if number not in begun]
    last = max(ledger.last_sign(head.sweep), head.started.timestamp())
    # As long as the queue holds messages, those not begun may be among them, only late.
    gone = waiting if waiting and last < quiet and sweeper.dispatcher.waiting() == 0 else []
    return sorted(silent + gone)


def _again(sweeper: Sweeper, chunk: Chunk) -> None:
    times = sweeper.ledger.begun(chunk.sweep).get(chunk.number, (0, 0.0))[0]
    if times < max(2, sweeper.limits.attempts // 2):
        _send(sweeper, chunk)
    elif len(chunk.patients) > 1:
        _take_apart(sweeper, chunk)
    elif times < sweeper.limits.attempts:
        _send(sweeper, chunk)
    else:
        why = f"{times} workers stopped while they had this chart in hand"
        sweeper.ledger.done(chunk.sweep, failed_chunk(chunk, why), sweeper.at())


def _send(sweeper: Sweeper, chunk: Chunk) -> None:
    """Sent again, it has its quiet time anew, lest it be sent once more before a worker has it."""
    sweeper.ledger.beat(chunk.sweep, chunk.number, sweeper.at())
    sweeper.dispatcher.send(chunk)


def _take_apart(sweeper: Sweeper, chunk: Chunk) -> None:
    """A patient in this chunk may stop every worker: smaller chunks spare the others. The new ones first, then the old
    one is done with nothing in it: patients may be read twice, but none is lost."""
    head = sweeper.head(chunk.sweep)
    parts = list(batches(chunk.patients, math.ceil(len(chunk.patients) / PARTS)))
    sweeper.ledger.put(replace(head, chunks=head.chunks + len(parts)))
    pieces = [replace(chunk, number=head.chunks + offset, patients=part) for offset, part in enumerate(parts)]
    for piece in pieces:
        sweeper.ledger.add(piece)
    sweeper.ledger.done(chunk.sweep, ChunkResult(number=chunk.number), sweeper.at())
    for piece in pieces:
        sweeper.dispatcher.send(piece)
