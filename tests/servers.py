"""Real servers on loopback, as fixtures of all tests: three FHIR servers that know nothing of one another, and a broker.

`fhir_server` gives the address of an empty server, each test anew, for each of `sandbox`, `sekmet` and `hapi`;
`shared_fhir_server` one that is emptied once a module, for tests that load much and change little.
`-k sandbox` runs one server only. Output of the servers is kept in the session's temporary folder.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from fhir_screener.sandbox.broker import broker
from tests.hapi import run_hapi

SERVERS = [
    pytest.param("sandbox", id="sandbox"),
    pytest.param("sekmet", id="sekmet"),
    pytest.param("hapi", id="hapi", marks=pytest.mark.hapi),
]
ENOUGH = 60
"""Seconds any server but HAPI may take to start."""

Emptier = Callable[[], None]


def _with_parent() -> None:
    """In the child: end when the test process ends, however it ends (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


@contextlib.contextmanager
def child(command: list[str], log: Path, **options: object) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with the block; what it says on stderr is in `log`."""
    with log.open("ab") as out:
        process = subprocess.Popen(command, stderr=out, text=True, preexec_fn=_with_parent, **options)
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def wait_until_up(url: str, process: subprocess.Popen[str], log: Path) -> None:
    end = time.monotonic() + ENOUGH
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    pytest.fail(f"{url} does not answer:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@contextlib.contextmanager
def sandbox(log: Path) -> Iterator[str]:
    """A fresh sandbox server; it says its address on one line."""
    command = [sys.executable, "-m", "fhir_screener.sandbox.server", "--port", "0"]
    with child(command, log, stdout=subprocess.PIPE) as process:
        assert process.stdout
        with process.stdout as said:
            base = said.readline().strip()
        if not base.startswith("http://127.0.0.1:"):
            pytest.fail(f"the sandbox did not say its address but {base!r}:\n{log.read_text()[-2000:]}")
        wait_until_up(base + "/metadata", process, log)
        yield base


SEKMET = "from sekmet.cli import app; app()"
SEKMET_TABLES = ("resources", "versions", "idx", "notifications", "traffic", "runs")
"""What `sekmet reset` empties."""


@pytest.fixture(scope="session")
def sekmet(tmp_path_factory: pytest.TempPathFactory, logs: Path) -> Iterator[tuple[str, Emptier]]:
    home = tmp_path_factory.mktemp("sekmet")
    port = run_hapi.free_port()
    root = f"http://127.0.0.1:{port}"
    (home / "settings.yaml").write_text(
        f"base_url: {root}/fhir\nhost: 127.0.0.1\nport: {port}\ndb_path: {home}/sekmet.db\ndata_dir: {home}\n"
        "log_inbound: false\nsimulator: {enabled: false}\nvalidation: {inbound: 'off'}\n"
    )

    def empty() -> None:
        with contextlib.closing(sqlite3.connect(home / "sekmet.db", timeout=20)) as store, store:
            for table in SEKMET_TABLES:
                store.execute(f"DELETE FROM {table}")

    command = [sys.executable, "-c", SEKMET, "serve", "--config", str(home / "settings.yaml")]
    log = logs / "sekmet.log"
    with child(command, log, stdout=subprocess.DEVNULL, cwd=home) as process:
        wait_until_up(f"{root}/fhir/metadata", process, log)
        yield f"{root}/fhir", empty


@pytest.fixture(scope="session")
def hapi(logs: Path) -> Iterator[tuple[str, Emptier]]:
    """HAPI: without Java and Maven a skip on a desk, and a failure in CI."""
    if lacking := run_hapi.missing():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"no HAPI here: {lacking}")
    with run_hapi.server(log=logs / "hapi.log", props={"user.timezone": "UTC"}) as base:
        yield base, lambda: expunge(base)


def expunge(base: str) -> None:
    body = b'{"resourceType":"Parameters","parameter":[{"name":"expungeEverything","valueBoolean":true}]}'
    headers = {"Content-Type": "application/fhir+json"}
    request = urllib.request.Request(f"{base}/$expunge", data=body, headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert answer.status == 200


def emptied(request: pytest.FixtureRequest, logs: Path) -> Iterator[str]:
    """The base URL of an empty server, the one that the fixture's parameter names."""
    if request.param == "sandbox":
        with sandbox(logs / "sandbox.log") as base:
            yield base
        return
    base, empty = request.getfixturevalue(request.param)
    empty()
    yield base


@pytest.fixture(params=SERVERS)
def fhir_server(request: pytest.FixtureRequest, logs: Path) -> Iterator[str]:
    """The base URL of an empty FHIR server; the test runs once for each of the three."""
    yield from emptied(request, logs)


@pytest.fixture(params=SERVERS, scope="module")
def shared_fhir_server(request: pytest.FixtureRequest, logs: Path) -> Iterator[str]:
    """As `fhir_server`, but emptied once a module. Not for the same test as `fhir_server`: they are one server."""
    yield from emptied(request, logs)


@pytest.fixture
def sandbox_server(logs: Path) -> Iterator[str]:
    """The base URL of an empty sandbox server, where one server is enough."""
    with sandbox(logs / "sandbox.log") as base:
        yield base


@pytest.fixture
def broker_url(tmp_path: Path) -> Iterator[str]:
    """The URL of an empty broker with an append-only file."""
    with broker(folder=tmp_path / "broker") as url:
        yield url
