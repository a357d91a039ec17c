"""What must hold of every screening, tried on the worked patients."""

from __future__ import annotations

import json
import random
import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fhir_screener.fhir.files import FolderSource
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screen import screen
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.studies.load import Catalog, Loaded
from fhir_screener.verdict import Reason, Verdict
from tests.builders.cases import tried

TESTS = Path(__file__).parent.parent
CASES = tried()
FOUR_YEARS = 1461


@cache
def loaded() -> Loaded:
    return Catalog(TESTS.parent / "mappings").load(["NCT04660565"])


def bundle(case: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    return json.loads((case / "bundle.json").read_text("utf-8")), expected


def record_of(tree: dict[str, Any], patient: str, tmp_path: Path) -> PatientRecord:
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(tree, ensure_ascii=False), "utf-8")
    (record,) = FolderSource(path, loaded().terminology, only=[patient]).records()
    return record


def judge(record: PatientRecord, on: str | date) -> Screening:
    day = date.fromisoformat(on) if isinstance(on, str) else on
    return screen(loaded().studies[0], record, day, loaded().terminology)


def gist(screening: Screening) -> list[tuple[str, str, str]]:
    reason = [(c.id, c.verdict.value, c.reason.value if c.reason else "") for c in screening.criteria]
    return [("outcome", screening.outcome.value, str(screening.eligible_from)), *reason]


every_case = pytest.mark.parametrize("case", CASES, ids=[path.name for path in CASES])


@every_case
def test_the_order_of_records_is_immaterial(case: Path, tmp_path: Path) -> None:
    tree, expected = bundle(case)
    before = judge(record_of(tree, expected["patient"], tmp_path), expected["as_of"])
    random.Random(case.name).shuffle(tree["entry"])
    after = judge(record_of(tree, expected["patient"], tmp_path), expected["as_of"])
    assert gist(after) == gist(before)
    assert evidence_digest(after) == evidence_digest(before)


STRANGER = {"resourceType": "Patient", "id": "stranger", "gender": "female", "birthDate": "1990-01-01"}
CANCER = {
    "resourceType": "Condition",
    "id": "x-cancer",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C25.0", "display": "Pancreas"}]},
    "onsetDateTime": "2020-01-01",
}
CALCIUM = {
    "resourceType": "Observation",
    "id": "x-calcium",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "17861-6", "display": "Calcium"}]},
    "effectiveDateTime": "2021-02-01",
    "valueQuantity": {"value": 2.3, "unit": "mmol/L"},
}


@every_case
def test_records_of_others_unrelated_ones_and_mistakes_change_nothing(case: Path, tmp_path: Path) -> None:
    tree, expected = bundle(case)
    patient = expected["patient"]
    before = gist(judge(record_of(tree, patient, tmp_path), expected["as_of"]))
    mine = {"subject": {"reference": f"Patient/{patient}"}}
    error = {"verificationStatus": {"coding": [{"code": "entered-in-error"}]}}
    tree["entry"] += [
        {"resource": STRANGER},
        {"resource": {**CANCER, "subject": {"reference": "Patient/stranger"}}},
        {"resource": {**CALCIUM, **mine}},
        {"resource": {**CANCER, "id": "x-error", **error, **mine}},
    ]
    assert gist(judge(record_of(tree, patient, tmp_path), expected["as_of"])) == before


_FULL = re.compile(r"(?<![\d.-])\d{4}-\d\d-\d\d(?![\d-])")


