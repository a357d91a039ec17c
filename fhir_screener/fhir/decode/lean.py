"""What is read of each resource type: the elements a criterion may need, and no more.

Concepts, quantities and other parts with a structure stay raw bytes until somebody asks: most records concern nobody,
and many parts are spelled alike and are read once (see `book`). Element names are those of FHIR R4.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from fhir_screener.terminology.local_name import Name

Raw = msgspec.Raw
EMPTY = Raw(b"")


class Meta(msgspec.Struct, gc=False):
    """Resource.meta, as far as it tells versions apart."""

    versionId: str | None = None
    lastUpdated: str | None = None


class Period(msgspec.Struct, gc=False):
    """A Period; dates as recorded."""

    start: str | None = None
    end: str | None = None


class Lean(msgspec.Struct, gc=False):
    """What all resources have. `spoilt` names the elements that are there and could not be read.

    `dates` names the elements that date the record, best first; `parts` those read whose own parts may be modified.
    """

    dates: ClassVar[tuple[str, ...]] = ()
    parts: ClassVar[tuple[str, ...]] = ()
    id: str | None = None
    meta: Meta | None = None
    status: str | None = None
    modifierExtension: Raw = EMPTY
    spoilt: list[str] | None = msgspec.field(default=None, name="(spoilt)")


class About(Lean, gc=False):
    """A resource about a patient."""

    subject: Raw = EMPTY
    code: Raw = EMPTY
    note: Raw = EMPTY
    contained: Raw = EMPTY


class ConditionLean(About, gc=False):
    """Condition (R4 9.2); `assertedDate` is STU3's recordedDate."""

    dates: ClassVar[tuple[str, ...]] = ("onsetDateTime", "onsetPeriod", "recordedDate")
    parts: ClassVar[tuple[str, ...]] = ("stage",)
    clinicalStatus: Raw = EMPTY
    verificationStatus: Raw = EMPTY
    category: Raw = EMPTY
    encounter: Raw = EMPTY
    onsetDateTime: str | None = None
    onsetPeriod: Period | None = None
    onsetAge: Raw = EMPTY
    onsetRange: Raw = EMPTY
    onsetString: str | None = None
    abatementDateTime: str | None = None
    abatementPeriod: Period | None = None
    abatementAge: Raw = EMPTY
    abatementRange: Raw = EMPTY
    abatementString: str | None = None
    abatementBoolean: bool | None = None
    recordedDate: str | None = None
    assertedDate: str | None = None
    stage: Raw = EMPTY


class Valued(About, gc=False):
    """value[x] and what qualifies it, in Observation and Observation.component."""

    parts: ClassVar[tuple[str, ...]] = ("referenceRange",)
    valueQuantity: Raw = EMPTY
    valueCodeableConcept: Raw = EMPTY
    valueString: str | None = None
    valueBoolean: bool | None = None
    valueInteger: int | None = None
    valueDateTime: str | None = None
    valueTime: str | None = None
    valuePeriod: Period | None = None
    valueRange: Raw = EMPTY
    valueRatio: Raw = EMPTY
    valueSampledData: Raw = EMPTY
    dataAbsentReason: Raw = EMPTY
    interpretation: Raw = EMPTY
    referenceRange: Raw = EMPTY


class ObservationLean(Valued, gc=False):
    """Observation (R4 10.1)."""

    dates: ClassVar[tuple[str, ...]] = ("effectiveDateTime", "effectivePeriod", "effectiveInstant", "issued")
    category: Raw = EMPTY
    focus: Raw = EMPTY
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    effectiveInstant: str | None = None
    effectiveTiming: Raw = EMPTY
    issued: str | None = None
    specimen: Raw = EMPTY
    hasMember: Raw = EMPTY
    component: list[Valued] | None = None


class ReportLean(About, gc=False):
    """DiagnosticReport (R4 10.3)."""

    dates: ClassVar[tuple[str, ...]] = ("effectiveDateTime", "effectivePeriod", "issued")
    category: Raw = EMPTY
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    issued: str | None = None
    result: Raw = EMPTY
    conclusion: str | None = None
    conclusionCode: Raw = EMPTY
    presentedForm: Raw = EMPTY


class DrugLean(About, gc=False):
    """MedicationStatement, MedicationRequest, MedicationAdministration, MedicationDispense (R4 11.1-11.4).

    `medication` is R5's shape of medication[x], `taken` STU3's: both mark a record of another version.
    """

    dates: ClassVar[tuple[str, ...]] = (
        "effectiveDateTime",
        "effectivePeriod",
        "authoredOn",
        "whenHandedOver",
        "whenPrepared",
        "dateAsserted",
    )
    parts: ClassVar[tuple[str, ...]] = ("dosage", "dosageInstruction")
    medicationCodeableConcept: Raw = EMPTY
    medicationReference: Raw = EMPTY
    medication: Raw = EMPTY
    taken: str | None = None
    intent: str | None = None
    doNotPerform: bool | None = None
    reportedBoolean: bool | None = None
    reportedReference: Raw = EMPTY
    effectiveDateTime: str | None = None
    effectivePeriod: Period | None = None
    dateAsserted: str | None = None
    authoredOn: str | None = None
    priorPrescription: Raw = EMPTY
    whenHandedOver: str | None = None
    whenPrepared: str | None = None
    daysSupply: Raw = EMPTY
    dosage: Raw = EMPTY
    dosageInstruction: Raw = EMPTY
    reasonCode: Raw = EMPTY
    reasonReference: Raw = EMPTY


