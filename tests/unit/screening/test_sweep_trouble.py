"""What a worker cannot do is told to whoever watches, and a sweep that nobody works on can be ended."""

from __future__ import annotations

import pytest

from fhir_screener.errors import ChunkRefused, ScreenerError, SweepBusy, Unreachable
from fhir_screener.screening.sweep_chunk import Bench
from fhir_screener.screening.sweep_end import end_abandoned
from fhir_screener.screening.sweep_plan import Chunk, State
from fhir_screener.screening.sweep_run import follow
from fhir_screener.screening.sweep_trouble import TOLD, taken_up
from tests.unit.screening.sweep_fakes import STUDY, head
from tests.unit.screening.test_sweep_queue import ONCE, Crew, interrupted

LOCK = f"setup:{STUDY}"
REFUSAL = "the mapping of NCT04660565 is sha256:m2 here, and was sha256:m1 when the sweep began"


def fails(crew: Crew, error: ScreenerError) -> None:
    """A worker cannot do the next chunk, and puts it back in the queue."""

    def bench_of(chunk: Chunk) -> Bench:
        raise error

    chunk = crew.queue.messages[0]
    with pytest.raises(type(error)):
        crew.take(bench_of)
    crew.queue.send(chunk)


def test_a_refusal_is_told_to_the_watcher_at_once_and_stands_in_the_report() -> None:
    crew = Crew()
    started, told, seen = crew.start(), [], []

    def sleep(seconds: float) -> None:
        if not seen:
            fails(crew, ChunkRefused(REFUSAL))
            fails(crew, ChunkRefused(REFUSAL))
        elif len(seen) == 2:
            crew.drain()
        seen.append(list(told))

    report = follow(crew.sweeper, started, sleep, warn=told.append)
    said = f"a worker refused a chunk: {REFUSAL}"
    assert seen[1][0] == said, "before anything is done"
    assert told[0] == said
    assert "offered 4 times, 30 s apart" in told[1]
    assert len(told) == 2, "once"
    assert said in report.warnings
    assert (report.state, crew.created()) == (State.DONE, ONCE)


def test_what_every_worker_refuses_ends_by_itself_and_is_swept_anew() -> None:
    """Nobody counts on for ever, no Task changes, and the next sweep need not wait for a lock."""
    crew = Crew()
    started, told = crew.start(), []

    def sleep(seconds: float) -> None:
        for _ in range(len(crew.queue.messages)):
            refused(crew)

    report = follow(crew.sweeper, started, sleep, warn=told.append)
    assert (report.state, report.exit_code, crew.target.writes) == (State.FAILED, 1, [])
    assert report.warnings[-1] == f"the sweep was given up: every worker that was offered it refused it: {REFUSAL}"
    assert report.unread == dict.fromkeys(crew.source.patients, REFUSAL)
    assert [state for _, state, _ in crew.records.closes] == ["failed"]
    crew.start(head("s2", clock=crew.clock))
    crew.drain()
    assert crew.tend("s2") is State.DONE
    assert crew.created() == ONCE


def refused(crew: Crew) -> None:
    """One message is offered to a worker with other mappings; it comes back until it was offered often enough."""

    def bench_of(chunk: Chunk) -> Bench:
        raise ChunkRefused(REFUSAL)

    chunk = crew.queue.messages[0]
    try:
        crew.take(bench_of)
    except ChunkRefused:
        crew.queue.send(chunk)


def test_a_sweep_of_which_something_was_done_is_closed_as_ever() -> None:
    crew = Crew()
    started = crew.start()
    crew.take()

    def sleep(seconds: float) -> None:
        for _ in range(len(crew.queue.messages)):
            refused(crew)

    report = follow(crew.sweeper, started, sleep)
    assert (report.state, report.exit_code, report.read) == (State.DONE, 1, 4)


