"""The trial's own criteria and value sets, against the same published cases."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest
import yaml

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.studies.load import Catalog, Loaded
from fhir_screener.terminology.coding import Coding, Concept, normal_system
from fhir_screener.terminology.terms import Terminology
from fhir_screener.verdict import MET, Reason
from tests.oracle.cases import CASES, ROOT, Case, cases, members
from tests.oracle.compare import HERE, findings

pytestmark = pytest.mark.skipif(not CASES.is_file(), reason="no corpora at hand")

OWN_SETS = yaml.safe_load((HERE / "own_sets.yaml").read_text("utf-8"))


@cache
def all_sets() -> Terminology:
    folder = Catalog(ROOT / "mappings").value_sets
    return Terminology(folder.load(folder.names))


@pytest.mark.parametrize("row", OWN_SETS, ids=[f"{row['ours'][0]}-{row['published'][-8:]}" for row in OWN_SETS])
def test_our_value_sets_hold_what_published_ones_hold(row) -> None:
    missing = {
        code
        for system, code in members()[str(row["published"])]
        if set(row["ours"]).isdisjoint(all_sets().classify(Concept((Coding(normal_system(system), code),))))
    }
    assert members()[str(row["published"])]
    assert missing == set(row.get("except", {}))


@cache
def trial() -> Loaded:
    return Catalog(ROOT / "mappings").load(["NCT04660565"])


def judged(define: str, expected: bool, criterion: str) -> Iterator[tuple[Case, CriterionFinding]]:
    """The trial's criterion in all cases of this answer."""
    for case in (one for each in cases().values() for one in each):
        if case.answers.get(define) is expected:
            yield case, findings(trial(), case)[criterion]


@pytest.mark.parametrize(
    ("criterion", "define", "reason"),
    [
        ("E1", "Has ESRD Diagnosis", Reason.SUSPECTED),
        ("E1", "Has CKD Stage 5 or ESRD Diagnosis Overlaps Measurement Period", Reason.SUSPECTED),
        ("E3", "Has Severe Combined Immunodeficiency", None),
        ("E3", "Has Immunodeficiency", Reason.SUSPECTED),
        ("E4", "Bladder Cancer Diagnosis", None),
        ("E4", "Prostate Cancer Diagnosis", None),
        ("E4", "Malignant Neoplasm", None),
        ("E4", "Has Lymphoreticular Cancer, Multiple Myeloma or Leukemia", None),
        ("E8b", "Has Active HIV Diagnosis Starts On or Before First 240 Days of Measurement Period", None),
        ("E9", "Acute Tuberculosis Diagnosis", None),
    ],
)
def test_a_disease_on_record_is_seen(criterion: str, define: str, reason: Reason | None) -> None:
    """`met`, or left to a person where the protocol does not say how severe."""
    found = [(case.patient, one.verdict, one.reason) for case, one in judged(define, True, criterion)]
    assert found
    assert [one for one in found if (one[1] is MET) is not (reason is None) or one[2] is not reason] == []


@pytest.mark.parametrize(
    ("criterion", "define"),
    [
        ("E4", "Malignant Neoplasm"),
        ("E4", "Has Lymphoreticular Cancer, Multiple Myeloma or Leukemia"),
        ("E8a", "Has Hepatitis or Liver Disease Diagnosis"),
        ("E9", "Acute Tuberculosis Diagnosis"),
    ],
)
def test_a_disease_that_nobody_has_is_not_made_up(criterion: str, define: str) -> None:
    assert [case.patient for case, one in judged(define, False, criterion) if one.verdict is MET] == []
