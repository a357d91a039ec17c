"""Logs: ids and counts of ours, and nothing of a chart from anybody."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from fhir_screener.errors import DataError, Unreachable
from fhir_screener.log import Log, configure, describe, redact

NAME = "Zhang-Marker-Wei"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


def raised(error: Exception) -> Exception:
    try:
        raise error
    except Exception as caught:
        return caught


def test_text_lines() -> None:
    stream = io.StringIO()
    configure("info", "text", stream)
    Log("fhir_screener.x").info("chunk.done", sweep="s1", chunk=3, why="two words", seconds=1.5)
    Log("fhir_screener.x").debug("not.shown", chunk=4)
    line = stream.getvalue().strip()
    assert line.endswith('Z info chunk.done sweep=s1 chunk=3 why="two words" seconds=1.5')
    assert "not.shown" not in line


def test_json_lines() -> None:
    stream = io.StringIO()
    configure("debug", "json", stream)
    Log("workers.tasks").debug("chunk.done", patient="p1", chunk=3)
    line = json.loads(stream.getvalue())
    assert {key: line[key] for key in ("level", "event", "logger", "patient", "chunk")} == {
        "level": "debug", "event": "chunk.done", "logger": "workers.tasks", "patient": "p1", "chunk": 3,
    }  # fmt: skip


def test_a_field_that_is_not_listed_is_refused() -> None:
    with pytest.raises(TypeError, match="name"):
        Log("fhir_screener.x").info("patient.read", name=NAME)


def test_addresses_lose_queries_and_users() -> None:
    assert (
        redact(f"GET https://u:p@ehr.example/Patient?name={NAME}&x=1 failed")
        == "GET https://ehr.example/Patient?... failed"
    )
    assert len(redact("x" * 9000)) < 600


def test_our_errors_keep_their_message_others_do_not() -> None:
    assert describe(DataError("not JSON", where="a.ndjson:3")) == "DataError: a.ndjson:3: not JSON"
    assert describe(Unreachable(f"https://x/Patient?name={NAME}")) == "Unreachable: https://x/Patient?..."
    assert describe(raised(ValueError(NAME))).startswith("ValueError at unit/test_log.py:")


def foreign(logger: str, level: int, message: object, *args: object, error: Exception | None = None) -> str:
    stream = io.StringIO()
    configure("info", "text", stream)
    logging.getLogger(logger).log(level, message, *args, exc_info=raised(error) if error else None)
    return stream.getvalue()


class Chart:
    def __repr__(self) -> str:
        return NAME


@pytest.mark.parametrize(
    "line",
    [
        lambda: foreign("urllib3.util.retry", logging.WARNING, "Retrying: %s", f"/fhir/Patient?name={NAME}"),
        lambda: foreign("urllib3", logging.WARNING, f"Retrying /fhir/Patient?name={NAME}"),
        lambda: foreign("celery.app.trace", logging.ERROR, "raised: %(exc)s", {"exc": NAME}, error=KeyError(NAME)),
        lambda: foreign("any.library", logging.ERROR, "bad chart %s %r", Chart(), ValueError(NAME)),
        lambda: foreign("any.library", logging.ERROR, Chart(), error=RuntimeError(NAME)),
        lambda: foreign("any.library", logging.ERROR, Chart()),
        lambda: foreign("any.library", logging.ERROR, "%d", NAME),
    ],
)
def test_no_value_of_a_chart_comes_through_another_library(line: Callable[[], str]) -> None:
    text = line()
    assert text.count("\n") == 1
    assert NAME not in text


def test_other_libraries_speak_from_warning_up() -> None:
    assert foreign("celery.worker.strategy", logging.INFO, "Task received %s", "x") == ""
    assert foreign("urllib3.connectionpool", logging.DEBUG, "GET /") == ""
    assert "lost" in foreign("celery.worker.consumer", logging.WARNING, "connection lost")