@every_case
def test_four_years_later_all_is_the_same(case: Path, tmp_path: Path) -> None:
    """All full dates, in words too, and `as_of` move by 1,461 days; charts with partial dates are left out."""
    tree, expected = bundle(case)
    text = json.dumps(tree, ensure_ascii=False)
    if re.search(r'"\d{4}(?:-\d\d)?"', text.replace('"2019"', '""')):
        text = re.sub(r'"(\d{4})-(\d\d)"', r'"\1-\2-15"', text)
        tree = json.loads(text)
    if re.search(r'Date(?:Time)?": "\d{4}"|"(?:start|end)": "\d{4}"', text):
        pytest.skip("the chart knows a date to the year only")
    before = judge(record_of(tree, expected["patient"], tmp_path), expected["as_of"])

    def later(match: re.Match[str]) -> str:
        try:
            return str(date.fromisoformat(match[0]) + timedelta(FOUR_YEARS))
        except ValueError:  # a date that never was
            return match[0]

    moved = json.loads(_FULL.sub(later, text))
    as_of = date.fromisoformat(expected["as_of"]) + timedelta(FOUR_YEARS)
    after = judge(record_of(moved, expected["patient"], tmp_path), as_of)
    assert [row[:2] for row in gist(after)] == [row[:2] for row in gist(before)]
    if before.next_change_on:
        assert after.next_change_on == before.next_change_on + timedelta(FOUR_YEARS)


@every_case
def test_next_change_on_is_the_first_day_on_which_anything_changes(case: Path, tmp_path: Path) -> None:
    tree, expected = bundle(case)
    record = record_of(tree, expected["patient"], tmp_path)
    today = judge(record, expected["as_of"])
    if today.outcome is Outcome.NOT_SCREENABLE:
        assert today.next_change_on is None
        return
    known = [(c.verdict, c.reason) for c in today.criteria]
    day, found = today.as_of, None
    for _ in range(400):
        day += timedelta(1)
        then = judge(record, day)
        if [(c.verdict, c.reason) for c in then.criteria] != known or then.outcome is not today.outcome:
            found = day
            break
    if found is None:
        assert today.next_change_on is None or today.next_change_on > day
    else:
        assert today.next_change_on == found


@every_case
def test_eligible_from_is_the_first_day_on_which_none_of_todays_deciding_criteria_decides(
    case: Path, tmp_path: Path
) -> None:
    tree, expected = bundle(case)
    record = record_of(tree, expected["patient"], tmp_path)
    today = judge(record, expected["as_of"])
    if today.eligible_from is None:
        assert today.outcome is not Outcome.LATER
        return
    deciding = {c.id for c in today.criteria if c.decides}

    def stands(on: date) -> bool:
        then = [c for c in judge(record, on).criteria if c.id in deciding]
        return any(c.decides or c.reason is Reason.IMPRECISE_DATE for c in then)

    assert not stands(today.eligible_from)
    if (today.eligible_from - today.as_of).days <= 500:
        days = range(1, (today.eligible_from - today.as_of).days)
        assert all(stands(today.as_of + timedelta(n)) for n in days)
    else:
        assert stands(today.eligible_from - timedelta(1))


def test_an_empty_chart_is_never_met_or_not_met_but_for_what_the_patient_resource_says(tmp_path: Path) -> None:
    for gender, sure in (("female", {"I1"}), ("male", {"I1", "E7"}), ("unknown", {"I1"})):
        tree = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {**STRANGER, "gender": gender}}]}
        found = judge(record_of(tree, "stranger", tmp_path), "2021-03-01")
        assert {c.id for c in found.criteria if c.verdict is not Verdict.UNKNOWN} == sure
        assert found.outcome is Outcome.NO_SIGNAL


@every_case
def test_until_its_last_day_time_takes_nothing_away(case: Path, tmp_path: Path) -> None:
    """What speaks for the patient on the first eligible day stays until `eligible_until`, and not one day longer."""
    tree, expected = bundle(case)
    record = record_of(tree, expected["patient"], tmp_path)
    today = judge(record, expected["as_of"])
    if today.eligible_until is None:
        return
    first = today.eligible_from or today.as_of
    held = {c.id for c in judge(record, first).criteria if c.speaks_for}
    span = (today.eligible_until - first).days
    for days in {0, span // 3, span // 2, span - 1, span} - {-1}:
        then = judge(record, first + timedelta(days=days))
        assert held <= {c.id for c in then.criteria if c.speaks_for}
    after = judge(record, today.eligible_until + timedelta(days=1))
    assert not held <= {c.id for c in after.criteria if c.speaks_for}
