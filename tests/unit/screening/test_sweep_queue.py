"""A sweep by workers: messages lost, doubled and late, workers that die, and tending that mends it."""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from threading import Event
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_screener.errors import ChunkRefused, Refused, SweepBusy, SweepLost, Unreachable
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.memory_ledger import MemoryLedger
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.sweep import Listing
from fhir_screener.screening.sweep_chunk import Bench
from fhir_screener.screening.sweep_heart import Heart
from fhir_screener.screening.sweep_plan import Chunk, Head, State
from fhir_screener.screening.sweep_run import follow
from fhir_screener.screening.sweep_tend import alone, tend
from tests.unit.screening.sweep_fakes import (
    STUDY,
    Clock,
    Hospital,
    Queue,
    Records,
    Target,
    bench,
    head,
    judge,
    sweeper,
)

IDS = [f"{letter}{number}" for number in range(5) for letter in "crxn"]


class Killed(BaseException):
    """A worker dies: nothing catches it."""


class Crew:
    """A queue, a ledger, and workers that are told what to do."""

    def __init__(self, patients: list[str] | None = None, **limits: int) -> None:
        self.clock, self.queue, self.records = Clock(), Queue(), Records()
        self.source, self.target = Hospital(patients or IDS), Target()
        self.ledger = MemoryLedger(self.clock.seconds)
        self.sweeper = sweeper(self.ledger, self.queue, self.records, self.clock, **limits)

    def start(self, what: Head | None = None) -> Head:
        return self.sweeper.start(what or head(clock=self.clock), Listing(self.source.cohort()))

    def take(self, bench_of: Callable[[Chunk], Bench] | None = None) -> Chunk:
        """One message is received and done."""
        chunk = self.queue.messages.popleft()
        self.sweeper.work(chunk, bench_of or (lambda _: bench(self.source, self.target)))
        return chunk

    def take_and_die(self, writes: int = 0) -> Chunk:
        """One message is received by a worker that dies after so many writes."""

        def dies(_: Chunk) -> Bench:
            left = [writes]

            def error(patient: str) -> None:
                left[0] -= 1
                if left[0] < 0:
                    raise Killed

            self.target.errors = error
            return bench(self.source, self.target)

        chunk = self.queue.messages.popleft()
        with pytest.raises(Killed):
            self.sweeper.work(chunk, dies)
        self.target.errors = lambda patient: None
        return chunk

    def drain(self) -> None:
        while self.queue.messages:
            self.take()

    def created(self) -> Counter[str]:
        return Counter(patient for _, patient, action in self.target.writes if action is Action.CREATE)

    def tend(self, sweep: str = "s1") -> State:
        return tend(self.sweeper, sweep).state


ONCE = Counter(patient for patient in IDS if patient[0] in "cr")


def test_all_is_sent_and_closed_when_all_is_done() -> None:
    crew = Crew()
    started = crew.start()
    assert (started.state, started.patients, started.chunks) == (State.RUNNING, 20, 5)
    assert crew.tend() is State.RUNNING
    crew.drain()
    assert crew.tend() is State.DONE
    assert crew.created() == ONCE
    report = crew.sweeper.report("s1")
    assert (report.read, report.studies[0].outcomes["candidate"], report.exit_code) == (20, 5, 0)
    assert crew.tend() is State.DONE
    assert len(crew.records.closes) == 1


def test_a_message_delivered_twice_is_done_once() -> None:
    crew = Crew()
    crew.start()
    crew.queue.messages.extend(list(crew.queue.messages))
    crew.drain()
    crew.tend()
    assert crew.created() == ONCE
    assert crew.sweeper.report("s1").read == 20
    assert sum(len(ids) for ids in crew.source.reads) == 20


def test_of_two_who_look_after_a_sweep_in_the_same_moment_one_works() -> None:
    crew = Crew()
    crew.start()
    with alone(crew.sweeper, "s1") as one, alone(crew.sweeper, "s1") as other:
        assert (one, other) == (True, False)


