"""Records that a server finds for a patient, and that name nobody of this source: never left out in silence.

A server behind a proxy may spell references with an address of its own that is not the one it is read by.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import responses
from responses.matchers import query_param_matcher

from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.server_plan import make_plan
from fhir_screener.fhir.server_source import ServerSource
from fhir_screener.fhir.session import FhirSession
from fhir_screener.screening.ports import Batch
from fhir_screener.terminology.coding import ICD10CM
from tests.builders.charts import TERMS, coded
from tests.unit.fhir.test_server_plan import Rule, study

BASE, PUBLIC = "https://ehr.internal/fhir", "https://ehr.example.org/fhir"
STUDY = study(Rule({"Condition"}))
SAID = (
    "Condition: 1 record cannot be told to be a patient's; if the source is known by another address too,"
    " set FHIR_SCREENER_ALLOWED_ORIGINS to it"
)


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(
            f"{BASE}/Patient",
            json=bundle({"resourceType": "Patient", "id": "p1"}, {"resourceType": "Patient", "id": "p2"}),
        )
        for kind in ("Consent", "ResearchSubject"):
            mock.get(f"{BASE}/{kind}", json=bundle())
        yield mock


def bundle(*resources: dict[str, Any]) -> dict[str, Any]:
    return {"resourceType": "Bundle", "total": len(resources), "entry": [{"resource": one} for one in resources]}


def cancer(id: str, subject: Any) -> dict[str, Any]:
    return {"resourceType": "Condition", "id": id, "code": coded(ICD10CM, "C50.9"), "subject": subject}


def answers(server: responses.RequestsMock, **found: list[dict[str, Any]]) -> None:
    """What a search for a patient finds, and one for both."""
    for asked, records in {"p1,p2": [*found["p1"], *found["p2"]], **found}.items():
        wanted = query_param_matcher({"patient": asked}, strict_match=False)
        server.get(f"{BASE}/Condition", json=bundle(*records), match=[wanted])


def read(*allowed: str) -> Batch:
    plan = make_plan([STUDY], Capability("4.0.1"))
    session = FhirSession(BASE, allowed_origins=allowed)
    return ServerSource(session, Capability("4.0.1"), plan, TERMS, [STUDY], cohort={"all": True}).read(["p1", "p2"])


@pytest.mark.parametrize("subject", [{"reference": f"{PUBLIC}/Patient/p1"}, {"identifier": {"value": "4711"}}, None])
def test_it_counts_as_not_fetched_for_the_patient_it_was_found_for(
    server: responses.RequestsMock, subject: dict[str, Any] | None
) -> None:
    answers(server, p1=[cancer("c1", subject)], p2=[cancer("c2", {"reference": "Patient/p2"})])
    batch = read()
    assert [set(record.failed) for record in batch.records] == [{"Condition"}, set()]
    assert [len(record.conditions) for record in batch.records] == [0, 1]
    assert SAID in batch.warnings


def test_an_address_that_is_allowed_is_the_source_too(server: responses.RequestsMock) -> None:
    answers(server, p1=[cancer("c1", {"reference": f"{PUBLIC}/Patient/p1"})], p2=[])
    batch = read(PUBLIC)
    assert [(len(record.conditions), set(record.failed)) for record in batch.records] == [(1, set()), (0, set())]
    assert batch.warnings == ()


def test_what_the_server_sends_of_others_holds_nobody_up(server: responses.RequestsMock) -> None:
    answers(server, p1=[cancer("c9", {"reference": "Patient/p9"})], p2=[])
    batch = read()
    assert [set(record.failed) for record in batch.records] == [set(), set()]
    assert batch.warnings == ()


def test_a_list_of_patients_by_their_records_says_whom_it_may_lack(server: responses.RequestsMock) -> None:
    server.get(f"{BASE}/Condition", json=bundle(cancer("c1", {"reference": f"{PUBLIC}/Patient/p1"})))
    plan = make_plan([STUDY], Capability("4.0.1"))
    source = ServerSource(FhirSession(BASE), Capability("4.0.1"), plan, TERMS, [STUDY], cohort={"index": ["cancer"]})
    assert list(source.cohort()) == []
    assert f"patients may be missing from the list: {SAID}" in source.hidden


@pytest.mark.parametrize(("id", "merged"), [("p7", "Patient/p7"), (None, ""), (7, "")])
def test_only_a_patient_of_another_id_is_the_survivor_of_a_merger(
    server: responses.RequestsMock, id: object, merged: str
) -> None:
    """A Task is closed for a merger: an answer that names nobody must not do that."""
    server.upsert("GET", f"{BASE}/Patient", json=bundle({"resourceType": "Patient", "id": "p2"}))
    alone = {"resourceType": "Patient"} | ({"id": id} if id else {})
    server.get(f"{BASE}/Patient/p1", json=alone)
    answers(server, p1=[], p2=[])
    batch = read()
    assert {record.patient.id: record.patient.replaced_by for record in batch.records}.get("p1", "") == merged
    assert [one.patient for one in batch.unread] == ([] if merged else ["p1"])
