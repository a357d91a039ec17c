"""For tests of sweeps: a real broker that can be killed and started again, a hospital, and real worker processes."""

from __future__ import annotations

import json
import os
import signal
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from fhir_screener.bootstrap import build_screener, worker
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.sandbox.broker import broker_process
from fhir_screener.sandbox.processes import Process
from fhir_screener.screening.sweep_ports import Ledger
from fhir_screener.settings import Settings


class Valkey:
    """The embedded broker with an append-only file. `start` brings back what it held when it was killed."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder / "broker", 0
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


class Plant:
    """A hospital on a sandbox server, a broker, and workers that are started and killed."""

    def __init__(self, base: str, broker: Valkey, folder: Path, **more: Any) -> None:
        self.base, self.broker, self.folder = base, broker, folder
        given = {"batch_size": 3, "chunk_size": 6, "quiet_seconds": 2, "lock_seconds": 30, "attempts": 20, **more}
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
        self.workers.append(self._running.enter_context(worker(settings, log=log)))
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
        url: str | None = f"{self.base}/Task?code=screening-candidate&_count=500"
        while url:
            with urllib.request.urlopen(url, timeout=30) as answer:
                bundle = json.load(answer)
            for entry in bundle.get("entry", ()):
                task = entry["resource"]
                outcome = task["businessStatus"]["coding"][0]["code"]
                found.setdefault((subject_of(task).patient, outcome), []).append(task["meta"]["versionId"])
            url = next((link["url"] for link in bundle.get("link", ()) if link["relation"] == "next"), None)
        return found


def children(pid: int) -> list[int]:
    """The processes that this one has started (Linux)."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if path.read_text().rsplit(")", 1)[1].split()[1] == str(pid):
                found.append(int(path.parent.name))
    return found
