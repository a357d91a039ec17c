"""Several searches in one request, and what a server may make of a batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses

from fhir_screener.errors import NotSupported
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.retry import NO_RETRY
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.together import Together

BASE = "https://ehr.example.org/fhir"
TASKS = [("Task", [("status", "requested")]), ("Task", [("status", "accepted")])]
PAGE = {"resourceType": "Bundle", "type": "searchset", "total": 4, "entry": []}
GOOD = {"response": {"status": "200 OK"}, "resource": PAGE}


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def batch(*entries: Any) -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": "batch-response", "entry": list(entries)}


def together() -> Together:
    return Together(FhirSession(BASE, retries=NO_RETRY), Capability("4.0.1", batch=True))


def test_all_in_one_request(server: responses.RequestsMock) -> None:
    server.post(BASE, json=batch(GOOD, GOOD))
    assert [page.total for page in together().pages(TASKS)] == [4, 4]
    assert len(server.calls) == 1


@pytest.mark.parametrize(
    "answer",
    [
        batch(GOOD),
        batch(GOOD, {"response": {"status": "200"}}),
        batch(GOOD, {"response": {"status": "200"}, "resource": None}),
        batch(GOOD, {"response": {"status": 200}}),
        batch(GOOD, {"response": {"status": "200"}, "resource": {"resourceType": "OperationOutcome"}}),
        {"resourceType": "Bundle", "entry": None},
    ],
)
def test_a_server_that_answers_no_batch_is_asked_one_by_one_from_then_on(
    server: responses.RequestsMock, answer: dict[str, Any]
) -> None:
    server.post(BASE, json=answer)
    server.get(f"{BASE}/Task", json=PAGE)
    asked = together()
    assert [page.total for page in asked.pages(TASKS)] == [4, 4]
    asked.pages(TASKS)
    assert [call.request.method for call in server.calls] == ["POST", *["GET"] * 4]


def test_one_search_that_fails_fails_as_it_would_alone(server: responses.RequestsMock) -> None:
    server.post(BASE, json=batch(GOOD, {"response": {"status": "404", "outcome": None}}))
    with pytest.raises(NotSupported, match="does not offer this resource type"):
        together().pages(TASKS)
