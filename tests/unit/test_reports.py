"""What a worklist asks of the sweeps' records and the ledger: how far the present one is, and whether it lives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from fhir_screener.bootstrap.reports import Reports
from fhir_screener.errors import Unreachable
from fhir_screener.screening.freshness import Kind, Schedule, Swept, Underway
from fhir_screener.screening.memory_ledger import MemoryLedger
from fhir_screener.screening.sweep_plan import ChunkResult, Head, State, Trouble
from fhir_screener.settings import Settings

NOW = datetime(2021, 3, 2, 8, 0, tzinfo=UTC)
STUDY = "NCT04660565"
GOING = Swept("t2", "s2", State.RUNNING, NOW - timedelta(minutes=5))
DONE = Swept("t1", "s1", State.DONE, NOW - timedelta(hours=3), patients=9, evaluated=9)
HEAD = Head("s2", {STUDY: "sha256:0f"}, date(2021, 3, 2), "UTC", GOING.began, chunk_size=100, patients=250)


def reports(*found: Swept, ledger: Any = None, **settings: Any) -> Reports:
    made = Reports(Settings.build(settings), None, None, lambda: NOW)  # type: ignore[arg-type]
    made.__dict__["sweeps"] = SimpleNamespace(of_study=lambda study, size: iter(found))
    made.__dict__["_ledger"] = ledger
    return made


def ledger(state: State, done: int) -> MemoryLedger:
    made = MemoryLedger()
    made.put(replace(HEAD, state=state))
    for number in range(done):
        made.done("s2", ChunkResult(number), 1.0)
    return made


@pytest.mark.parametrize(
    ("state", "done", "underway"),
    [
        (State.PLANNING, 2, Underway(200)),
        (State.RUNNING, 2, Underway(200, 250)),
        (State.RUNNING, 3, Underway(250, 250)),
    ],
)
def test_the_ledger_tells_how_far_a_sweep_is(state: State, done: int, underway: Underway) -> None:
    (concern,) = reports(GOING, DONE, ledger=ledger(state, done)).standing(STUDY).concerns
    assert (concern.kind, concern.underway) == (Kind.GOING_ON, underway)


def test_the_ledger_tells_that_a_worker_refuses_its_share() -> None:
    made = ledger(State.RUNNING, 2)
    made.trouble("s2", 1, Trouble("the server is away"))
    (concern,) = reports(GOING, DONE, ledger=made).standing(STUDY).concerns
    assert concern.underway == Underway(200, 250)
    made.trouble("s2", 2, Trouble("the mapping differs", refused=True))
    (concern,) = reports(GOING, DONE, ledger=made).standing(STUDY).concerns
    assert concern.underway == Underway(200, 250, refused=True)


def test_one_that_the_ledger_has_closed_is_not_going_on() -> None:
    (concern,) = reports(GOING, DONE, ledger=ledger(State.FAILED, 1)).standing(STUDY).concerns
    assert concern.kind is Kind.INTERRUPTED


def test_a_ledger_that_never_heard_of_it_proves_nothing() -> None:
    (concern,) = reports(GOING, DONE, ledger=MemoryLedger()).standing(STUDY).concerns
    assert (concern.kind, concern.underway) == (Kind.GOING_ON, None)


def test_a_ledger_that_is_down_costs_the_progress_and_not_the_page() -> None:
    class Down:
        def head(self, sweep: str) -> Head:
            raise Unreachable("the ledger does not answer")

    (concern,) = reports(GOING, DONE, ledger=Down()).standing(STUDY).concerns
    assert (concern.kind, concern.underway) == (Kind.GOING_ON, None)


def test_nights_are_missed_only_where_there_are_workers() -> None:
    assert reports().schedule is None
    assert reports(broker_url="redis://h/0", nightly_hour=1).schedule == Schedule(1, 30, "UTC")


@pytest.mark.parametrize(
    ("silent", "kind", "underway"),
    [(timedelta(minutes=1), Kind.GOING_ON, Underway(40, 90)), (timedelta(minutes=16), Kind.INTERRUPTED, None)],
)
def test_without_a_ledger_the_sweep_itself_tells_how_far_it_is(
    silent: timedelta, kind: Kind, underway: Underway | None
) -> None:
    told = replace(GOING, began=NOW - timedelta(hours=1), told=NOW - silent, read=40, patients=90)
    for asked in (None, MemoryLedger()):  # none at all, or one that another sweep's workers use
        (concern,) = reports(told, DONE, ledger=asked).standing(STUDY).concerns
        assert (concern.kind, concern.underway) == (kind, underway)
