"""The message to a worker is a wire contract: its exact JSON is frozen here, and it holds ids only."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from queue import Empty
from typing import Any

import pytest
from celery import Celery

from fhir_screener.broker.celery_app import CHUNKS, CONTROL, make_celery
from fhir_screener.broker.dispatcher import CeleryDispatcher
from fhir_screener.errors import DataError
from fhir_screener.screening.sweep_plan import Chunk, Head, chunk_from_wire
from fhir_screener.settings import Settings

HEAD = Head(
    sweep="sweep-1",
    studies={"NCT04660565": "sha256:aa"},
    as_of=date(2021, 3, 1),
    zone="Asia/Shanghai",
    started=datetime(2021, 2, 28, 18, 30, tzinfo=UTC),
    source="https://ehr.example/fhir",
    target="https://tasks.example/fhir",
    setup="0123456789abcdef",
)
CHUNK = Chunk.of(HEAD, 7, ["p1", "p2"])
FROZEN = {
    "version": 1,
    "sweep": "sweep-1",
    "number": 7,
    "studies": {"NCT04660565": "sha256:aa"},
    "as_of": "2021-03-01",
    "zone": "Asia/Shanghai",
    "patients": ["p1", "p2"],
    "source": "https://ehr.example/fhir",
    "target": "https://tasks.example/fhir",
    "setup": "0123456789abcdef",
    "dry_run": False,
}


@pytest.fixture
def app() -> Celery:
    app = make_celery(Settings())
    app.conf.broker_url = "memory://"
    return app


def received(app: Celery, queue: str) -> tuple[dict[str, Any], list[Any]]:
    """Headers and body of the one message in this queue."""
    with app.connection_for_read() as connection:
        message = connection.default_channel._get(queue)
    assert message["content-type"] == "application/json"
    return message["headers"], json.loads(base64.b64decode(message["body"]))


def test_a_chunk_as_it_travels(app: Celery) -> None:
    CeleryDispatcher(app).send(CHUNK)
    headers, (args, kwargs, _) = received(app, CHUNKS)
    assert headers["task"] == "fhir_screener.run_chunk"
    assert (args, kwargs) == ([FROZEN], {})
    assert "p1" not in json.dumps(headers)
    with pytest.raises(Empty):
        received(app, CONTROL)
    assert chunk_from_wire(args[0]) == CHUNK


def test_a_sweep_to_be_started_as_it_travels(app: Celery) -> None:
    CeleryDispatcher(app).restart(HEAD)
    headers, (args, kwargs, _) = received(app, CONTROL)
    assert headers["task"] == "fhir_screener.sweep"
    assert (args, kwargs) == ([], {"studies": ["NCT04660565"], "as_of": "2021-03-01", "tries": 2})


def test_what_waits_is_counted(app: Celery) -> None:
    dispatcher = CeleryDispatcher(app)
    before = dispatcher.waiting()
    dispatcher.send(CHUNK)
    dispatcher.send(CHUNK)
    assert dispatcher.waiting() == before + 2
    for _ in range(2):
        received(app, CHUNKS)


def test_an_older_worker_reads_what_was_added_later() -> None:
    assert chunk_from_wire({**FROZEN, "added": "later"}) == CHUNK


@pytest.mark.parametrize(
    ("change", "message"),
    [({"version": 2}, "later version"), ({"patients": 3}, "not a chunk"), ({"as_of": "soon"}, "not a chunk")],
)
def test_what_is_no_chunk_of_ours_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(DataError, match=message):
        chunk_from_wire({**FROZEN, **change})