def test_a_lost_message_is_sent_again_after_a_quiet_time() -> None:
    crew = Crew()
    crew.start()
    crew.take()
    lost = crew.queue.messages.popleft()
    crew.clock.forward(61)
    crew.tend()
    assert len(crew.queue.messages) == 3, "the others are still in the queue: nothing is known to be lost"
    crew.drain()
    assert crew.tend() is State.RUNNING
    assert not crew.queue.messages, "a worker may just be late"
    crew.clock.forward(61)
    crew.tend()
    assert list(crew.queue.messages) == [lost]
    fetched = crew.queue.messages.popleft()
    crew.tend()
    assert not crew.queue.messages, "it is not sent once more as soon as a worker has fetched it"
    crew.queue.send(fetched)
    crew.drain()
    assert crew.tend() is State.DONE
    assert crew.created() == ONCE


def test_a_worker_killed_between_two_writes_loses_and_doubles_nothing() -> None:
    crew = Crew()
    crew.start()
    killed = crew.take_and_die(writes=1)
    assert crew.created().total() == 1
    crew.drain()
    crew.tend()
    assert not crew.queue.messages
    crew.clock.forward(61)
    crew.tend()
    crew.tend()
    assert list(crew.queue.messages) == [killed]
    crew.drain()
    assert crew.tend() is State.DONE
    assert crew.created() == ONCE
    assert crew.sweeper.report("s1").studies[0].outcomes == dict.fromkeys(
        ("candidate", "review", "excluded", "no_signal"), 5
    )


def test_a_chart_that_kills_every_worker_is_set_aside_and_the_others_are_answered() -> None:
    patients = ["c1", "c2", "cDEADLY", "c4", "c5"]
    crew = Crew(patients)
    crew.start()

    def deadly(chunk: Chunk) -> Bench:
        if "cDEADLY" in chunk.patients:
            raise Killed
        return bench(crew.source, crew.target)

    for _ in range(200):
        while crew.queue.messages:
            try:
                crew.take(deadly)
            except Killed:
                continue
        if crew.tend() is State.DONE:
            break
        crew.clock.forward(61)
    report = crew.sweeper.report("s1")
    assert report.state is State.DONE
    assert dict(report.unread) == {"cDEADLY": "4 workers stopped while they had this chart in hand"}
    assert sorted(patient for _, patient in crew.target.tasks) == ["c1", "c2", "c4", "c5"]
    assert (report.read, report.patients) == (4, 5)


def test_a_slow_chunk_that_shows_life_is_left_alone() -> None:
    """The heart beats in real time: one request takes longer here than the quiet time."""
    crew = Crew(["c1", "c2"], quiet_seconds=1)
    crew.start()
    chunk = crew.queue.messages.popleft()
    beats = Event()
    beat = crew.ledger.beat

    def told(sweep: str, number: int, at: float) -> None:
        beat(sweep, number, at)
        beats.set()

    def slow(record: PatientRecord, as_of: date) -> Screening:
        crew.clock.forward(5)
        beats.clear()
        assert beats.wait(30)
        crew.tend()
        assert not crew.queue.messages
        return judge(record, as_of)

    crew.ledger.beat = told  # type: ignore[method-assign]
    crew.sweeper.work(chunk, lambda _: bench(crew.source, crew.target, judges={STUDY: slow}, batch_size=1))
    assert crew.tend() is State.DONE


def test_a_heart_bears_a_ledger_that_is_away_and_stops_with_its_work() -> None:
    heard: list[bool] = []
    twice = Event()

    def beat() -> None:
        heard.append(True)
        if len(heard) > 1:
            twice.set()
        raise Unreachable("ledger")

    with Heart(beat, 0.01) as heart:
        assert twice.wait(30)
    heart._thread.join(30)
    assert not heart._thread.is_alive()


def test_a_worker_with_other_mappings_refuses_and_another_does_it() -> None:
    crew = Crew()
    crew.start()

    def other(chunk: Chunk) -> Bench:
        raise ChunkRefused("this worker has mapping sha256:m2 of NCT04660565, the sweep began with sha256:m1")

    chunk = crew.queue.messages[0]
    with pytest.raises(ChunkRefused):
        crew.take(other)
    assert crew.target.writes == []
    crew.queue.send(chunk)
    crew.drain()
    assert crew.tend() is State.DONE
    assert crew.created() == ONCE


