"""A type of record that the server does not offer: said once, and `not-fetched` only where no source is left."""

from __future__ import annotations

from typing import Any

import pytest

from fhir_screener.criteria.judge import judge
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.criteria.model import Criterion
from fhir_screener.criteria.view import View
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason
from tests.spec import facts as make
from tests.spec.conftest import AS_OF, SETS, ZONE, read_rule, record_of

CANCER = "condition: {in: [cancer], within: P10Y}"
HEPATITIS = "weigh: [{result: {of: [hbsag], within: P3M}}, {condition: {in: [benign]}}]"
RAISED = (
    "weigh: [{condition: {in: [cancer]}}, {result: {of: [hbsag], positive: suspected, negative: context, within: P3M}}]"
)


def answer(rule: str, *facts: Any, absent: set[str], **more: Any) -> CriterionFinding:
    """The answer to a criterion of this one rule, where the server offers none of the types `absent`."""
    record = record_of(*facts, absent=frozenset(absent), **more)
    view = View(record, AS_OF.toordinal(), ZONE, SETS)
    return judge(Criterion("E1", "exclusion", "Any.", read_rule(rule)), view)


def test_a_criterion_without_any_source_is_not_fetched() -> None:
    found = answer(CANCER, absent={"Condition"})
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.NOT_FETCHED)
    assert "The server offers no Condition." in [item.note for item in found.finding.evidence]


@pytest.mark.parametrize("missing", ["Condition", "Observation", "DiagnosticReport"])
def test_another_source_that_is_left_answers(missing: str) -> None:
    assert answer(HEPATITIS, make.result("L1", "negative"), absent={missing}).verdict is NOT_MET
    assert answer(HEPATITIS, make.result("L1", "positive"), absent={missing}).verdict is MET
    assert answer(HEPATITIS, absent={missing}).reason is Reason.NO_DATA


def test_a_test_that_can_only_raise_a_doubt_is_no_source() -> None:
    assert answer(RAISED, absent={"Observation", "DiagnosticReport"}).reason is Reason.NO_DATA
    assert answer(RAISED, absent={"Condition"}).reason is Reason.NOT_FETCHED


def test_one_kind_of_drug_record_is_enough() -> None:
    rule = "exposure: {to: [rituximab], within: P6M}"
    types = {"MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense", "Procedure"}
    for left in types:
        assert answer(rule, absent=types - {left}).reason is Reason.NO_DATA
    assert answer(rule, absent=types).reason is Reason.NOT_FETCHED


def test_what_the_patient_is_needs_no_records() -> None:
    rule = f"unless: {{rule: {{{CANCER}}}, when: [{{sex: male}}]}}"
    assert answer(rule, absent={"Condition"}).verdict is NOT_MET
    assert answer(rule, absent={"Condition"}, patient=make.patient(gender="female")).reason is Reason.NOT_FETCHED
