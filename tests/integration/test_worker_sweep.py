"""Real workers, a real broker, a real server: nothing is lost and nothing doubled, whoever is killed."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from fhir_screener.sandbox.hospital import AS_OF, write
from fhir_screener.sandbox.processes import fhir_server
from fhir_screener.screening.sweep_plan import Head, State
from tests.integration.sweep_world import Plant, valkey

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
