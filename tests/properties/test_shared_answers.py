"""What is remembered between patients changes no answer: a study with an empty memory says the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from fhir_screener.criteria.model import Study
from fhir_screener.criteria.plan import Plan
from fhir_screener.fhir.files import FolderSource
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.screen import screen
from fhir_screener.screening.wire import to_line
from fhir_screener.studies.load import Catalog, Loaded
from tests.builders.cases import tried

TESTS = Path(__file__).parent.parent
CASES = [case / "expected.json" for case in tried()]
AS_OF = date(2021, 3, 1)


@cache
def loaded() -> Loaded:
    return Catalog(TESTS.parent / "mappings").load(["NCT04660565"])


def forgetful() -> Study:
    """The same study, which asks every rule and shares nothing."""
    study = replace(loaded().studies[0])
    study.__dict__["plan"] = Plan()
    return study


def chart(case: Path) -> PatientRecord:
    patient = json.loads(case.read_text("utf-8"))["patient"]
    (record,) = FolderSource(case.parent / "bundle.json", loaded().terminology, only=[patient]).records()
    return record


def line(study: Study, record: PatientRecord) -> bytes:
    return to_line(screen(study, record, AS_OF, loaded().terminology))


@pytest.mark.parametrize("case", CASES, ids=[path.parent.name for path in CASES])
def test_a_study_without_a_memory_says_the_same(case: Path) -> None:
    record = chart(case)
    assert line(loaded().studies[0], record) == line(forgetful(), record)


def test_what_one_patient_leaves_behind_is_not_seen_in_another() -> None:
    charts = [chart(case) for case in CASES]
    before = [line(forgetful(), record) for record in charts]
    assert [line(loaded().studies[0], record) for record in reversed(charts)] == before[::-1]


@pytest.mark.parametrize("kinds", [{"Observation"}, {"Condition", "Procedure"}, {"Consent"}])
def test_charts_that_lack_the_same_types_share_what_is_said_of_it(kinds: set[str]) -> None:
    for case in CASES[:12]:
        record = chart(case)
        for lacking in (replace(record, failed=frozenset(kinds)), replace(record, absent=frozenset(kinds))):
            assert line(loaded().studies[0], lacking) == line(forgetful(), lacking)
