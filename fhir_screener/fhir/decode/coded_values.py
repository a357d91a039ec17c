"""The codes that FHIR R4 (and the versions beside it) allow in the elements on which a record's meaning turns.

An element that says something else cannot be interpreted: neither that the record counts, nor that it does not.
"""

from __future__ import annotations

from typing import Any

_STATUS = {
    "Observation": "registered preliminary final amended corrected cancelled entered-in-error unknown appended specimen-in-process",
    "DiagnosticReport": "registered partial preliminary modified final amended corrected appended cancelled entered-in-error unknown",
    "MedicationStatement": "active completed entered-in-error intended stopped on-hold unknown not-taken recorded draft",
    "MedicationRequest": "active on-hold ended cancelled completed entered-in-error stopped draft unknown",
    "MedicationAdministration": "in-progress not-done on-hold completed entered-in-error stopped unknown",
    "MedicationDispense": "preparation in-progress cancelled on-hold completed entered-in-error stopped declined unknown",
    "Procedure": "preparation in-progress not-done on-hold stopped completed entered-in-error unknown aborted suspended",
    "Immunization": "completed entered-in-error not-done",
    "Consent": "draft proposed active rejected inactive entered-in-error not-done unknown",
    "ResearchSubject": (
        "candidate eligible follow-up ineligible not-registered off-study on-study on-study-intervention"
        " on-study-observation pending-on-study potential-candidate screening withdrawn active retired draft unknown"
    ),
}
_INTENT = "proposal plan order original-order reflex-order filler-order instance-order option"

ALLOWED: dict[str, dict[str, frozenset[str]]] = {
    kind: {"status": frozenset(text.split())} for kind, text in _STATUS.items()
}
ALLOWED["MedicationRequest"]["intent"] = frozenset(_INTENT.split())
"""{type: {element: its codes}}; each of these elements is required."""
_REQUIRED = {kind: tuple(elements.items()) for kind, elements in ALLOWED.items()}


def strange(kind: str, record: Any) -> str:
    """The name of a required element that lacks its code, "" where all are as they should be."""
    for name, allowed in _REQUIRED.get(kind, ()):
        if getattr(record, name) not in allowed:
            return name
    return ""


CLINICAL = frozenset("active recurrence relapse inactive remission resolved unknown".split())
VERIFICATION = frozenset("unconfirmed provisional differential confirmed refuted entered-in-error unknown".split())
"""Condition.clinicalStatus and Condition.verificationStatus; neither is required."""
