"""The servers of these tests start empty, whatever the test before left there."""

import json
import urllib.request
from typing import Any

import pytest
import redis


def _send(base: str, method: str, path: str, resource: dict[str, Any] | None = None) -> dict[str, Any]:
    request = urllib.request.Request(
        f"{base}/{path}",
        data=json.dumps(resource).encode() if resource else None,
        headers={"Content-Type": "application/fhir+json", "Accept": "application/fhir+json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_its_server_empty(fhir_server: str, turn: int) -> None:
    assert _send(fhir_server, "GET", "Patient").get("entry", []) == []
    _send(fhir_server, "PUT", "Patient/p1", {"resourceType": "Patient", "id": "p1", "gender": "female"})
    found = _send(fhir_server, "GET", "Patient?gender=female")
    assert [entry["resource"]["id"] for entry in found["entry"]] == ["p1"]
    assert _send(fhir_server, "GET", "Patient/p1")["meta"]["versionId"] == "1"


def test_each_server_speaks_r4(fhir_server: str) -> None:
    assert _send(fhir_server, "GET", "metadata")["fhirVersion"] == "4.0.1"


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_finds_its_broker_empty(broker_url: str, turn: int) -> None:
    with redis.Redis.from_url(broker_url) as client:
        assert client.dbsize() == 0
        client.set("left", "behind")
