"""Every text of every record is marked: in logs, messages, results, arguments, metrics and errors no mark is found."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis
import requests

from fhir_screener.bootstrap import build_screener
from fhir_screener.fhir.retry import Retry
from fhir_screener.sandbox.hospital import AS_OF
from fhir_screener.sandbox.processes import FhirServer, fhir_server
from tests.builders.marked import MARK, mark, write_marked
from tests.integration.sweep_world import Plant, children, valkey
from tests.integration.web_world import STUDY, Browser, Hospital, found, serving
from tests.log_lines import log_lines


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FhirServer]:
    write_marked(tmp_path / "charts", 80, AS_OF)
    with fhir_server(load=[tmp_path / "charts"], log=tmp_path / "server.log") as running:
        yield running


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No waiting in this process before a request is repeated."""
    monkeypatch.setattr("fhir_screener.fhir.session.Retry", partial(Retry, sleep=lambda seconds: None))


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with log_lines("debug", "json") as stream:
        yield stream


def test_a_sweep_by_workers(server: FhirServer, tmp_path: Path) -> None:
    with valkey(tmp_path) as broker:
        plant = Plant(server.base_url, broker, tmp_path, cohort="all")
        try:
            (head,) = plant.screener.start([STUDY], AS_OF)
            kept = held(broker.url)
            worker = plant.start_worker(log_level="debug")
            report = plant.screener.follow(head)
            processes = [Path(f"/proc/{pid}/cmdline") for pid in (worker.pid, *children(worker.pid))]
            arguments = b"".join(path.read_bytes() for path in processes if path.exists())
            kept += held(broker.url) + b"".join(path.read_bytes() for path in tmp_path.rglob("*.aof"))
            told = plant.logs()
        finally:
            plant.stop()
    tasks = found(server.base_url, "Task")
    shown = json.dumps([task for task in tasks if task["intent"] == "proposal"])
    assert MARK in shown, "the evidence of a candidate says what records say"
    swept = json.dumps([task for task in tasks if task["intent"] == "plan"])
    assert "chunk.done" in told
    whole = [told, json.dumps(report.to_wire()), swept, kept.decode("latin-1"), arguments.decode("latin-1")]
    assert [text.partition(MARK)[0][-200:] for text in whole if MARK in text] == []


def held(broker: str) -> bytes:
    """Every key and value of the broker."""
    with redis.Redis.from_url(broker) as client:
        return b"".join(key + (client.dump(key) or b"") for key in client.keys("*"))


FAULTS: tuple[dict[str, Any], ...] = (
    {"kind": "error", "status": 500, "count": 12},
    {"kind": "cut", "count": 8},
    {"kind": "json", "count": 8},
    {"kind": "html", "count": 8},
    {"kind": "error", "status": 422, "method": "PUT", "count": 8},
)


@pytest.mark.usefixtures("hasty")
def test_the_pages_decisions_and_failures(server: FhirServer, lines: io.StringIO) -> None:
    there = Hospital(server.base_url, [], frozenset())
    build_screener(there.settings()).sweep([STUDY], AS_OF)
    tasks = [task["id"] for task in found(server.base_url, "Task") if task["intent"] == "proposal"]
    with serving(there.settings()) as place:
        browser = Browser(place)
        browser.sign_in()
        csrf = browser.csrf(f"/candidate/{tasks[0]}")
        told = ""
        for fault in (None, *FAULTS):
            if fault:
                requests.post(f"{server.admin_url}/_faults", json=fault, timeout=30)
            for task in tasks[:3]:
                pages = [browser.get(f"/candidate/{task}"), browser.get(f"/candidate/{task}/record/1")]
                told += "".join(page.text for page in pages if page.status_code >= 500)
                for typed in ({"move": "note", "note": mark()}, {"move": "snooze", "until": mark()}, {"move": mark()}):
                    browser.post(f"/candidate/{task}/decide", {"csrf": csrf, "seen": "1", **typed})
            browser.post(f"/study/{STUDY}/found", {"csrf": csrf, "text": mark()})
            requests.delete(f"{server.admin_url}/_faults", timeout=30)
        told += "".join(browser.get(path).text for path in (f"/study/{STUDY}/sweeps", "/metrics", "/health"))
        told += browser.get(f"/study/{STUDY}/log.csv").text
    told += lines.getvalue()
    assert '"web.request"' in told
    assert '"web.failed"' in told
    assert MARK not in told, told.partition(MARK)[0][-300:]
