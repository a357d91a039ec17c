"""What was given for a diagnosis is remembered, where that diagnosis stands on one encounter alone."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.coding import RXNORM, SNOMED
from tests.builders.charts import CANCER, PREDNISONE, coded, condition, read, resource

CATEGORY = [coded("http://terminology.hl7.org/CodeSystem/condition-category", "encounter-diagnosis")]
ONCE = condition("c", category=CATEGORY)
FOR_IT = [{"reference": "Condition/c"}]
CISPLATIN = coded(RXNORM, "2555", "cisplatin")


def given(kind: str = "MedicationAdministration", **elements):
    drug = {} if kind == "Procedure" else {"medicationCodeableConcept": CISPLATIN}
    code = {"code": coded(SNOMED, "26294005")} if kind == "Procedure" else {}
    return resource(kind, "t", **{"status": "completed", **drug, **code, **elements})


@pytest.mark.parametrize("kind", ["MedicationAdministration", "MedicationStatement", "MedicationDispense", "Procedure"])
def test_a_drug_or_procedure_that_no_study_asks_about(kind) -> None:
    (treatment,) = read(ONCE, given(kind, reasonReference=FOR_IT)).treatments
    assert (treatment.ref, treatment.reasons) == (f"{kind}/t", frozenset({"Condition/c"}))


def test_a_drug_that_some_study_asks_about() -> None:
    drug = given(medicationCodeableConcept=PREDNISONE, reasonReference=FOR_IT, effectiveDateTime="2021-01-02")
    (treatment,) = read(ONCE, drug).treatments
    assert (treatment.reasons, treatment.date) == (frozenset({"Condition/c"}), "2021-01-02")


def test_a_coded_reason_counts_by_its_value_sets() -> None:
    (treatment,) = read(ONCE, given(reasonCode=[CANCER])).treatments
    assert treatment.sets == frozenset({"cancer"})
    assert read(ONCE, given(reasonCode=[coded(SNOMED, "1")])).treatments == ()


@pytest.mark.parametrize(
    "elements",
    [
        {"status": "not-done"},
        {"status": "entered-in-error"},
        {"kind": "MedicationRequest", "intent": "plan", "status": "active"},
        {"kind": "MedicationRequest", "intent": "order", "status": "active", "doNotPerform": True},
    ],
)
def test_what_did_not_happen_is_no_treatment(elements) -> None:
    assert read(ONCE, given(reasonReference=FOR_IT, **elements)).treatments == ()


def test_nothing_is_looked_for_where_every_diagnosis_stands_by_itself() -> None:
    assert read(condition("c"), given(reasonReference=FOR_IT)).treatments == ()
