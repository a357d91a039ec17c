"""The tasks: what they call, when they try again, and what their logs may say."""

from __future__ import annotations

import io
import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from celery import Celery
from celery.exceptions import Retry

from fhir_screener.broker.celery_app import RUN_CHUNK, SWEEP, TEND, make_celery
from fhir_screener.errors import AuthError, Busy, ChunkRefused, ScreenerError, ServerFault, SweepBusy, Unreachable
from fhir_screener.screening.sweep_plan import Chunk, ChunkResult, Head, to_wire
from fhir_screener.settings import Settings
from tests.log_lines import log_lines
from tests.unit.workers.test_message import CHUNK, HEAD
from workers.retry import SWEEP_WAITS, chunk_wait, sweep_wait
from workers.schedule import beat_table
from workers.tasks import register


class Fake:
    """What the tasks call; `errors` are raised first."""

    attempts = 4

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.errors: deque[Exception] = deque()

    def start(self, studies: list[str], as_of: date | None, *, name: str, tries: int, unattended: bool) -> list[Head]:
        assert unattended
        self.calls.append((studies, as_of, name, tries))
        if self.errors:
            raise self.errors.popleft()
        return [HEAD]

    def work(self, chunk: Chunk, *, give_up: bool = False) -> ChunkResult | None:
        self.calls.append((chunk.number, give_up))
        if self.errors:
            raise self.errors.popleft()
        return ChunkResult(number=chunk.number, read=2)

    def tend_all(self) -> None:
        self.calls.append("tended")


@pytest.fixture
def fake() -> Fake:
    return Fake()


@pytest.fixture
def app(fake: Fake) -> Celery:
    app = make_celery(Settings())
    app.conf.update(broker_url="memory://", task_always_eager=True, task_store_eager_result=False)
    register(app, lambda: fake)
    return app


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with log_lines("info", "text") as stream:
        yield stream


def run(app: Celery, name: str, *args: Any, **options: Any) -> Any:
    return app.tasks[name].apply(args=args, **options)


def test_a_chunk_is_one_call(app: Celery, fake: Fake, lines: io.StringIO) -> None:
    assert run(app, RUN_CHUNK, to_wire(CHUNK)).get() is None
    assert fake.calls == [(7, False)]
    assert "chunk.done sweep=sweep-1 chunk=7 read=2 unread=0" in lines.getvalue()
    assert "p1" not in lines.getvalue()


def test_a_chunk_that_may_be_tried_again_is(app: Celery, fake: Fake) -> None:
    fake.errors = deque([Busy("503"), Unreachable("cut")])
    run(app, RUN_CHUNK, to_wire(CHUNK)).get()
    assert fake.calls == [(7, False), (7, False), (7, False)]


def test_a_chunk_that_may_not_be_is_given_up_at_once(app: Celery, fake: Fake) -> None:
    fake.errors = deque([AuthError("401")])
    run(app, RUN_CHUNK, to_wire(CHUNK)).get()
    assert fake.calls == [(7, False), (7, True)]


def test_patience_with_a_chunk_ends(app: Celery, fake: Fake) -> None:
    fake.errors = deque([Unreachable("cut")] * 4)
    run(app, RUN_CHUNK, to_wire(CHUNK)).get()
    assert fake.calls == [(7, False)] * 4 + [(7, True)]


def test_a_chunk_waits_as_long_as_its_server_asks(app: Celery, fake: Fake) -> None:
    fake.errors = deque([Busy("429", retry_after=77)])
    app.conf.task_always_eager = False
    asked: list[float] = []
    task = app.tasks[RUN_CHUNK]

    def retry(countdown: float) -> Retry:
        asked.append(countdown)
        return Retry()

    task.retry = retry
    run(app, RUN_CHUNK, to_wire(CHUNK))
    assert asked == [77]


def test_a_sweep_has_the_name_of_its_message(app: Celery, fake: Fake) -> None:
    run(app, SWEEP, ["NCT04660565"], "2021-03-01", 2, task_id="abc").get()
    run(app, SWEEP, task_id="def").get()
    assert fake.calls == [(["NCT04660565"], date(2021, 3, 1), "sweep-abc", 2), ([], None, "sweep-def", 1)]


