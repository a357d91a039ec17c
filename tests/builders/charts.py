"""Resources with good defaults, and the record that comes of them: `read(condition(code=coded(ICD10CM, "C50")))`."""

from __future__ import annotations

from typing import Any

import msgspec

from fhir_screener.fhir.decode.assemble import assemble
from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.references import References
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.terminology.coding import CVX, ICD10, ICD10CM, LOINC, RXNORM, SNOMED
from fhir_screener.terminology.terms import Terminology
from fhir_screener.terminology.valueset import Entry, ValueSet

Json = dict[str, Any]

ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
TERMS = Terminology(
    [
        ValueSet("hbsag", "HBsAg", "result", codes=(Entry(LOINC, "5196-1", "HBsAg"),), names={"": ("HBsAg",)}),
        ValueSet("score", "Score", "result", codes=(Entry(LOINC, "99999-9", "Score"),)),
        ValueSet(
            "cancer",
            "Cancer",
            "condition",
            codes=(
                Entry(ICD10CM, "C50", "Breast"),
                Entry(ICD10, "C50", "Breast"),
                Entry(SNOMED, "254837009", "Breast"),
            ),
            names={"": ("breast cancer", "乳腺癌")},
        ),
        ValueSet(
            "steroids",
            "Steroids",
            "drug",
            codes=(Entry(RXNORM, "8640", "prednisone", ingredient="prednisone"),),
            names={"prednisone": ("prednisone", "泼尼松")},
        ),
        ValueSet(
            "rituximab",
            "Rituximab",
            "drug",
            codes=(Entry(RXNORM, "121191", "rituximab", ingredient="rituximab"),),
            names={"rituximab": ("rituximab", "利妥昔单抗")},
        ),
        ValueSet("ordinary-drugs", "Ordinary", "ordinary", names={"pain": ("paracetamol",)}, stems=("-pril",)),
        ValueSet("delivery", "Delivery", "procedure", codes=(Entry(SNOMED, "236973005", "Delivery"),)),
        ValueSet("hepb-vaccine", "Vaccine", "vaccine", codes=(Entry(CVX, "45", "Hep B"),)),
        ValueSet(
            "stay", "Stay", "encounter", codes=(Entry(ACT_CODE, "IMP", "Inpatient"), Entry(SNOMED, "32485007", "Stay"))
        ),
        ValueSet("positive", "Positive", "value", codes=(Entry(SNOMED, "10828004", "Positive"),)),
    ]
)
"""A few value sets, one of each kind."""

PATIENT: Json = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1963-05-10"}


def coded(system: str, code: str, display: str = "", text: str = "") -> Json:
    """A CodeableConcept of one coding."""
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]} | ({"text": text} if text else {})


HBSAG = coded(LOINC, "5196-1")
CANCER = coded(ICD10CM, "C50.9")
PREDNISONE = coded(RXNORM, "8640")


def resource(kind: str, id_: str | None = "1", **elements: Any) -> Json:
    """A resource about the patient `p`; an element given as None is left out."""
    who = {"Immunization": "patient", "Consent": "patient", "ResearchSubject": "individual"}.get(kind, "subject")
    whole = {"resourceType": kind, "id": id_, who: {"reference": "Patient/p"}, **elements}
    return {name: value for name, value in whole.items() if value is not None}


def condition(id_: str = "1", **elements: Any) -> Json:
    return resource("Condition", id_, **{"code": CANCER, **elements})


def observation(id_: str = "1", **elements: Any) -> Json:
    return resource("Observation", id_, **{"status": "final", "code": HBSAG, **elements})


def statement(id_: str = "1", **elements: Any) -> Json:
    return resource(
        "MedicationStatement", id_, **{"status": "active", "medicationCodeableConcept": PREDNISONE, **elements}
    )


def collect(*resources: Json | bytes, terms: Terminology = TERMS, bases: tuple[str, ...] = ()) -> Collector:
    """These resources, sorted; bytes are a resource spelled out, its type named first."""
    collector = Collector(Book(terms), References(frozenset(bases)))
    for one in resources:
        data = one if isinstance(one, bytes) else msgspec.json.encode(one)
        kind = one["resourceType"] if isinstance(one, dict) else data.split(b'"')[3].decode()
        collector.take(kind, data, f"line of {kind}")
    return collector


def read(*resources: Json | bytes, **options: Any) -> PatientRecord:
    """The record of patient `p` with these resources."""
    patient = [] if any(isinstance(one, dict) and one["resourceType"] == "Patient" for one in resources) else [PATIENT]
    collector = collect(*patient, *resources, **options)
    record = assemble(collector, collector.charts["p"])
    assert record is not None
    return record
