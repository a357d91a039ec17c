"""Targets that are not the source, and targets that offer less."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fhir_screener.errors import Refused
from fhir_screener.fhir.answer import Answer
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.read import screening_from_task
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.screening import Outcome
from tests.builders.screenings import excluded, screening
from tests.integration.task_world import IDENTITY, World, without, world

KEPT = screening()
CHANGED = screening(criteria=KEPT.criteria[:2], outcome=Outcome.REVIEW)
EHR = "https://ehr.example/fhir/R4"


@pytest.fixture
def there(fhir_server: str) -> World:
    return world(fhir_server)


def test_a_task_on_another_server_names_the_patient_by_address_and_identifier(there: World) -> None:
    there.setting = Setting(IDENTITY, patient_base=EHR + "/")
    assert there.sweep(KEPT) is Action.CREATE
    patient = there.task()["for"]
    assert patient["reference"] == f"{EHR}/Patient/p1"
    assert patient["identifier"] == {"system": "urn:fhir-screener:patient", "value": "ehr/p1"}
    assert there.sweep(KEPT) is Action.UNCHANGED


class NoForeigners(FhirSession):
    """A server that takes no references to other servers, as HAPI is out of the box."""

    def put(self, target: str, body: bytes, headers: object = None) -> Answer:
        return super().put(target, _own(body))

    def post(self, target: str, body: bytes, headers: object = None, **more: object) -> Answer:
        return super().post(target, _own(body), headers, **more)  # type: ignore[arg-type]


def _own(body: bytes) -> bytes:
    if EHR.encode() in body:
        raise Refused("the server refused the request", status=422, where="Task")
    return body


def test_where_foreign_references_are_refused_the_identifier_is_enough(there: World) -> None:
    setting = Setting(IDENTITY, patient_base=EHR)
    store = there.store(session=NoForeigners(there.base), setting=setting)
    assert there.sweep(KEPT, store) is Action.CREATE
    patient = there.task()["for"]
    assert "reference" not in patient
    assert patient["identifier"]["value"] == "ehr/p1"
    assert there.sweep(KEPT, store) is Action.UNCHANGED
    assert screening_from_task(there.task()) == KEPT


@pytest.mark.parametrize("transaction", [True, False], ids=["transaction", "one by one"])
def test_a_server_that_chooses_the_ids_gets_one_task_all_the_same(there: World, transaction: bool) -> None:
    there.capability = without(there.capability, client_ids=False, transaction=transaction)
    assert there.sweep(KEPT) is Action.CREATE
    assert there.task()["id"] != IDENTITY.task(KEPT.study, "p1")
    assert there.sweep(KEPT) is Action.UNCHANGED
    assert there.sweep(CHANGED) is Action.REFRESH
    assert there.sweep(excluded()) is Action.WITHDRAW
    assert there.sweep(KEPT) is Action.RESTORE
    assert screening_from_task(there.task()) == KEPT
    provenances = there.search("Provenance")
    assert {p["target"][0]["reference"] for p in provenances} == {f"Task/{there.task()['id']}"}
    assert len(provenances) == 4


def test_without_transactions_task_and_provenance_go_one_by_one(there: World) -> None:
    there.capability = without(there.capability, transaction=False)
    assert [there.sweep(KEPT), there.sweep(CHANGED)] == [Action.CREATE, Action.REFRESH]
    assert len(there.search("Provenance")) == 2


def test_a_server_without_provenance_gets_the_task(there: World) -> None:
    types = {kind: able for kind, able in there.capability.types.items() if kind != "Provenance"}
    there.capability = replace(there.capability, types=types)
    assert there.sweep(KEPT) is Action.CREATE
    assert there.search("Provenance") == []


def test_patients_of_two_sources_do_not_share_a_task(there: World) -> None:
    there.sweep(KEPT)
    other = there.store(setting=Setting(replace(IDENTITY, source="clinic")))
    assert other.existing(KEPT.study, ["p1"]) == {}
    assert there.sweep(KEPT, other) is Action.CREATE
    assert len(there.tasks()) == 2
