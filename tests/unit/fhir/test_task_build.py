"""What a new Task says, and what may not be in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from fhir_screener.errors import DataError, SettingsError
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import Setting, instant, new_task
from fhir_screener.fhir.task.checked import check
from fhir_screener.fhir.task.identity import Identity, subject_of
from fhir_screener.fhir.task.read import input_of, screening_from_task
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screening import Outcome
from tests.builders.screenings import SEARCHED, criterion, nested, screening

IDENTITY = Identity(b"a key for tests only", "ehr")
SETTING = Setting(IDENTITY, pool="Organization/trials", studies={"NCT04660565": "ResearchStudy/s1"})
NOW = datetime(2021, 3, 1, 18, 30, 12, 500, tzinfo=UTC)


def test_the_elements_are_those_of_the_design() -> None:
    task = new_task(screening(), SETTING, NOW)
    assert (task["status"], task["intent"]) == ("requested", "proposal")
    assert task["code"]["coding"][0]["code"] == "screening-candidate"
    assert task["identifier"] == [{"system": "urn:fhir-screener:candidate", "value": "NCT04660565/ehr/p1"}]
    assert task["groupIdentifier"] == {"system": "urn:fhir-screener:study", "value": "NCT04660565"}
    assert task["focus"]["reference"] == "ResearchStudy/s1"
    assert task["for"]["reference"] == "Patient/p1"
    assert task["owner"] == {"reference": "Organization/trials"}
    assert task["authoredOn"] == task["lastModified"] == "2021-03-01T18:30:12Z"
    assert input_of(task, names.Input.MAPPING_VERSION) == "3"
    assert input_of(task, names.Input.MAPPING_CHECKSUM) == "sha256:0f"
    assert input_of(task, names.Input.AS_OF) == "2021-03-01"
    assert input_of(task, names.Input.EVIDENCE_DIGEST) == evidence_digest(screening())
    check(task)


def test_the_business_status_is_what_a_worklist_searches_by() -> None:
    later = screening(outcome=Outcome.LATER, eligible_from=date(2021, 6, 1))
    codings = new_task(later, SETTING, NOW)["businessStatus"]["coding"]
    assert [(c["system"], c["code"]) for c in codings] == [
        ("urn:fhir-screener:outcome", "later"),
        ("urn:fhir-screener:eligible-from", "2021-06-01"),
        ("urn:fhir-screener:settle", "consent"),
        ("urn:fhir-screener:settle", "test: hbv-dna"),
        ("urn:fhir-screener:one-away", "hbv-dna"),
    ]


def test_one_output_a_criterion_says_verdict_reason_and_sentence() -> None:
    head, first, second, third = new_task(screening(), SETTING, NOW)["output"]
    assert head["valueCodeableConcept"]["coding"][0]["code"] == "candidate"
    assert [o["type"]["coding"][0]["code"] for o in (first, second, third)] == ["I1", "I2", "E8a"]
    assert second["valueCodeableConcept"] == {
        "coding": [
            {"system": "urn:fhir-screener:verdict", "code": "unknown", "display": "Unknown"},
            {"system": "urn:fhir-screener:reason", "code": "no-data", "display": "No data"},
        ],
        "text": SEARCHED.note,
    }


def test_a_moment_is_in_utc_and_whole_seconds() -> None:
    there = timezone(timedelta(hours=8))
    assert instant(datetime(2021, 3, 2, 2, 30, 12, 999_999, tzinfo=there)) == "2021-03-01T18:30:12Z"


def test_control_characters_stay_out_of_a_task() -> None:
    noted = replace(SEARCHED, note="a\x00b\nc\x1b")
    finding = replace(screening().criteria[1].finding, evidence=(noted,))
    task = check(new_task(screening(criteria=(criterion(finding),)), SETTING, NOW))
    assert screening_from_task(task).criteria[0].finding.evidence[0].note == "ab\nc"


def test_what_is_no_valid_fhir_does_not_leave_and_says_no_value() -> None:
    task = new_task(screening(), SETTING, NOW)
    task["output"][1]["valueCodeableConcept"]["text"] = {"secret": "Ms Weiss"}
    with pytest.raises(DataError, match=r"output\.1\.valueCodeableConcept\.text") as caught:
        check(task)
    assert "Weiss" not in str(caught.value)
    assert task["id"] in str(caught.value)


def test_a_ledger_of_average_depth_stays_small() -> None:
    """14 criteria of two branches each, with evidence: a worklist's page of them must not weigh megabytes."""
    import orjson

    deep = nested().criteria[0]
    judged = screening(criteria=tuple(replace(deep, id=f"E{n}") for n in range(14)))
    assert len(orjson.dumps(new_task(judged, SETTING, NOW))) < 30_000


class TestIdentity:
    def test_an_id_is_a_version_4_uuid_and_always_the_same(self) -> None:
        assert IDENTITY.task("NCT04660565", "p1") == "7b6af240-dc67-4bd9-92c5-ed856483e563"
        assert IDENTITY.task("NCT04660565", "p1")[14] == "4"

    def test_another_key_study_source_or_patient_is_another_id(self) -> None:
        ids = {
            IDENTITY.task("NCT1", "p1"),
            IDENTITY.task("NCT1", "p2"),
            IDENTITY.task("NCT2", "p1"),
            Identity(b"another key for tests", "ehr").task("NCT1", "p1"),
            Identity(b"a key for tests only", "clinic").task("NCT1", "p1"),
            IDENTITY.study("NCT1"),
            IDENTITY.sweep("NCT1"),
            IDENTITY.device("NCT1"),
        }
        assert len(ids) == 8

    def test_parts_cannot_be_mistaken_for_one_another(self) -> None:
        assert IDENTITY.task("a/b", "c") != IDENTITY.task("a", "b/c")
        assert Identity(b"k" * 16, "e/h").task("s", "p") != Identity(b"k" * 16, "e").task("s", "h/p")

    def test_the_identifier_says_study_source_and_patient(self) -> None:
        identity = Identity(b"k" * 16, "ehr north")
        task = {"identifier": [{"system": "urn:mrn", "value": "1"}, identity.candidate_identifier("a/b|c,d", "p_1")]}
        assert subject_of(task) == ("a/b|c,d", "ehr north", "p_1")
        assert not set("|, $") & set(task["identifier"][1]["value"])

    def test_a_task_of_others_is_nobodys(self) -> None:
        with pytest.raises(DataError, match="not a candidate"):
            subject_of({"id": "t1", "identifier": [{"system": "urn:mrn", "value": "a/b/c"}]})

    def test_key_and_source_must_be_given_and_the_key_is_not_shown(self) -> None:
        with pytest.raises(SettingsError):
            Identity(b"", "ehr")
        with pytest.raises(SettingsError):
            Identity(b"key", "")
        assert "a key" not in repr(IDENTITY)
