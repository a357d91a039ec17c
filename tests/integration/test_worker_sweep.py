"""Real workers, a real broker, a real server: nothing is lost and nothing doubled, whoever is killed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis

from fhir_screener.broker.celery_app import SWEEP, TEND, make_celery
from fhir_screener.sandbox.hospital import AS_OF, write
from fhir_screener.sandbox.processes import child, fhir_server
from fhir_screener.screening.sweep_plan import Head, State
from fhir_screener.settings import Settings
from tests.integration.sweep_world import Plant, children, valkey

PATIENTS = 90
STUDY = "NCT04660565"


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hospital")
    write(folder, patients=PATIENTS, seed=3)
    return folder


@pytest.fixture
def plant(hospital: Path, tmp_path: Path) -> Iterator[Plant]:
    files = sorted(hospital.glob("*.ndjson"))
    with fhir_server(load=files, log=tmp_path / "sandbox.log") as server, valkey(tmp_path) as broker:
        plant = Plant(server.base_url, broker, tmp_path, cohort="all")
        try:
            yield plant
        finally:
            plant.stop()


def start(plant: Plant) -> Head:
    (head,) = plant.screener.start([STUDY], AS_OF)
    assert head.patients >= PATIENTS
    return head


@pytest.fixture(scope="module")
def expected() -> dict[str, object]:
    """What the first sweep found, once: every other must find the same."""
    return {}


def check(plant: Plant, head: Head, expected: dict[str, object]) -> None:
    """The sweep is closed, everybody answered once, and the target holds one Task, written once, for each shown."""
    report = plant.screener.follow(head)
    study = report.studies[0]
    assert (report.state, dict(report.unread), report.read) == (State.DONE, {}, head.patients), plant.logs()
    assert (dict(study.not_evaluated), dict(study.unwritten), study.evaluated) == ({}, {}, head.patients)
    assert plant.tasks() == {item: ["1"] for item in study.shown.items()}
    assert study.shown
    assert expected.setdefault("outcomes", dict(study.outcomes)) == dict(study.outcomes)
    assert expected.setdefault("shown", dict(study.shown)) == dict(study.shown)


def test_a_sweep_by_workers_and_again(plant: Plant, expected: dict[str, object]) -> None:
    plant.start_worker()
    check(plant, start(plant), expected)
    again = start(plant)
    check(plant, again, expected)
    assert set(plant.screener.sweeper.report(again.sweep).studies[0].actions) <= {"left", "unchanged"}


def test_the_same_as_in_one_process(plant: Plant, expected: dict[str, object]) -> None:
    (report,) = plant.screener.sweep([STUDY], AS_OF)
    assert plant.tasks() == {item: ["1"] for item in report.studies[0].shown.items()}
    assert expected.setdefault("shown", dict(report.studies[0].shown)) == dict(report.studies[0].shown)


def test_the_nightly_sweep_needs_nobody_but_workers_and_beat(plant: Plant, expected: dict[str, object]) -> None:
    plant.start_worker()
    app = make_celery(plant.settings)
    app.send_task(SWEEP, kwargs={"studies": [STUDY], "as_of": AS_OF.isoformat()})
    wait_for(lambda: bool(plant.ledger.open_sweeps()))
    (sweep,) = plant.ledger.open_sweeps()

    def closed() -> bool:
        app.send_task(TEND)
        time.sleep(0.3)
        return not plant.ledger.open_sweeps()

    wait_for(closed)
    head = plant.screener.sweeper.head(sweep)
    assert head.unattended
    check(plant, head, expected)


def test_workers_killed_in_mid_sweep(plant: Plant, expected: dict[str, object]) -> None:
    chance = random.Random(7)
    plant.start_worker()
    head = start(plant)
    for chunks in (2, 6, 10):
        plant.until(head.sweep, chunks)
        time.sleep(chance.random() * 0.2)
        plant.kill_worker()
        plant.start_worker()
    check(plant, head, expected)


def test_a_broker_killed_in_mid_sweep(plant: Plant, expected: dict[str, object]) -> None:
    plant.start_worker()
    head = start(plant)
    plant.until(head.sweep, 4)
    time.sleep(1.1)  # its append-only file is flushed once a second
    plant.broker.kill()
    time.sleep(3)
    plant.broker.start()
    check(plant, head, expected)
    assert plant.workers[-1].poll() is None, plant.logs()


def test_a_worker_with_another_key_refuses(plant: Plant) -> None:
    plant.settings = plant.settings.but(attempts=1)
    head = start(plant)
    plant.start_worker(installation_key="another key than the sweep began with")
    report = plant.screener.follow(head)
    assert len(report.unread) == head.patients > 0
    assert "or with another key, source name or owner" in next(iter(report.unread.values()))
    assert plant.tasks() == {}
    assert any(warning.startswith("a worker refused a chunk: this worker reads") for warning in report.warnings)


def test_whoever_watches_is_told_that_a_worker_refuses(plant: Plant) -> None:
    head = start(plant)
    assert plant.screener.end_abandoned([STUDY]) == [], "it has just begun"
    plant.start_worker(installation_key="another key than the sweep began with")
    told: list[str] = []

    def warn(why: str) -> None:
        told.append(why)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plant.screener.follow(head, warn=warn)
    assert "or with another key, source name or owner" in told[0]
    assert plant.ledger.done_count(head.sweep) == 0


def test_an_abandoned_sweep_is_ended_and_the_next_goes_through(plant: Plant, expected: dict[str, object]) -> None:
    dead = start(plant)
    time.sleep(plant.settings.quiet_seconds + 0.5)
    assert [ended.sweep for ended in plant.screener.end_abandoned([STUDY])] == [dead.sweep]
    head = start(plant)
    plant.start_worker()
    check(plant, head, expected)
    assert plant.screener.sweeper.head(dead.sweep).state is State.FAILED


def test_nothing_of_a_chart_is_in_logs_or_messages(plant: Plant, hospital: Path) -> None:
    head = start(plant)
    with redis.Redis.from_url(plant.broker.url) as client:
        kept = b"".join(client.dump(key) or b"" for key in client.keys("*"))
    plant.start_worker(log_level="debug")
    plant.screener.follow(head)
    with redis.Redis.from_url(plant.broker.url) as client:
        kept += b"".join(client.dump(key) or b"" for key in client.keys("*"))
    kept += b"".join(path.read_bytes() for path in plant.folder.rglob("*.aof"))
    told = plant.logs().encode()
    assert b"chunk.done" in told
    patients = [json.loads(line) for line in (hospital / "Patient.ndjson").read_text().splitlines()]
    names = {name["text"] for patient in patients for name in patient.get("name", ()) if name.get("text")}
    births = {patient["birthDate"] for patient in patients if len(patient.get("birthDate", "")) == 10}
    assert len(names) > 20
    for marker in (*names, *births):
        assert marker.encode() not in kept, marker
        assert marker.encode() not in told, marker


HOLDER = """
import sys, time
from pathlib import Path
from fhir_screener.bootstrap import worker
from fhir_screener.sandbox.broker import broker
from fhir_screener.settings import Settings