def test_a_sweep_that_cannot_start_is_tried_again_under_another_name(app: Celery, fake: Fake) -> None:
    fake.errors = deque([Unreachable("down"), SweepBusy("another")])
    run(app, SWEEP, task_id="abc").get()
    assert [name for _, _, name, _ in fake.calls] == ["sweep-abc", "sweep-abc-1", "sweep-abc-2"]


def test_a_sweep_that_may_not_start_says_so(app: Celery, fake: Fake, lines: io.StringIO) -> None:
    fake.errors = deque([AuthError("401 at https://ehr.example/fhir: check the token")])
    run(app, SWEEP, task_id="abc").get()
    assert len(fake.calls) == 1
    assert "sweep.not.started sweep=sweep-abc" in lines.getvalue()
    assert "check the token" in lines.getvalue()


def test_tending_is_one_call(app: Celery, fake: Fake) -> None:
    run(app, TEND).get()
    assert fake.calls == ["tended"]


def test_a_mistake_in_the_program_puts_nothing_of_a_chart_into_the_log(
    app: Celery, fake: Fake, lines: io.StringIO
) -> None:
    fake.errors = deque([KeyError("Zhang Wei")])
    result = run(app, RUN_CHUNK, to_wire(replace(CHUNK, patients=("p1",))))
    assert isinstance(result.result, KeyError)
    logging.getLogger("celery.app.trace").error(
        "Task raised unexpected: %(exc)s", {"exc": repr(result.result)}, exc_info=result.result
    )
    assert "Zhang" not in lines.getvalue()
    assert "KeyError at" in lines.getvalue()


@pytest.mark.parametrize(
    ("error", "retries", "wait"),
    [
        (Unreachable("x"), 0, 5),
        (Unreachable("x"), 2, 20),
        (ServerFault("x"), 1, 10),
        (Unreachable("x"), 3, None),
        (Busy("x"), 0, 5),
        (Busy("x", retry_after=30), 0, 30),
        (Busy("x", retry_after=1), 0, 5),
        (Busy("x", retry_after=86_400), 0, 900),
        (ChunkRefused("x"), 0, 30),
        (AuthError("x"), 0, None),
        (ScreenerError("x"), 0, None),
    ],
)
def test_the_class_of_the_error_decides(error: ScreenerError, retries: int, wait: float | None) -> None:
    assert chunk_wait(error, retries, 4) == wait


def test_a_sweep_is_tried_again_for_two_hours_at_most() -> None:
    assert [sweep_wait(SweepBusy("x"), retries) for retries in range(5)] == [*SWEEP_WAITS, None]
    assert sweep_wait(Unreachable("x"), 0) == 300
    assert sweep_wait(AuthError("x"), 0) is None
    assert sum(SWEEP_WAITS) <= 2 * 3600


def test_the_schedule_is_that_of_the_settings() -> None:
    table = beat_table(Settings.build({"nightly_hour": 3, "nightly_minute": 15}))
    nightly = table["nightly-sweep"]
    assert (nightly["task"], nightly["schedule"].hour, nightly["schedule"].minute) == (SWEEP, {3}, {15})
    assert (table["tend"]["task"], table["tend"]["schedule"]) == (TEND, 60)


def test_how_messages_travel() -> None:
    settings = Settings.build({"chunk_seconds": 100, "sweep_seconds": 5000, "nightly_zone": "Asia/Shanghai"})
    conf = make_celery(settings).conf
    assert conf.accept_content == ["json"]
    assert conf.task_serializer == conf.result_serializer == "json"
    assert (conf.task_acks_late, conf.worker_prefetch_multiplier, conf.task_ignore_result) == (True, 1, True)
    assert conf.task_annotations[RUN_CHUNK] == {"time_limit": 100}
    assert conf.broker_transport_options["visibility_timeout"] > 5000
    assert conf.timezone == "Asia/Shanghai"