def test_refused_by_all_it_is_reported_and_nothing_is_mixed() -> None:
    crew = Crew(["c1", "c2"])
    crew.start()

    def other(chunk: Chunk) -> Bench:
        raise ChunkRefused("the mapping of NCT04660565 changed")

    for _ in range(3):
        chunk = crew.queue.messages[0]
        with pytest.raises(ChunkRefused):
            crew.take(other)
        crew.queue.send(chunk)
    crew.take(other)
    assert crew.tend() is State.FAILED
    assert crew.sweeper.report("s1").unread == dict.fromkeys(["c1", "c2"], "the mapping of NCT04660565 changed")
    assert crew.target.writes == []


def test_a_start_delivered_again_changes_nothing() -> None:
    crew = Crew()
    crew.start()
    assert crew.start().sweep == "s1"
    assert len(crew.queue.messages) == 5
    assert crew.records.opens == ["s1"]


def interrupted(crew: Crew, **more: Any) -> None:
    """The worker that lists the patients dies after two chunks."""

    def dies() -> object:
        yield from IDS[:9]
        raise Killed

    left = crew.sweeper.give_up
    crew.sweeper.give_up = lambda head, why: head  # type: ignore[method-assign]
    with pytest.raises(Killed):
        crew.sweeper.start(head(clock=crew.clock, **more), Listing(dies()))  # type: ignore[arg-type]
    crew.sweeper.give_up = left  # type: ignore[method-assign]


def test_a_start_delivered_again_after_its_worker_died_begins_anew() -> None:
    crew = Crew()
    interrupted(crew)
    assert len(crew.queue.messages) == 2
    again = crew.start()
    assert (again.sweep, again.state, again.patients) == ("s1.2", State.RUNNING, 20)
    crew.drain()
    assert crew.tend("s1.2") is State.DONE
    assert crew.created() == ONCE
    assert crew.sweeper.head("s1").state is State.FAILED
    assert crew.sweeper.report("s1.2").read == 20


def test_a_listing_that_shows_no_life_is_given_up() -> None:
    crew = Crew()
    interrupted(crew)
    crew.clock.forward(601)
    assert crew.tend() is State.FAILED
    assert crew.queue.restarted == [], "whoever began it at a terminal will see to it"


def test_a_nightly_listing_that_shows_no_life_is_queued_again() -> None:
    crew = Crew()
    interrupted(crew, unattended=True)
    assert crew.tend() is State.PLANNING
    crew.clock.forward(601)
    assert crew.tend() is State.FAILED
    assert crew.queue.restarted == ["s1"]
    crew.drain()
    assert crew.target.writes == [], "chunks of a sweep that was given up are void"


def test_two_sweeps_of_a_study_at_once_are_refused_until_the_first_shows_no_life() -> None:
    crew = Crew()
    crew.start()
    with pytest.raises(SweepBusy, match="sweep s1 of NCT04660565 is going on"):
        crew.start(head("s2", clock=crew.clock))
    crew.take()
    crew.clock.forward(590)
    crew.take()
    crew.clock.forward(20)
    with pytest.raises(SweepBusy):
        crew.start(head("s2", clock=crew.clock))
    crew.clock.forward(601)
    crew.start(head("s2", clock=crew.clock))
    assert crew.sweeper.head("s1").state is State.FAILED
    crew.drain()
    assert crew.tend("s2") is State.DONE
    assert crew.created() == ONCE


def test_a_target_that_does_not_take_the_record_keeps_the_sweep_open() -> None:
    crew = Crew()
    crew.start()
    crew.drain()
    crew.records.errors = deque([Unreachable("no connection")])
    with pytest.raises(Unreachable):
        crew.tend()
    assert crew.sweeper.head("s1").state is State.RUNNING
    assert crew.tend() is State.DONE


def test_a_target_that_refuses_the_record_does_not() -> None:
    crew = Crew()
    crew.start()
    crew.drain()
    crew.records.errors = deque([Refused("422")])
    assert crew.tend() is State.DONE
    assert "the sweep's own record was not written: 422" in crew.sweeper.report("s1").warnings