def test_another_failure_is_told_but_once_mended_it_is_no_warning_of_the_report() -> None:
    crew = Crew()
    started, told = crew.start(), []
    fails(crew, Unreachable("no connection"))
    report = follow(crew.sweeper, started, lambda seconds: crew.drain(), warn=told.append)
    assert told == ["a worker could not do a chunk: no connection"]
    assert not any("no connection" in warning for warning in report.warnings)


def test_only_so_many_different_troubles_are_told() -> None:
    crew = Crew([f"c{number}" for number in range(4 * (TOLD + 2))])
    started, told = crew.start(), []
    for number in range(TOLD + 2):
        fails(crew, Unreachable(f"reason {number}"))
    follow(crew.sweeper, started, lambda seconds: crew.drain(), warn=told.append)
    assert len(told) == TOLD


def test_a_ledger_that_cannot_be_told_hides_no_trouble() -> None:
    crew = Crew()
    crew.start()

    def silent(*_: object) -> None:
        raise Unreachable("ledger")

    crew.ledger.trouble = silent  # type: ignore[method-assign]
    fails(crew, ChunkRefused(REFUSAL))


def test_a_sweep_is_taken_up_when_a_worker_begins_not_when_it_is_sent_again() -> None:
    crew = Crew(["c1"])
    crew.start()
    crew.queue.messages.clear()
    crew.clock.forward(61)
    crew.tend()
    assert crew.queue.messages
    assert not taken_up(crew.ledger, "s1")
    fails(crew, ChunkRefused(REFUSAL))
    assert taken_up(crew.ledger, "s1")
    crew.drain()
    assert taken_up(crew.ledger, "s1")


def test_a_worker_started_late_takes_up_a_sweep_that_nobody_watches() -> None:
    crew = Crew()
    crew.start()
    crew.clock.forward(3600)
    crew.drain()
    assert crew.tend() is State.DONE
    assert crew.created() == ONCE


def test_a_sweep_that_nobody_works_on_is_ended_and_its_study_swept_anew() -> None:
    crew = Crew()
    crew.start()
    crew.take()
    crew.clock.forward(61)
    with pytest.raises(SweepBusy, match="--end-abandoned"):
        crew.start(head("s2", clock=crew.clock))
    assert [ended.sweep for ended in end_abandoned(crew.sweeper, [LOCK])] == ["s1"]
    assert [state for _, state, _ in crew.records.closes] == ["failed"]
    assert "the sweep was given up: nobody worked on it, and it was ended by hand" in crew.sweeper.report("s1").warnings
    crew.start(head("s2", clock=crew.clock))
    crew.drain()
    assert crew.tend("s2") is State.DONE
    assert crew.created() == ONCE, "what waited of the first is void"


def test_a_sweep_with_a_sign_of_life_is_not_ended() -> None:
    crew = Crew()
    crew.start()
    crew.clock.forward(59)
    assert end_abandoned(crew.sweeper, [LOCK]) == [], "just begun"
    crew.clock.forward(30)
    crew.take()
    crew.clock.forward(59)
    assert end_abandoned(crew.sweeper, [LOCK]) == []
    with pytest.raises(SweepBusy):
        crew.start(head("s2", clock=crew.clock))
    assert crew.ledger.holder(LOCK) == "s1"


def test_a_sweep_that_somebody_tends_at_this_moment_is_left_to_them() -> None:
    crew = Crew()
    crew.start()
    crew.clock.forward(61)
    crew.ledger.lock("tend:s1", "a watcher", 60)
    assert end_abandoned(crew.sweeper, [LOCK]) == []
    assert crew.sweeper.head("s1").state is State.RUNNING


def test_a_sweep_of_another_study_or_one_that_still_lists_patients_is_not_ended() -> None:
    crew = Crew()
    interrupted(crew)
    crew.clock.forward(500)
    assert end_abandoned(crew.sweeper, [LOCK, "setup:NCT00000000"]) == []
    assert crew.ledger.holder(LOCK) == "s1"
