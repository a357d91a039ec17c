"""Bundles from files that say what is not in them, and what is deleted; persons whose ids are not their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fhir_screener.fhir.file_loss import EVERY
from fhir_screener.records.patient_record import PatientRecord
from tests.unit.fhir.test_files import PATIENT, condition, ndjson, source

OUTCOME = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "incomplete"}]}
HINT = {"resourceType": "OperationOutcome", "issue": [{"severity": "warning", "code": "informational"}]}


def read(path: Path, kind: str, *entries: Any, **more: Any) -> tuple[PatientRecord, list[str], list[str]]:
    """The one patient of a Bundle with these entries more, what could not be read, and notes."""
    whole = [{"resource": PATIENT}, {"resource": condition("1")}, *entries]
    path.write_text(json.dumps({"resourceType": "Bundle", "type": kind, **more, "entry": whole}), "utf-8")
    found = source(path, path.read_bytes())
    (record,) = found
    return record, found.problems, found.notes


@pytest.mark.parametrize(
    "entry",
    [
        {"response": {"status": "404 Not Found", "outcome": OUTCOME}},
        {"response": {"status": "500"}},
        {"search": {"mode": "outcome"}, "resource": OUTCOME},
    ],
)
def test_a_request_that_failed_is_missing_for_those_of_its_bundle(tmp_path: Path, entry: Any) -> None:
    record, problems, _ = read(tmp_path / "x.json", "batch-response", entry)
    assert record.failed == EVERY
    assert "is missing" in problems[0]


def test_what_only_informs_is_no_failure(tmp_path: Path) -> None:
    record, problems, notes = read(
        tmp_path / "x.json", "searchset", {"resource": HINT}, {"response": {"status": "201 Created"}}
    )
    assert (record.failed, problems, notes) == (frozenset(), [], [])


def test_a_page_of_a_search_says_that_it_goes_on(tmp_path: Path) -> None:
    link = [{"relation": "self", "url": "https://x/1"}, {"relation": "next", "url": "https://x/2"}]
    _, problems, (note,) = read(tmp_path / "x.json", "searchset", link=link)
    assert (problems, note) == ([], "x.json:1: a page of a search that goes on: its next pages must be here too")


@pytest.mark.parametrize(
    ("deleted", "method", "url"),
    [
        ("Condition/2", "PUT", "Condition/2"),
        ("Condition/2", "POST", "Condition"),
        ("Condition/2/_history/3", "PUT", "Condition/2/_history/2"),
        ("https://x/fhir/Condition/2", "PUT", "Condition/2"),
    ],
)
def test_what_a_history_says_was_deleted_is_no_record(tmp_path: Path, deleted: str, method: str, url: str) -> None:
    gone = {"request": {"method": "DELETE", "url": deleted}}
    before = {"request": {"method": method, "url": url}, "resource": condition("2")}
    kept = {"request": {"method": "PUT", "url": "Condition/3"}, "resource": condition("3")}
    record, _, _ = read(tmp_path / "x.json", "history", gone, before, kept)
    assert record.seen["Condition"].count == 2


def test_a_reference_that_is_none_loses_its_record_for_somebody(tmp_path: Path) -> None:
    odd = condition("2", subject={"reference": "patient/p"})
    (record,) = source(tmp_path / "x.ndjson", ndjson(PATIENT, condition("1"), odd))
    assert record.failed == frozenset({"Condition"})


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        ({"birthDate": "1963-01-15"}, {"birthDate": "1990-01-01"}, True),
        ({"gender": "male"}, {"gender": "female"}, True),
        ({"birthDate": "1963-01-15"}, {"birthDate": "1963"}, False),
        ({"birthDate": "1963-01-15", "gender": "male"}, {"gender": "unknown"}, False),
        ({"gender": "male", "meta": {"versionId": "1"}}, {"gender": "female"}, True),
        ({"gender": "male", "meta": {"versionId": "1"}}, {"gender": "female", "meta": {"versionId": "2"}}, False),
    ],
)
def test_of_two_persons_with_one_id_nobody_knows_whose_the_records_are(
    tmp_path: Path, one: Any, other: Any, two: bool
) -> None:
    person = {"resourceType": "Patient", "id": "p"}
    (record,) = source(tmp_path / "x.ndjson", ndjson({**person, **one}, condition("1"), {**person, **other}))
    assert (record.failed == EVERY) is two
    assert any("two persons" in said for said in record.problems) is two
