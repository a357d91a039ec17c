"""One odd entry of a Bundle costs itself, not what comes after it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fhir_screener.fhir.files import FolderSource
from fhir_screener.terminology.terms import Terminology


@pytest.mark.parametrize("odd", [{"id": "x"}, {"resourceType": None}, {"resourceType": 7}])
def test_what_follows_an_entry_without_a_type_is_read(tmp_path: Path, odd: dict[str, object]) -> None:
    people = [{"resourceType": "Patient", "id": name} for name in ("before", "after")]
    entries = [{"resource": one} for one in (people[0], odd, people[1])]
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}), "utf-8")
    source = FolderSource(path, Terminology([]))
    assert [record.patient.id for record in source.records()] == ["before", "after"]
    assert any("left out" in problem for problem in source.problems)


def gathered(tmp_path: Path, *entries: tuple[str, dict[str, object]]) -> FolderSource:
    listed = [{"fullUrl": f"https://{url}", "resource": resource} for url, resource in entries]
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": listed}), "utf-8")
    return FolderSource(path, Terminology([]))


PERSON = ("a.example/Patient/1", {"resourceType": "Patient", "id": "1"})


def test_two_servers_records_with_one_id_are_not_taken_for_versions_of_one(tmp_path: Path) -> None:
    """The second is not read; its type counts as not fetched for its patient."""
    first, other = (
        {"resourceType": "Condition", "id": "7", "subject": {"reference": "Patient/1"}, "code": {"text": text}}
        for text in ("gout", "lymphoma")
    )
    source = gathered(tmp_path, PERSON, ("a.example/Condition/7", first), ("b.example/Condition/7", other))
    (record,) = source.records()
    assert "Condition" in record.failed
    assert any("cannot be told apart" in problem for problem in source.problems)


def test_the_same_record_under_two_addresses_is_one(tmp_path: Path) -> None:
    one = {"resourceType": "Condition", "id": "7", "subject": {"reference": "Patient/1"}, "code": {"text": "gout"}}
    source = gathered(tmp_path, PERSON, ("a.example/Condition/7", one), ("b.example/Condition/7", one))
    (record,) = source.records()
    assert not record.failed
    assert not source.problems


def test_two_persons_called_the_same_leave_nothing_certain(tmp_path: Path) -> None:
    other = {"resourceType": "Patient", "id": "1", "birthDate": "1990-01-01"}
    source = gathered(tmp_path, PERSON, ("b.example/Patient/1", other))
    (record,) = source.records()
    assert {"Condition", "MedicationRequest"} <= record.failed