folder = Path(sys.argv[1])
with broker() as url:
    settings = Settings.build({"source_url": "http://127.0.0.1:9/fhir", "broker_url": url})
    with worker(settings, log=folder / "worker.log") as process:
        print(process.pid, flush=True)
        time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal to children is Linux's own")
def test_when_the_parent_is_killed_no_worker_is_left(tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with child([sys.executable, "-c", HOLDER, str(tmp_path)], announces=True) as parent:
        assert parent.stdout
        worker = int(parent.stdout.readline())
        wait_for(lambda: log.exists() and len(children(worker)) >= 2)
        family = [worker, *children(worker), *children(parent.pid)]
        parent.kill()
        parent.wait()
    wait_for(lambda: not any(running(pid) for pid in family))


def running(pid: int) -> bool:
    """Whether the process lives; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_for(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def test_beat_runs_with_the_same_settings(tmp_path: Path) -> None:
    with valkey(tmp_path) as broker:
        settings = Settings.build({"source_url": "http://127.0.0.1:9/fhir", "broker_url": broker.url})
        command = [sys.executable, "-m", "celery", "-A", "workers.app", "beat", "--schedule", str(tmp_path / "beat")]
        log = tmp_path / "beat.log"
        with child(command, env={**os.environ, **settings.environment()}, log=log) as beat:
            wait_for(lambda: bool(list(tmp_path.glob("beat*"))) and "beat" in log.read_text())
            time.sleep(1)
            assert beat.poll() is None, log.read_text()
    assert "Error" not in log.read_text()


def test_workers_without_a_broker_say_what_is_missing() -> None:
    code = "import workers.app"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "FHIR_SCREENER_BROKER_URL is not set" in done.stderr
