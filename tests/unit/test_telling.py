"""A sweep without a broker says on the target how far it is: now and then, and at no cost to itself."""

from __future__ import annotations

from datetime import UTC, date, datetime

from fhir_screener.bootstrap.telling import EVERY, telling
from fhir_screener.errors import Unreachable
from fhir_screener.screening.sweep_plan import Head

HEAD = Head("s1", {}, date(2021, 3, 2), "UTC", datetime(2021, 3, 2, tzinfo=UTC))


class Record:
    def __init__(self, *, down: bool = False) -> None:
        self.told, self.down = list[tuple[int, int]](), down

    def progressed(self, head: Head, done: int, total: int) -> None:
        self.told.append((done, total))
        if self.down:
            raise Unreachable("the target does not answer")


def stepped(record: Record) -> list[tuple[int, int | None]]:
    """What a terminal sees of six steps, a third of `EVERY` after each other."""
    seen: list[tuple[int, int | None]] = []
    times = iter(EVERY * number / 3 for number in range(10))
    step = telling(HEAD, lambda: record, lambda done, total: seen.append((done, total)), lambda: next(times))
    for done, total in ((1, None), (2, None), (3, None), (4, 9), (5, 9), (6, 9)):
        step(done, total)
    return seen


def test_each_step_is_seen_here_and_some_are_told_there() -> None:
    record = Record()
    assert stepped(record) == [(1, None), (2, None), (3, None), (4, 9), (5, 9), (6, 9)]
    assert record.told == [(4, 9)]  # out of how many is not known before


def test_a_target_that_does_not_answer_costs_nothing() -> None:
    record = Record(down=True)
    assert stepped(record)[-1] == (6, 9)
    assert record.told == [(4, 9)]
