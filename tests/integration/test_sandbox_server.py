"""The embedded FHIR server in a process of its own, over HTTP."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from fhir_screener.errors import ServerError
from fhir_screener.sandbox.processes import FhirServer, fhir_server
from fhir_screener.sandbox.server import running

PROBE = Path(__file__).resolve().parents[3] / "shared" / "reference" / "fhir_probe.py"
TASK = {"resourceType": "Task", "status": "requested", "intent": "proposal"}


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[FhirServer]:
    folder = tmp_path_factory.mktemp("charts")
    lines = [f'{{"resourceType":"Patient","id":"h{n}"}}' for n in range(25)]
    (folder / "Patient.ndjson").write_text("\n".join(lines))
    with fhir_server(load=[folder], log=folder / "server.log") as running_server:
        yield running_server


@pytest.fixture
def fault(server):
    def add(**fault):
        assert requests.post(f"{server.admin_url}/_faults", json=fault, timeout=10).status_code == 200

    yield add
    requests.delete(f"{server.admin_url}/_faults", timeout=10)


def get(server, path, **more):
    return requests.get(f"{server.base_url}/{path}", timeout=10, **more)


def test_it_holds_what_it_was_told_to_load_and_pages_lead_back_to_it(server):
    url, seen = f"{server.base_url}/Patient?_count=10", []
    while url:
        assert url.startswith(server.base_url)
        bundle = requests.get(url, timeout=10).json()
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        url = next((link["url"] for link in bundle["link"] if link["relation"] == "next"), None)
    assert seen == [f"h{n}" for n in range(25)]


@pytest.mark.skipif(not PROBE.exists(), reason="the probe script is not part of this repository")
def test_the_probe_of_fhir_servers(tmp_path):
    with fhir_server(log=tmp_path / "log") as probed:
        command = [sys.executable, str(PROBE), probed.base_url]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    passed, probes = re.search(r"TOTAL (\d+)/(\d+)", done.stdout).groups()
    assert int(passed) >= int(probes) - 1, [line for line in done.stdout.splitlines() if line.startswith("FAIL")]


@pytest.mark.parametrize("kind", ["cut", "drop"])
def test_a_connection_that_ends_early_and_then_works_again(server, fault, kind):
    fault(kind=kind)
    with requests.Session() as session:
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            session.get(f"{server.base_url}/Patient", timeout=10)
        assert session.get(f"{server.base_url}/Patient", timeout=10).json()["total"] == 25


def test_a_lost_answer_has_been_carried_out(server, fault):
    fault(kind="lost", method="PUT")
    with pytest.raises(requests.ConnectionError):
        requests.put(f"{server.base_url}/Task/lost", json=TASK | {"id": "lost"}, timeout=10)
    assert get(server, "Task/lost").headers["ETag"] == 'W/"1"'


def test_a_slow_answer_holds_up_nobody_else(server, fault):
    fault(kind="slow", seconds=30, type="Patient")
    with pytest.raises(requests.ReadTimeout):
        requests.get(f"{server.base_url}/Patient", timeout=0.3)
    assert get(server, "metadata").status_code == 200


def test_conditional_creates_at_the_same_time_make_one_resource(server):
    task = TASK | {"identifier": [{"system": "urn:race", "value": "1"}]}
    headers = {"If-None-Exist": "identifier=urn:race|1"}

    def create(_: int) -> int:
        return requests.post(f"{server.base_url}/Task", json=task, headers=headers, timeout=10).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(create, range(16)))
    assert statuses == [200] * 15 + [201]
    assert get(server, "Task?identifier=urn:race|1").json()["total"] == 1


def test_updates_at_the_same_time_are_each_seen_or_refused(server):
    requests.put(f"{server.base_url}/Task/counted", json=TASK | {"id": "counted", "priority": "0"}, timeout=10)

    def add_one(_: int) -> None:
        while True:
            held = get(server, "Task/counted")
            changed = held.json() | {"priority": str(int(held.json()["priority"]) + 1)}
            headers = {"If-Match": held.headers["ETag"]}
            answer = requests.put(f"{server.base_url}/Task/counted", json=changed, headers=headers, timeout=10)
            if answer.status_code == 200:
                return
            assert answer.status_code == 412

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add_one, range(12)))
    assert get(server, "Task/counted").json()["priority"] == "12"


def test_hundreds_of_ids_fit_into_one_address(server):
    ids = ",".join(f"h{n:040d}" for n in range(500))
    assert get(server, f"Patient?_id={ids},h3").json()["total"] == 1


def test_a_server_that_cannot_start_says_why(tmp_path):
    log = tmp_path / "log"
    with pytest.raises(ServerError, match="code 1"), fhir_server(load=[tmp_path / "nothing"], log=log):
        pass
    assert "nothing" in log.read_text()


def test_options_of_the_command_line(tmp_path):
    arguments = ["--without", "MedicationStatement", "--max-count", "3", "--fault", '{"kind":"busy"}']
    with fhir_server(arguments=arguments, log=tmp_path / "log") as less:
        assert get(less, "Patient").status_code == 429
        assert get(less, "MedicationStatement").status_code == 404


def test_a_sample_hospital_made_at_the_start(tmp_path):
    with fhir_server(arguments=["--hospital", "3", "--seed", "7"], log=tmp_path / "log") as hospital:
        assert get(hospital, "Patient?_summary=count").json()["total"] == 3
        assert get(hospital, "Observation?patient=h00001,h00002,h00003&_summary=count").json()["total"] > 0


def test_in_a_thread_of_this_process():
    with running([{"resourceType": "Patient", "id": "p1"}]) as sandbox:
        assert get(sandbox, "Patient/p1").status_code == 200
        assert requests.get(f"{sandbox.admin_url}/_stats", timeout=10).json()["requests"] == 1
        assert sandbox.service.store.current("Patient", "p1").version == 1
    with pytest.raises(requests.ConnectionError):
        get(sandbox, "metadata")


def test_sigterm_ends_it_without_a_word(tmp_path):
    log = tmp_path / "log"
    with fhir_server(log=log) as brief:
        get(brief, "metadata")
        brief.process.terminate()
        assert brief.process.wait(10) in (0, -15)
    assert log.read_text() == ""
    assert not os.path.exists(f"/proc/{brief.process.pid}")  # noqa: PTH110 - not a file of ours
