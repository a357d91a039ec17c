"""Charts read from three servers that know nothing of one another: the same charts as from files."""

import json

import msgspec
import pytest

from fhir_screener.fhir.files import FolderSource
from tests.builders.charts import PATIENT, TERMS, observation
from tests.integration.reader_world import chart, load, of, send, source

PATIENTS = [f"reader-{number:02}" for number in range(12)]


@pytest.fixture(scope="module")
def charts():
    return [one for patient in PATIENTS for one in chart(patient)]


@pytest.fixture
def loaded(shared_fhir_server, charts):
    load(shared_fhir_server, *charts)
    return shared_fhir_server


def plain(record):
    """A record without what a server adds to it: versions."""
    facts = [*record.conditions, *record.observations, *record.medications]
    told = [msgspec.structs.replace(fact, version="", updated=None) for fact in facts]
    patient = msgspec.structs.replace(record.patient, version="", updated=None)
    return patient, sorted(told, key=lambda fact: fact.ref), record.seen["Condition"], record.problems


def test_the_same_charts_as_from_files(loaded, charts, tmp_path):
    (tmp_path / "all.ndjson").write_text("".join(json.dumps(one) + "\n" for one in charts))
    expected = {record.patient.id: record for record in FolderSource(tmp_path, TERMS)}
    with source(loaded) as reader:
        batch = reader.read(PATIENTS)
    assert [record.patient.id for record in batch.records] == PATIENTS
    assert batch.unread == ()
    for record in batch.records:
        assert plain(record) == plain(expected[record.patient.id])
        assert record.failed == frozenset()
        assert record.absent <= {"ResearchSubject"}, "sekmet does not list it"
        assert record.conditions[0].encounter.start == "2020-05-01"
        assert sorted(fact.ref.split("/")[0] for fact in record.medications) == [
            "MedicationRequest",
            "MedicationStatement",
        ]


def test_a_batch_costs_no_request_per_patient(loaded):
    with source(loaded) as reader:
        reader.read(PATIENTS)
        many = len(reader.asked)
        reader.asked.clear()
        reader.read(PATIENTS[:1])
        assert many <= len(reader.asked) + 2


def test_who_is_not_there(loaded):
    with source(loaded) as reader:
        batch = reader.read(["nobody-1", PATIENTS[3], "../metadata", PATIENTS[0]])
    assert [record.patient.id for record in batch.records] == [PATIENTS[3], PATIENTS[0]]
    assert [(one.patient, one.why) for one in batch.unread] == [
        ("nobody-1", "no such patient on this server"),
        ("../metadata", "is no id that a FHIR server can have"),
    ]


def test_a_deleted_patient(fhir_server):
    load(fhir_server, {**PATIENT, "id": "gone-1"})
    send(fhir_server, "DELETE", "Patient/gone-1")
    with source(fhir_server) as reader:
        (unread,) = reader.read(["gone-1"]).unread
    assert unread.patient == "gone-1"
    assert "delete" in unread.why or "no such patient" in unread.why


def test_more_than_a_page(fhir_server):
    many = [of("pages-1", observation(f"{number:04}", valueString="negative")) for number in range(1100)]
    load(fhir_server, {**PATIENT, "id": "pages-1"}, *many[:550])
    load(fhir_server, *many[550:])
    with source(fhir_server) as reader:
        (record,) = reader.read(["pages-1"]).records
    assert len(record.observations) == 1100
    assert record.failed == frozenset()
