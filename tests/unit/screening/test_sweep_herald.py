"""Telling people of a sweep: when it closes, and never in the way of its end."""

from __future__ import annotations

from collections import deque

import pytest

from fhir_screener.errors import Unreachable
from fhir_screener.screening.memory_ledger import MemoryLedger
from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.sweep import Limits, Listing, Sweeper
from fhir_screener.screening.sweep_plan import Head, State
from fhir_screener.screening.sweep_tend import tend
from tests.unit.screening.sweep_fakes import Clock, Hospital, Queue, Records, Target, bench, head


class Crier:
    """Tells once of each sweep, and has something to say about it the first time."""

    def __init__(self) -> None:
        self.told: list[SweepReport] = []

    def closing(self, head: Head, report: SweepReport) -> tuple[str, ...]:
        self.told.append(report)
        return ("one e-mail was not sent",) if len(self.told) == 1 else ()


def done(records: Records, crier: Crier) -> Sweeper:
    """A sweep of which only the closing is left."""
    clock, queue, source, target = Clock(), Queue(), Hospital(["c1", "n1"]), Target()
    sweeper = Sweeper(MemoryLedger(clock.seconds), queue, records, clock, Limits(), crier)
    sweeper.start(head(clock=clock), Listing(source.cohort()))
    for chunk in list(queue.messages):
        sweeper.work(chunk, lambda _: bench(source, target))
    return sweeper


def test_people_are_told_what_the_report_says_and_it_says_how_that_went() -> None:
    crier = Crier()
    sweeper = done(Records(), crier)
    assert not crier.told
    assert tend(sweeper, "s1").state is State.DONE
    (report,) = crier.told
    assert (report.state, report.studies[0].actions["created"]) == (State.DONE, 1)
    assert "one e-mail was not sent" in sweeper.report("s1").warnings
    tend(sweeper, "s1")
    assert len(crier.told) == 1


def test_a_warning_outlives_a_record_that_could_not_be_written() -> None:
    """The herald knows by the sweep's Task whom it told; the second closing must not forget what the first one saw."""
    crier = Crier()
    sweeper = done(Records(errors=deque([Unreachable("down")])), crier)
    with pytest.raises(Unreachable):
        tend(sweeper, "s1")
    assert sweeper.head("s1").state is State.RUNNING
    assert tend(sweeper, "s1").state is State.DONE
    assert sweeper.report("s1").warnings.count("one e-mail was not sent") == 1


def test_nobody_is_told_of_a_sweep_that_was_given_up() -> None:
    crier = Crier()
    sweeper = done(Records(), crier)
    sweeper.give_up(sweeper.head("s1"), "a test")
    assert not crier.told
