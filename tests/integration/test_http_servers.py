"""Session, capability and search against real servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from fhir_screener import errors
from fhir_screener.fhir.answer import Exchange
from fhir_screener.fhir.capability import read_capability
from fhir_screener.fhir.search import count, search_all
from fhir_screener.fhir.search_ids import by_ids
from fhir_screener.fhir.search_pages import pages
from fhir_screener.fhir.session import FhirSession

PATIENTS = [f"p{number}" for number in range(7)]


def body(resource: dict[str, Any]) -> bytes:
    return json.dumps(resource).encode()


def observation(id: str, patient: str) -> dict[str, Any]:
    code = {"coding": [{"system": "http://loinc.org", "code": "5196-1"}]}
    subject = {"reference": f"Patient/{patient}"}
    return {"resourceType": "Observation", "id": id, "status": "final", "code": code, "subject": subject}


@pytest.fixture(scope="module")
def loaded(shared_fhir_server: str) -> Iterator[FhirSession]:
    """Seven patients, three observations each."""
    with FhirSession(shared_fhir_server) as session:
        for patient in PATIENTS:
            session.put(f"Patient/{patient}", body({"resourceType": "Patient", "id": patient, "gender": "female"}))
            for number in range(3):
                id = f"o-{patient}-{number}"
                session.put(f"Observation/{id}", body(observation(id, patient)))
        yield session


def test_the_capability_statement(loaded: FhirSession) -> None:
    found = read_capability(loaded)
    assert found.fhir_version == "4.0.1"
    assert found.can("Patient", "read") is True
    assert found.can("Task", "create") is True
    assert found.can("Task", "no-such-interaction") is False
    assert "patient" in found.types["Observation"].search_params
    assert found.software


def test_all_pages_of_a_search(loaded: FhirSession) -> None:
    seen: list[Exchange] = []
    with FhirSession(loaded.base_url, on_request=seen.append) as session:
        found = search_all(session, "Patient", [("gender", "female"), ("_count", "2")])
    assert sorted(str(entry.id) for entry in found.entries) == PATIENTS
    assert found.complete
    assert all(entry.version_id == "1" and entry.mode == "match" for entry in found.entries)
    assert len(seen) >= 4, "it took pages"


def test_pages_one_by_one(loaded: FhirSession) -> None:
    sizes = [len(page.entries) for page in pages(loaded, "Patient", [("gender", "female"), ("_count", "3")])]
    assert sum(sizes) == 7
    assert max(sizes) <= 3


def test_batches_of_patients(loaded: FhirSession) -> None:
    got: dict[str, int] = {}
    for batch, params in by_ids(loaded, "Observation", "patient", PATIENTS, [("_count", "100")], most=3):
        found = search_all(loaded, "Observation", params)
        assert found.complete
        got[",".join(batch)] = len(found.entries)
    assert got == {"p0,p1,p2": 9, "p3,p4,p5": 9, "p6": 3}


def test_a_search_by_post(loaded: FhirSession) -> None:
    found = search_all(loaded, "Observation", [("patient", "p1,p2"), ("_count", "4")], post=True)
    assert len(found.entries) == 6
    assert found.complete


def test_counting(loaded: FhirSession) -> None:
    assert count(loaded, "Observation", [("patient", "p1,p2"), ("_count", "4")]) == 6


def test_an_include_is_kept_apart_from_the_matches(loaded: FhirSession) -> None:
    found = search_all(loaded, "Observation", [("patient", "p1"), ("_include", "Observation:subject")])
    assert sorted((entry.type, entry.mode) for entry in found.entries) == [("Observation", "match")] * 3 + [
        ("Patient", "include")
    ]
    assert found.complete


def test_what_is_not_there(loaded: FhirSession) -> None:
    with pytest.raises(errors.NotFound):
        loaded.get("Patient/nobody", expect="Patient")
    assert search_all(loaded, "Patient", [("_id", "nobody")]).entries == []


def test_a_type_that_is_none(loaded: FhirSession) -> None:
    with pytest.raises((errors.NotSupported, errors.Refused)):
        search_all(loaded, "NoSuchType")


def test_a_page_link_the_server_does_not_know(loaded: FhirSession) -> None:
    """What a next link becomes when it expires: one of the answers that search begins again after. HAPI's is 410."""
    with pytest.raises((errors.Gone, errors.Refused, errors.NotFound)) as caught:
        loaded.get("?_getpages=00000000-0000-0000-0000-000000000000&_getpagesoffset=20", expect="Bundle")
    assert caught.value.status in (400, 404, 410)


def test_writing_past_somebody_else_is_a_conflict(fhir_server: str) -> None:
    with FhirSession(fhir_server) as session:
        session.put("Patient/p1", body({"resourceType": "Patient", "id": "p1", "gender": "female"}))
        first = session.get("Patient/p1", expect="Patient")
        assert first.version == "1"
        session.put("Patient/p1", body({"resourceType": "Patient", "id": "p1", "gender": "male"}))
        with pytest.raises(errors.Conflict):
            session.put("Patient/p1", first.body, {"If-Match": 'W/"1"'})
        renewed = session.put("Patient/p1", first.body, {"If-Match": 'W/"2"'})
        assert renewed.version == "3"


def test_what_was_deleted_is_gone(fhir_server: str) -> None:
    with FhirSession(fhir_server) as session:
        session.put("Patient/p1", body({"resourceType": "Patient", "id": "p1"}))
        session.delete("Patient/p1")
        with pytest.raises(errors.Gone):
            session.get("Patient/p1")


def test_a_just_written_resource_is_found(fhir_server: str) -> None:
    """A server that reuses the results of a search must not do so for us."""
    with FhirSession(fhir_server) as session:
        for number in range(3):
            id = f"p{number}"
            session.put(f"Patient/{id}", body({"resourceType": "Patient", "id": id, "gender": "female"}))
            assert len(search_all(session, "Patient", [("gender", "female")]).entries) == number + 1
