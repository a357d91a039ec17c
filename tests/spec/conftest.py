"""Tools of the manual: a rule as a study file writes it, a few facts, a day, and the answer.

Every test in this folder is a paragraph of the manual. The value sets are tiny and made up here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from fhir_screener.criteria.blank import Scope, filled
from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.kinds import build_rule
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.records.patient_record import PatientRecord, Seen
from fhir_screener.studies.yaml_text import parse_yaml
from fhir_screener.terminology.coding import CVX, LOINC, RXNORM, SNOMED, Coding, Concept
from fhir_screener.terminology.terms import Terminology
from fhir_screener.terminology.valueset import Entry, ValueSet
from tests.spec import facts as make

AS_OF = date(2021, 3, 1)
ZONE = "Asia/Shanghai"


def _set(name: str, kind: str, system: str, *codes: str, names: dict[str, tuple[str, ...]] | None = None) -> ValueSet:
    entries = tuple(Entry(system, code, code, ingredient=name if kind == "drug" else "") for code in codes)
    return ValueSet(name, name, kind, 1, entries, (), names or {})


ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
SETS = Terminology(
    [
        _set("cancer", "condition", SNOMED, "C1", "C2"),
        _set("cancer-history", "condition", SNOMED, "H1"),
        _set("in-situ", "condition", SNOMED, "S1"),
        _set("benign", "condition", SNOMED, "B1"),
        _set("rituximab", "drug", RXNORM, "R1", names={"rituximab": ("rituximab",)}),
        _set("denosumab", "drug", RXNORM, "R2"),
        _set("prednisone", "drug", RXNORM, "P1"),
        _set("prednisolone", "drug", RXNORM, "P2"),
        _set("hbsag", "result", LOINC, "L1"),
        _set("egfr", "result", LOINC, "L2"),
        _set("chest-ct", "result", LOINC, "L3"),
        _set("score", "result", LOINC, "L4"),
        _set("organ", "result", LOINC, "L5"),
        _set("weight", "result", LOINC, "L6"),
        _set("organs", "value", SNOMED, "O1", names={"": ("pancreas",)}),
        _set("hysterectomy", "procedure", SNOMED, "Y1"),
        _set("active-tb", "value", SNOMED, "T1", names={"": ("active tuberculosis",)}),
        _set("pregnancy", "condition", SNOMED, "G1"),
        _set("pregnancy-ended", "condition", SNOMED, "G2"),
        _set("hcg", "result", LOINC, "L6"),
        _set("outcome", "result", LOINC, "L8"),
        _set("lactation", "condition", SNOMED, "G3"),
        _set("weaned", "condition", SNOMED, "G4"),
        _set("breastfeeding", "result", LOINC, "L7"),
        _set("nursing", "value", SNOMED, "N1", names={"": ("哺乳",)}),
        _set("not-nursing", "value", SNOMED, "N2", names={"": ("未哺乳",)}),
        _set("result-positive", "value", SNOMED, "10828004"),
        _set("result-negative", "value", SNOMED, "260385009"),
        _set("result-equivocal", "value", SNOMED, "419984006"),
        _set("result-none", "value", SNOMED, "261665006"),
        _set("vaccine", "vaccine", CVX, "V1"),
        _set("target", "condition", SNOMED, "I1"),
        _set("stay", "encounter", SNOMED, "E1"),
        _set("visit", "encounter", SNOMED, "E2"),
        _set("virtual", "encounter", ACT_CODE, "VR"),
        _set("hospice", "value", SNOMED, "W1"),
    ]
)

Ask = Callable[..., Finding]


def read_rule(text: str, parameters: dict[str, Any] | None = None) -> Any:
    """A rule as a study file writes it."""
    value, lines = parse_yaml(text, "study.yaml")
    return build_rule(Spec(value, file="study.yaml", line_of=lines, sets=SETS.sets, parameters=parameters or {}))


@pytest.fixture
def ask() -> Ask:
    """`ask(rule, fact, fact, on="2021-03-01", patient=...)` -> the finding."""

    def answer(text: str, *facts: Any, on: str | date = AS_OF, **more: Any) -> Finding:
        day = date.fromisoformat(on) if isinstance(on, str) else on
        record = record_of(*facts, **{k: v for k, v in more.items() if k != "parameters"})
        view = View(record, day.toordinal(), ZONE, SETS, "NCT1", more.get("parameters", {}))
        finding: Finding = view.ask(read_rule(text, more.get("parameters")))
        return filled(finding, Scope(record))

    return answer


def record_of(*facts: Any, **more: Any) -> PatientRecord:
    """A record of these facts, each put where it belongs."""
    kinds: dict[str, list[Any]] = {}
    for fact in facts:
        kinds.setdefault("modified" if fact.modified else make.room(fact), []).append(fact)
    patient = more.pop("patient", None) or make.patient()
    seen = {"Observation": Seen(3, "2019-01-01")}
    return PatientRecord(patient, **{k: tuple(v) for k, v in kinds.items()}, **{"seen": seen, **more})


def concept(system: str, code: str, display: str = "") -> Concept:
    return Concept((Coding(system, code, display or code),))
