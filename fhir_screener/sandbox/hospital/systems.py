"""The code systems this hospital's records use, and the short names the catalogues below use for them."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
ATC = "http://www.whocc.no/atc"
UCUM = "http://unitsofmeasure.org"
CVX = "http://hl7.org/fhir/sid/cvx"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
ACT_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
TRIALS = "http://clinicaltrials.gov"
TRIAL = "NCT04660565"

LOCAL_LAB = "urn:fhir-screener:hospital:lab"
LOCAL_DRUG = "urn:fhir-screener:hospital:formulary"
LOCAL_DIAGNOSIS = "urn:fhir-screener:hospital:diagnosis"
OLD_LAB = "urn:oid:2.999.20.1"
OLD_PHARMACY = "urn:oid:2.999.20.2"
"""Systems of the hospital's second campus, under the arc for examples: their codes and names are its own."""
MRN = "urn:fhir-screener:hospital:mrn"
RESEARCH = "urn:fhir-screener:observation"

SHORT = {
    "cm": "http://hl7.org/fhir/sid/icd-10-cm",
    "who": "http://hl7.org/fhir/sid/icd-10",
    "cn": "http://hl7.org/fhir/sid/icd-10-cn",
    "icd11": "http://id.who.int/icd/release/11/mms",
    "sct": SNOMED,
    "rx": RXNORM,
    "atc": ATC,
    "loinc": LOINC,
    "local-dx": LOCAL_DIAGNOSIS,
}


def coding(system: str, code: str, display: str = "") -> Json:
    """One FHIR Coding; `system` is a short name or a URI."""
    made: Json = {"system": SHORT.get(system, system), "code": code}
    if display:
        made["display"] = display
    return made


def concept(system: str, code: str, display: str = "", text: str = "") -> Json:
    """A CodeableConcept of one coding."""
    made: Json = {"coding": [coding(system, code, display)]}
    if text:
        made["text"] = text
    return made


def quantity(value: float, unit: str, code: str = "", comparator: str = "") -> Json:
    """A FHIR Quantity in UCUM; `unit` is shown, `code` is the UCUM code where it differs."""
    made: Json = {"value": value, "unit": unit, "system": UCUM, "code": code or unit}
    if comparator:
        made["comparator"] = comparator
    return made
