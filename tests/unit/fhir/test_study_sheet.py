"""What a ResearchStudy says of a study file."""

from __future__ import annotations

from pathlib import Path

import pytest

import fhir_screener
from fhir_screener.criteria.model import Study
from fhir_screener.fhir.task.support import StudySheet, research_study
from fhir_screener.studies.load import Catalog
from tests.builders.tasks import IDENTITY

MAPPINGS = Path(fhir_screener.__file__).parents[1] / "mappings"


def study(**source: str) -> Study:
    return Study("NCT1", "A trial", "1", "sha256:x", "UTC", (), source=dict(source))


@pytest.mark.parametrize(
    ("registry", "system"),
    [
        ("ClinicalTrials.gov", "http://clinicaltrials.gov"),
        ("https://trials.example/ids", "https://trials.example/ids"),
        ("A registry nobody knows", ""),
        ("", ""),
    ],
)
def test_a_known_registry_or_a_uri_is_the_system_of_the_identifier(registry: str, system: str) -> None:
    identifiers = research_study(StudySheet.of(study(registry=registry)), IDENTITY)["identifier"]
    assert identifiers[1:] == ([{"system": system, "value": "NCT1"}] if system else [])


def test_the_trial_that_comes_with_us_is_found_by_its_registry_number() -> None:
    (trial,) = Catalog(MAPPINGS).load(["NCT04660565"]).studies
    assert {"system": "http://clinicaltrials.gov", "value": "NCT04660565"} in research_study(
        StudySheet.of(trial), IDENTITY
    )["identifier"]
