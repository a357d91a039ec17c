"""For tests of sweeps: a real broker that can be killed and started again, a hospital, and real worker processes."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import Any

from fhir_screener.bootstrap import build_screener, worker
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.sandbox.broker import broker_process
from fhir_screener.sandbox.hospital import AS_OF
from fhir_screener.sandbox.processes import FhirServer, Process
from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.sweep_ports import Ledger
from fhir_screener.settings import Settings
from tests.hapi.run_hapi import free_port


class Valkey:
    """The embedded broker with an append-only file. `start` brings back what it held when it was killed."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder / "broker", free_port()
        self._running = ExitStack()
        self._process: Process | None = None
        self.url = ""

    def start(self) -> None:
        running = self._running.enter_context(broker_process(port=self._port, folder=self._folder))
        self._port, self.url, self._process = running.port, running.url, running.process

    def kill(self) -> None:
        """At once, with nothing said."""
        assert self._process
        self._process.kill()
        self._process.wait()
        self._running.close()


@contextmanager
def valkey(folder: Path) -> Iterator[Valkey]:
    server = Valkey(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


STUDY = "NCT04660565"


class Field:
    """A hospital on a sandbox server that can be told to fail, swept in this process."""

    def __init__(self, server: FhirServer, **more: Any) -> None:
        self.server = server
        given = {"source_url": server.base_url, "cohort": "all", "batch_size": 20, "chunk_size": 20, "attempts": 2}
        self.settings = Settings.build(given | more)
        self.screener = build_screener(self.settings)

    def sweep(self, as_of: date = AS_OF, *, dry_run: bool = False, **changes: Any) -> SweepReport:
        """A sweep by a screener that knows nothing of earlier ones."""
        self.screener = build_screener(self.settings.but(**changes))
        (report,) = self.screener.sweep([STUDY], as_of, dry_run=dry_run)
        return report

    def fault(self, **fault: Any) -> None:
        _ask(f"{self.server.admin_url}/_faults", fault)

    def clear(self) -> None:
        _ask(f"{self.server.admin_url}/_faults", method="DELETE")

    def stats(self) -> Any:
        return _ask(f"{self.server.admin_url}/_stats")

    def tasks(self, code: str = "screening-candidate") -> list[Any]:
        return list(tasks(self.server.base_url, code))

    def versions(self) -> dict[str, str]:
        """{id of a candidate's Task: its version}."""
        return {task["id"]: task["meta"]["versionId"] for task in self.tasks()}

    def task_of(self, patient: str) -> str:
        return self.screener.servers.identity.task(STUDY, patient)

    def count(self, kind: str) -> int:
        return int(_ask(f"{self.server.base_url}/{kind}?_summary=count")["total"])


def _ask(url: str, body: Any = None, method: str | None = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b"null")


def tasks(base: str, code: str) -> Iterator[Any]:
    """The Tasks of this code on a server."""
    url: str | None = f"{base}/Task?code={code}&_count=500"
    while url:
        bundle = _ask(url)
        yield from (entry["resource"] for entry in bundle.get("entry", ()))
        url = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), None)


class Plant:
    """A hospital on a sandbox server, a broker, and workers that are started and killed."""

    def __init__(self, base: str, broker: Valkey, folder: Path, **more: Any) -> None:
        self.base, self.broker, self.folder = base, broker, folder
        given = {"batch_size": 3, "chunk_size": 6, "quiet_seconds": 3, "lock_seconds": 30, "attempts": 20, **more}
        self.settings = Settings.build({"source_url": base, "broker_url": broker.url, **given})
        self.screener = build_screener(self.settings)
        self.workers: list[Process] = []
        self._running = ExitStack()

    @property
    def ledger(self) -> Ledger:
        return self.screener.ledger

    def start_worker(self, **changes: Any) -> Process:
        settings = self.settings.but(**changes) if changes else self.settings
        log = self.folder / f"worker-{len(self.workers)}.log"
        self.workers.append(self._running.enter_context(worker(settings, log=log, grace=0.1)))
        return self.workers[-1]

    def kill_worker(self) -> None:
        """The parent and its pool, at once."""
        worker = self.workers[-1]
        for pid in [*children(worker.pid), worker.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        worker.wait()

    def until(self, sweep: str, chunks: int) -> None:
        """Wait until so many chunks are done."""
        end = time.monotonic() + 90
        while self.ledger.done_count(sweep) < chunks:
            assert time.monotonic() < end, self.logs()
            time.sleep(0.01)

    def logs(self) -> str:
        return "\n".join(path.read_text() for path in sorted(self.folder.glob("worker-*.log")))

    def stop(self) -> None:
        self._running.close()

    def tasks(self) -> dict[tuple[str, str], list[str]]:
        """{(patient, outcome): the versions of the candidate Tasks there are}."""
        found: dict[tuple[str, str], list[str]] = {}
        for task in tasks(self.base, "screening-candidate"):
            outcome = task["businessStatus"]["coding"][0]["code"]
            found.setdefault((subject_of(task).patient, outcome), []).append(task["meta"]["versionId"])
        return found


def children(pid: int) -> list[int]:
    """The processes that this one has started (Linux)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if path.read_text().rsplit(")", 1)[1].split()[1] == str(pid):
                found.append(int(path.parent.name))
    return found
