"""A decision whose answer is lost on its way: it is made once, with all that stands beside it, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from fhir_screener.fhir.retry import Retry
from fhir_screener.fhir.session import FhirSession
from fhir_screener.sandbox.processes import FhirServer, fhir_server
from fhir_screener.screening.decision import Move
from tests.builders.screenings import screening
from tests.integration.task_world import STUDY, World, without, world
from tests.integration.test_desk import ANNA, desk, move, subjects


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FhirServer]:
    with fhir_server(log=tmp_path / "server.log") as running:
        yield running


@pytest.mark.parametrize("transaction", [True, False], ids=["in one transaction", "one by one"])
@pytest.mark.parametrize("kind", ["lost", "cut", "drop"])
def test_it_is_made_once_and_whole(server: FhirServer, kind: str, transaction: bool) -> None:
    there = world(server.base_url)
    quick = FhirSession(server.base_url, retries=Retry(first_wait=0.01, longest_wait=0.02))
    there = World(server.base_url, quick, without(there.capability, transaction=transaction))
    there.sweep(screening())
    fault = {"kind": kind, "method": "POST" if transaction else "PUT", "type": None if transaction else "Task"}
    requests.post(f"{server.admin_url}/_faults", json=fault, timeout=30)
    task = desk(there).decide(STUDY, "p1", move(Move.ACCEPT))
    assert (task["status"], task["meta"]["versionId"]) == ("accepted", "2")
    by = [one["agent"][0]["who"].get("display") for one in there.search("Provenance")]
    assert by.count(ANNA.name) == 1
    assert len(there.search("AuditEvent")) == 1
    assert subjects(there) == [("screening", "Patient/p1")]
    assert desk(there).decide(STUDY, "p1", move(Move.UNDO))["status"] == "requested"