class ProcedureLean(About, gc=False):
    """Procedure (R4 9.3)."""

    dates: ClassVar[tuple[str, ...]] = ("performedDateTime", "performedPeriod")
    performedDateTime: str | None = None
    performedPeriod: Period | None = None
    performedAge: Raw = EMPTY
    performedRange: Raw = EMPTY
    performedString: str | None = None
    usedCode: Raw = EMPTY
    usedReference: Raw = EMPTY
    reasonCode: Raw = EMPTY
    reasonReference: Raw = EMPTY


class ImmunizationLean(Lean, gc=False):
    """Immunization (R4 11.5)."""

    dates: ClassVar[tuple[str, ...]] = ("occurrenceDateTime",)
    subject: Raw = msgspec.field(default=EMPTY, name="patient")
    vaccineCode: Raw = EMPTY
    occurrenceDateTime: str | None = None
    occurrenceString: str | None = None
    note: Raw = EMPTY


class EncounterLean(Lean, gc=False):
    """Encounter (R4 8.11): its period dates what happened in it; the rest is for rules about encounters."""

    dates: ClassVar[tuple[str, ...]] = ("period",)
    parts: ClassVar[tuple[str, ...]] = ("hospitalization", "diagnosis")
    subject: Raw = EMPTY
    period: Period | None = None
    type: Raw = EMPTY
    klass: Raw = msgspec.field(default=EMPTY, name="class")
    serviceType: Raw = EMPTY
    reasonCode: Raw = EMPTY
    reasonReference: Raw = EMPTY
    diagnosis: Raw = EMPTY
    hospitalization: Raw = EMPTY


class PatientMeta(Meta, gc=False):
    """Patient.meta: its security labels may say that nobody is behind it."""

    security: Raw = EMPTY


class PatientLean(Lean, gc=False):
    """Patient (R4 8.1)."""

    meta: PatientMeta | None = None
    active: bool | None = None
    gender: str | None = None
    birthDate: str | None = None
    deceasedBoolean: bool | None = None
    deceasedDateTime: str | None = None
    name: Raw = EMPTY
    link: Raw = EMPTY


class WholeLean(Lean, gc=False):
    """A rare type that is read as a whole, when it is needed: `body` is the resource as it came."""

    subject: Raw = EMPTY
    body: bytes = msgspec.field(default=b"", name="(body)")


class ConsentLean(WholeLean, gc=False):
    """Consent (R4 6.2)."""

    subject: Raw = msgspec.field(default=EMPTY, name="patient")


class SubjectLean(WholeLean, gc=False):
    """ResearchSubject (R4 8.5)."""

    subject: Raw = msgspec.field(default=EMPTY, name="individual")


class Glimpse(msgspec.Struct, gc=False):
    """What is kept of a record that no loaded study can use."""

    id: str | None
    meta: Meta | None
    date: str | None
    unread: bool = False
    """Nobody can say what it is about: no list knows its code, and it has no words. Of the types that a site states to be
    complete, words that no list knows are none."""
    name: Name | None = None
    """What it is called, where nobody knows the name, and where that is asked."""


class Stay(Glimpse, gc=False):
    """What is kept of an Encounter: its period."""

    end: str | None = None


class Given(Glimpse, gc=False):
    """What is kept of a drug or procedure that says what it was given for: its reasons, as they stand in the JSON."""

    reference: bytes = b""
    code: bytes = b""


DRUGS = {
    "MedicationStatement": "statement",
    "MedicationRequest": "request",
    "MedicationAdministration": "administration",
    "MedicationDispense": "dispense",
}
"""Resource type -> Medication.kind."""

FORMS: dict[str, type[Lean]] = {
    "Condition": ConditionLean,
    "Observation": ObservationLean,
    "DiagnosticReport": ReportLean,
    **dict.fromkeys(DRUGS, DrugLean),
    "Procedure": ProcedureLean,
    "Immunization": ImmunizationLean,
    "Encounter": EncounterLean,
    "Consent": ConsentLean,
    "ResearchSubject": SubjectLean,
    "List": WholeLean,
    "Patient": PatientLean,
    "Medication": WholeLean,
    "ResearchStudy": WholeLean,
    "Specimen": WholeLean,
}
"""Every type that is read, and its form."""

SHARED = frozenset({"Medication", "ResearchStudy", "Specimen"})
"""The types that belong to no single chart."""

OURS = ("body", "spoilt")
"""Fields that are no elements of FHIR."""

SUBJECT_NEEDED = frozenset(
    {
        "Condition",
        "MedicationStatement",
        "MedicationRequest",
        "MedicationAdministration",
        "Procedure",
        "Immunization",
        "ResearchSubject",
    }
)
"""The types that FHIR R4 gives no existence without a subject."""
