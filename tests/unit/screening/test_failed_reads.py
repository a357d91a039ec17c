"""A failure to read is never an answer: with a type that failed nobody is a candidate, and no Task changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from fhir_screener.fhir.files import FolderSource
from fhir_screener.records.patient_record import CHART_TYPES, PatientRecord
from fhir_screener.screening.screen import screen
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.studies.load import Catalog, Loaded
from fhir_screener.verdict import Reason, Verdict
from tests.cases.test_cases import HERE

CASE = HERE / "nct04660565" / "B00" / "bundle.json"
DRUGS = ("MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense")


@cache
def loaded() -> Loaded:
    return Catalog(Path(__file__).parents[3] / "mappings").load(["nct04660565"])


@cache
def candidate() -> PatientRecord:
    (record,) = FolderSource(CASE, loaded().terminology)
    return record


def judged(*failed: str) -> Screening:
    record = replace(candidate(), failed=frozenset(failed))
    return screen(loaded().studies[0], record, date(2021, 3, 1), loaded().terminology)


def test_read_whole_this_patient_is_a_candidate() -> None:
    assert judged().outcome is Outcome.CANDIDATE
    assert judged().evaluated


NOTHING_HANGS_ON = {"Encounter", "Immunization"}
"""They date other records, and explain results away: without them less is settled, never more."""


@pytest.mark.parametrize("kind", sorted(set(CHART_TYPES) - NOTHING_HANGS_ON))
def test_with_any_type_unread_never_more_than_a_case_to_look_at(kind: str) -> None:
    found = judged(kind)
    assert found.outcome is Outcome.REVIEW
    assert not found.evaluated


@pytest.mark.parametrize(
    ("criterion", "kinds"),
    [pytest.param("I3", ("Observation",), id="a newer score"), *(("I4", (kind,)) for kind in DRUGS)],
)
def test_what_a_lost_record_could_overturn_is_no_longer_met(criterion: str, kinds: tuple[str, ...]) -> None:
    def of(found: Screening) -> tuple[Verdict, Reason | None]:
        one = next(one for one in found.criteria if one.id == criterion)
        return one.verdict, one.reason

    assert of(judged()) == (Verdict.MET, None)
    assert of(judged(*kinds)) == (Verdict.UNKNOWN, Reason.NOT_FETCHED)