def test_an_unknown_sweep_is_lost_and_its_chunks_are_void() -> None:
    crew = Crew()
    with pytest.raises(SweepLost, match="sweep s9 is not known"):
        crew.tend("s9")
    stray = Chunk.of(head("s9"), 0, ("c1",))
    assert crew.sweeper.work(stray, lambda _: bench(crew.source, crew.target)) is None
    assert crew.source.reads == []


def test_following_tends_until_the_end_and_bears_a_silent_broker() -> None:
    crew = Crew()
    started = crew.start()
    crew.queue.messages.popleft()
    crew.queue.messages.popleft()
    heads = crew.ledger.head
    outage = deque([Unreachable("ledger")] * 3)
    seen: list[tuple[int, int | None]] = []

    def head_or_outage(sweep: str) -> Head | None:
        if outage and len(seen) > 1:
            raise outage.popleft()
        return heads(sweep)

    def sleep(seconds: float) -> None:
        crew.clock.forward(20)
        if crew.queue.messages and not outage:
            crew.take()

    crew.ledger.head = head_or_outage  # type: ignore[method-assign]
    report = follow(crew.sweeper, started, sleep, lambda done, total: seen.append((done, total)))
    assert report.state is State.DONE
    assert seen[-1] == (20, 20)
    assert not outage
    assert crew.created() == ONCE


def test_following_ends_when_patience_does() -> None:
    crew = Crew()
    started = crew.start()

    def silent(sweep: str) -> Head | None:
        raise Unreachable("ledger")

    crew.ledger.head = silent  # type: ignore[method-assign]
    with pytest.raises(Unreachable):
        follow(crew.sweeper, started, lambda seconds: None, every=1, patience=5)


def test_a_ledger_that_forgot_its_last_second_is_noticed() -> None:
    crew = Crew()
    started = crew.start(head(clock=crew.clock, unattended=True))
    forgotten = crew.queue.messages.pop()
    crew.ledger._sweeps["s1"].chunks.pop(forgotten.number)
    crew.ledger.put(replace(started, state=State.PLANNING, patients=0, chunks=0))
    report = follow(crew.sweeper, started, lambda seconds: crew.drain())
    assert report.state is State.FAILED
    assert any("forgot 1 chunks, whose patients were not read" in warning for warning in report.warnings)
    assert report.exit_code == 1
    assert crew.queue.restarted == ["s1"]


@settings(max_examples=60)
@given(seed=st.integers(0, 10**9), lose=st.sampled_from([0, 0.1, 0.4]), kill=st.sampled_from([0, 0.1, 0.4]))
def test_whatever_is_lost_doubled_or_killed_each_candidate_is_written_once(seed: int, lose: float, kill: float) -> None:
    chance = random.Random(seed)
    crew = Crew(attempts=20)
    crew.start()
    for _ in range(2000):
        if crew.queue.messages:
            crew.queue.messages.rotate(chance.randrange(3))
            if chance.random() < lose:
                crew.queue.messages.popleft()
            elif chance.random() < 0.2:
                crew.queue.messages.append(crew.queue.messages[0])
            elif chance.random() < kill and any(p[0] in "cr" for p in crew.queue.messages[0].patients):
                if not crew.ledger.is_done("s1", crew.queue.messages[0].number):
                    die_somewhere(crew, chance)
            else:
                crew.take()
        crew.clock.forward(chance.choice([0, 1, 70]))
        if crew.tend() is State.DONE:
            break
    report = crew.sweeper.report("s1")
    assert report.state is State.DONE
    assert crew.created() == ONCE
    assert report.studies[0].outcomes == dict.fromkeys(("candidate", "review", "excluded", "no_signal"), 5)
    assert (report.read, report.unread) == (20, {})


def die_somewhere(crew: Crew, chance: random.Random) -> None:
    """The worker dies before it reads, or between two writes, if there is one to be made."""
    chunk = crew.queue.messages[0]
    to_write = [p for p in chunk.patients if p[0] in "cr" and (STUDY, p) not in crew.target.tasks]
    if to_write:
        crew.take_and_die(writes=chance.randrange(len(to_write)))
    else:
        crew.ledger.begin("s1", crew.queue.messages.popleft().number, crew.clock.seconds())
