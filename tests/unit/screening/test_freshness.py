"""What a worklist's banner owns up to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from fhir_screener.screening.freshness import Kind, Schedule, Swept, Underway, standing
from fhir_screener.screening.sweep_plan import State

NOW = datetime(2021, 3, 2, 8, 0, tzinfo=UTC)
NIGHT = Schedule(2, 30, "UTC")
DONE = Swept("t1", "s1", State.DONE, datetime(2021, 3, 2, 2, 30, tzinfo=UTC), patients=9, read=9, evaluated=9)
RUNNING = Swept("t2", "s2", State.RUNNING, NOW - timedelta(minutes=5))


def kinds(
    *sweeps: Swept, underway: Underway | None = None, schedule: Schedule | None = NIGHT, **more: bool
) -> list[str]:
    return [one.kind.value for one in standing(sweeps, NOW, schedule, underway, **more).concerns]


def test_a_whole_sweep_of_last_night_is_no_matter() -> None:
    assert kinds(DONE) == []
    assert standing([DONE], NOW).last == DONE


def test_none_at_all() -> None:
    assert kinds() == ["never"]


def test_the_first_is_going_on() -> None:
    found = standing([RUNNING], NOW, NIGHT, Underway(200, 1000), watched=True)
    assert [one.kind for one in found.concerns] == [Kind.GOING_ON, Kind.NEVER]
    assert found.concerns[0].underway == Underway(200, 1000)
    assert found.last is None


def test_one_that_the_ledger_no_longer_knows_was_interrupted() -> None:
    assert kinds(RUNNING, DONE, watched=True) == ["interrupted"]


def test_without_a_ledger_half_a_day_is_long_enough() -> None:
    assert kinds(RUNNING, DONE) == ["going-on"]
    assert kinds(replace(RUNNING, began=NOW - timedelta(hours=13)), DONE, schedule=None) == ["interrupted"]


def test_given_up() -> None:
    assert kinds(replace(RUNNING, state=State.FAILED), DONE) == ["given-up"]


def test_one_given_up_before_a_whole_one_is_forgotten() -> None:
    earlier = replace(RUNNING, state=State.FAILED, began=DONE.began - timedelta(hours=1))
    assert kinds(DONE, earlier) == []


def test_patients_left_out_of_the_last() -> None:
    for name in ("unread", "not_evaluated", "unwritten"):
        assert kinds(replace(DONE, **{name: 1})) == ["left"]


def test_patients_to_whom_it_never_came_are_left_out_too() -> None:
    assert replace(DONE, evaluated=6, unread=1).unreached == 2
    assert kinds(replace(DONE, evaluated=8)) == ["left"]
    assert RUNNING.left == 0


def test_a_night_was_missed() -> None:
    yesterday = replace(DONE, began=DONE.began - timedelta(days=1))
    (concern,) = standing([yesterday], NOW, NIGHT).concerns
    assert (concern.kind, concern.due) == (Kind.MISSED, DONE.began)


def test_a_night_is_not_missed_within_the_grace_of_its_hour() -> None:
    yesterday = replace(DONE, began=DONE.began - timedelta(days=1) + timedelta(minutes=20))
    assert standing([yesterday], DONE.began + timedelta(minutes=10), NIGHT).concerns == ()


def test_where_no_nights_are_scheduled_a_day_is_old() -> None:
    assert kinds(replace(DONE, began=NOW - timedelta(hours=25)), schedule=None) == ["old"]
    assert kinds(replace(DONE, began=NOW - timedelta(hours=23)), schedule=None) == []


def test_a_night_is_that_of_its_own_zone() -> None:
    shanghai = Schedule(2, 30, "Asia/Shanghai")
    assert shanghai.last(NOW).astimezone(UTC) == datetime(2021, 3, 1, 18, 30, tzinfo=UTC)
    assert NIGHT.last(datetime(2021, 3, 2, 1, 0, tzinfo=UTC)) == datetime(2021, 3, 1, 2, 30, tzinfo=UTC)
