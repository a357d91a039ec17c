"""The worklist with many open Tasks: seconds and requests of each page.

    python bench/worklist.py [TASKS] [URL|sandbox|hapi] [--keep]     default: 10000 sandbox

Fills an empty server with Patients and Tasks (ledgers as of the sample hospital), serves the pages and asks for each view.
A server that already holds the Tasks is timed as it is. `--keep` leaves the server up until Enter.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import requests
import uvicorn

from fhir_screener.bootstrap.office import Office
from fhir_screener.fhir.files import FolderSource
from fhir_screener.fhir.task.build import Setting, new_task
from fhir_screener.fhir.task.decided import decided
from fhir_screener.sandbox.hospital import write
from fhir_screener.sandbox.processes import child, fhir_server
from fhir_screener.screening.decision import Decision, Move, Person
from fhir_screener.screening.screen import screen
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.views import VIEWS
from fhir_screener.settings import Settings
from fhir_screener.studies.load import Catalog
from fhir_screener.web.app import make_app

STUDY, AS_OF, TOKEN = "NCT04660565", date(2026, 3, 2), "a token for the bench only"
BATCH, ROUNDS = 100, 5
SNOOZED, OWNED = 40, 20
"""Every so many Tasks one is snoozed, and one somebody's own."""


def samples() -> list[Screening]:
    """The screenings of the sample hospital that become Tasks."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), 400, as_of=AS_OF)
        loaded = Catalog(Path("mappings")).load([STUDY])
        records = FolderSource(Path(folder), loaded.terminology).records()
        found = [screen(loaded.studies[0], record, AS_OF, loaded.terminology) for record in records]
    return [one for one in found if one.shown]


def entries(count: int, setting: Setting) -> Iterator[dict[str, Any]]:
    """Patients and Tasks, in pairs."""
    kinds, anna = samples(), Person("anna", "Anna Weiss")
    for number in range(count):
        id = f"b{number:05d}"
        moment = datetime(2026, 3, 2, 18, tzinfo=UTC) - timedelta(minutes=number)
        task = new_task(replace(kinds[number % len(kinds)], patient=id), setting, moment)
        if number % SNOOZED == 1:
            task = decided(task, Decision(Move.SNOOZE, anna, until=date(2030, 1, 1)), moment)
        elif number % OWNED == 2:
            task = decided(task, Decision(Move.ASSIGN, anna, owner=anna), moment)
        name = [{"family": f"Family{number}", "given": ["Given"]}]
        patient = {"resourceType": "Patient", "id": id, "name": name, "gender": "female", "birthDate": "1960-05-04"}
        yield {"resource": patient, "request": {"method": "PUT", "url": f"Patient/{id}"}}
        yield {"resource": task, "request": {"method": "PUT", "url": f"Task/{task['id']}"}}


def fill(base: str, count: int) -> None:
    """Write them, a batch at a time."""
    waiting: list[dict[str, Any]] = []
    http, began = requests.Session(), time.perf_counter()

    def send() -> None:
        bundle = {"resourceType": "Bundle", "type": "transaction", "entry": waiting}
        answer = http.post(base, orjson.dumps(bundle), headers={"Content-Type": "application/fhir+json"}, timeout=300)
        answer.raise_for_status()
        waiting.clear()

    for one in entries(count, Office(settings(base)).setting):
        waiting.append(one)
        if len(waiting) >= 2 * BATCH:
            send()
    if waiting:
        send()
    print(f"{count} Tasks written in {time.perf_counter() - began:.0f} s")


def settings(base: str) -> Settings:
    given = {"SOURCE_URL": base, "STUDIES": STUDY, "INSTALLATION_KEY": "a key for the bench only"}
    return Settings.from_env({f"FHIR_SCREENER_{name}": value for name, value in given.items()})


@contextmanager
def pages(base: str, offices: list[Office]) -> Iterator[str]:
    """The pages over a server; `offices` takes those that are made, one a thread."""

    def office() -> Office:
        offices.append(Office(settings(base)))
        return offices[-1]

    server = uvicorn.Server(uvicorn.Config(make_app(settings(base), TOKEN, office), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def hapi(stack: ExitStack) -> str:
    """A HAPI of the tests, with room for many Tasks."""
    command = [sys.executable, "tests/hapi/run_hapi.py", "--heap", "3g", "--jit", "full"]
    process = stack.enter_context(child(command, announces=True, grace=60))
    assert process.stdout is not None
    return process.stdout.readline().strip()


def timed(place: str, path: str, offices: list[Office]) -> None:
    http = requests.Session()
    http.get(f"{place}/sign-in", params={"token": TOKEN, "next": "/sign-out"}, timeout=60)
    seconds, asked = [], 0
    for _ in range(ROUNDS):
        before = sum(one.servers.requests for one in offices)
        began = time.perf_counter()
        answer = http.get(f"{place}/study/{STUDY}/{path}", timeout=120)
        seconds.append(time.perf_counter() - began)
        asked = sum(one.servers.requests for one in offices) - before
        if answer.status_code != 200:
            print(f"{path}: {answer.status_code} {answer.text[-600:]}")
            return
    middle, worst = statistics.median(seconds) * 1000, max(seconds[1:]) * 1000
    size = len(answer.content) / 1024
    print(f"{path:40} median {middle:6.0f} ms, worst {worst:6.0f}, first {seconds[0] * 1000:6.0f};"
          f" {asked} requests, {size:.0f} KiB")  # fmt: skip


def main() -> None:
    given = [one for one in sys.argv[1:] if not one.startswith("--")]
    count, where = int(given[0]) if given else 10_000, given[1] if len(given) > 1 else "sandbox"
    with ExitStack() as stack:
        base = where
        if where == "sandbox":
            base = stack.enter_context(fhir_server()).base_url
        elif where == "hapi":
            base = hapi(stack)
        print(base, flush=True)
        there = requests.get(f"{base}/Task?_summary=count", timeout=60).json().get("total", 0)
        if not there:
            fill(base, count)
        offices: list[Office] = []
        place = stack.enter_context(pages(base, offices))
        for view in VIEWS:
            timed(place, view.name, offices)
        timed(place, "candidates?owner=mine", offices)
        timed(place, "candidates?order=waiting", offices)
        if "--keep" in sys.argv:
            input("Enter ends it. ")


if __name__ == "__main__":
    main()
