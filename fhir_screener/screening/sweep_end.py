"""Ending a sweep that nobody works on, before its lock runs out, because somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterable

from fhir_screener.screening.sweep import Sweeper
from fhir_screener.screening.sweep_plan import Head, State
from fhir_screener.screening.sweep_tend import alone


def end_abandoned(sweeper: Sweeper, names: Iterable[str]) -> list[Head]:
    """Give up the sweeps that hold these locks and of which no chunk showed life for `quiet_seconds`; those ended.

    A worker gives four signs in that time. Where patients are still being listed there are none to go by: such a sweep
    is left, and loses its lock by time alone.
    """
    ended = []
    for sweep in dict.fromkeys(filter(None, map(sweeper.ledger.holder, names))):
        with alone(sweeper, sweep) as mine:
            head = sweeper.ledger.head(sweep)
            if mine and head is not None and head.state is State.RUNNING and _silent(sweeper, head):
                ended.append(sweeper.give_up(head, "nobody worked on it, and it was ended by hand"))
    return ended


def _silent(sweeper: Sweeper, head: Head) -> bool:
    last = max(sweeper.ledger.last_sign(head.sweep), head.started.timestamp())
    return sweeper.at() - last > sweeper.limits.quiet_seconds
