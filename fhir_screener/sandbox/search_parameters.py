"""Which search parameters the server knows, by resource type (FHIR R4 search parameter registry, the part we use).

A row reads `name: kind element ... -> Type ...;`: the kind of parameter, the elements it looks at, and for a
reference the types it may point to (none named: any). Kinds: token, reference, date, quantity, string, uri,
and `exists`: a token that is `true` for any value but `false`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from fhir_screener.sandbox.resource_types import R4_TYPES


@dataclass(frozen=True, slots=True)
class Parameter:
    """One search parameter; two with the same kind and elements share an index."""

    name: str
    kind: str
    elements: tuple[str, ...]
    targets: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        return self.kind, self.elements


_EVERY = """
_id: id id; _lastUpdated: updated meta.lastUpdated; _tag: token meta.tag; _profile: uri meta.profile;
_security: token meta.security;
"""
_SUBJECT = """
identifier: token identifier; status: token status; subject: reference subject -> Patient Group Device Location;
patient: reference subject -> Patient;
"""
_DRUG = (
    _SUBJECT
    + """
code: token medicationCodeableConcept; medication: reference medicationReference -> Medication;
category: token category;
"""
)
_OTHER = """
identifier: token identifier; status: token status; code: token code; date: date date;
subject: reference subject; patient: reference subject patient -> Patient;
"""

_BY_TYPE: dict[str, str] = {
    "AuditEvent": """
        date: date recorded; type: token type; action: token action; outcome: token outcome;
        agent: reference agent.who; entity: reference entity.what;
        patient: reference agent.who entity.what -> Patient;
    """,
    "CarePlan": _SUBJECT
    + """
        category: token category; intent: token intent; date: date period;
        encounter: reference encounter -> Encounter; condition: reference addresses -> Condition;
    """,
    "Condition": """
        identifier: token identifier; code: token code; category: token category;
        clinical-status: token clinicalStatus; verification-status: token verificationStatus;
        severity: token severity; subject: reference subject -> Patient Group;
        patient: reference subject -> Patient; encounter: reference encounter -> Encounter;
        onset-date: date onsetDateTime onsetPeriod; abatement-date: date abatementDateTime abatementPeriod;
        recorded-date: date recordedDate;
    """,
    "Consent": """
        identifier: token identifier; status: token status; category: token category; scope: token scope;
        date: date dateTime; period: date provision.period; patient: reference patient -> Patient;
        consentor: reference performer; purpose: token provision.purpose;
    """,
    "Device": """
        identifier: token identifier; status: token status; type: token type;
        device-name: string deviceName.name; patient: reference patient -> Patient;
        organization: reference owner -> Organization;
    """,
    "DiagnosticReport": _SUBJECT
    + """
        code: token code; category: token category; date: date effectiveDateTime effectivePeriod;
        issued: date issued; conclusion: token conclusionCode; result: reference result -> Observation;
        encounter: reference encounter -> Encounter; based-on: reference basedOn;
    """,
    "Encounter": _SUBJECT
    + """
        class: token class; type: token type; date: date period; reason-code: token reasonCode;
        diagnosis: reference diagnosis.condition; location: reference location.location -> Location;
        service-provider: reference serviceProvider -> Organization;
    """,
    "Group": """
        identifier: token identifier; type: token type; actual: token actual; code: token code;
        member: reference member.entity; managing-entity: reference managingEntity;
    """,
    "Immunization": """
        identifier: token identifier; status: token status; vaccine-code: token vaccineCode;
        patient: reference patient -> Patient; date: date occurrenceDateTime; lot-number: string lotNumber;
    """,
    "List": _SUBJECT
    + """
        code: token code; date: date date; title: string title; item: reference entry.item;
        source: reference source;
    """,
    "Medication": """
        identifier: token identifier; code: token code; status: token status;
        ingredient-code: token ingredient.itemCodeableConcept; ingredient: reference ingredient.itemReference;
    """,
    "MedicationAdministration": _DRUG
    + """
        effective-time: date effectiveDateTime effectivePeriod;
        context: reference context -> Encounter EpisodeOfCare; request: reference request -> MedicationRequest;
    """,
    "MedicationDispense": _DRUG
    + """
        whenhandedover: date whenHandedOver; whenprepared: date whenPrepared;
        context: reference context -> Encounter EpisodeOfCare;
        prescription: reference authorizingPrescription -> MedicationRequest; type: token type;
    """,
    "MedicationRequest": _DRUG
    + """
        intent: token intent; authoredon: date authoredOn; encounter: reference encounter -> Encounter;
        requester: reference requester;
    """,
    "MedicationStatement": _DRUG
    + """
        effective: date effectiveDateTime effectivePeriod;
        context: reference context -> Encounter EpisodeOfCare; source: reference informationSource;
        part-of: reference partOf;
    """,
    "Observation": _SUBJECT
    + """
        code: token code; combo-code: token code component.code; component-code: token component.code;
        category: token category; date: date effectiveDateTime effectivePeriod effectiveInstant effectiveTiming;
        encounter: reference encounter -> Encounter; value-quantity: quantity valueQuantity;
        combo-value-quantity: quantity valueQuantity component.valueQuantity;
        value-concept: token valueCodeableConcept; value-string: string valueString;
        value-date: date valueDateTime valuePeriod; data-absent-reason: token dataAbsentReason;
        has-member: reference hasMember; derived-from: reference derivedFrom;
        specimen: reference specimen -> Specimen; performer: reference performer;
    """,
    "Patient": """
        identifier: token identifier; active: token active; gender: token gender; birthdate: date birthDate;
        deceased: exists deceasedBoolean deceasedDateTime; death-date: date deceasedDateTime; name: string name;
        family: string name.family; given: string name.given; address: string address;
        address-city: string address.city; language: token communication.language;
        link: reference link.other -> Patient RelatedPerson;
        organization: reference managingOrganization -> Organization;
        general-practitioner: reference generalPractitioner;
    """,
    "Procedure": _SUBJECT
    + """
        code: token code; category: token category; date: date performedDateTime performedPeriod;
        encounter: reference encounter -> Encounter; reason-code: token reasonCode;
        reason-reference: reference reasonReference;
    """,
    "Provenance": """
        target: reference target; patient: reference target -> Patient; recorded: date recorded;
        when: date occurredDateTime; agent: reference agent.who; entity: reference entity.what;
        agent-role: token agent.role;
    """,
    "ResearchStudy": """
        identifier: token identifier; status: token status; title: string title; category: token category;
        focus: token focus; date: date period; sponsor: reference sponsor -> Organization;
        protocol: reference protocol -> PlanDefinition;
    """,
    "ResearchSubject": """
        identifier: token identifier; status: token status; date: date period;
        individual: reference individual -> Patient; patient: reference individual -> Patient;
        study: reference study -> ResearchStudy;
    """,
    "Task": """
        identifier: token identifier; group-identifier: token groupIdentifier; code: token code;
        status: token status; business-status: token businessStatus; intent: token intent;
        priority: token priority; performer: token performerType; authored-on: date authoredOn;
        modified: date lastModified; period: date executionPeriod; subject: reference for;
        patient: reference for -> Patient; focus: reference focus; owner: reference owner;
        requester: reference requester; based-on: reference basedOn; part-of: reference partOf -> Task;
        encounter: reference encounter -> Encounter;
    """,
}


def _parameter(row: str) -> Parameter:
    name, _, rest = row.partition(":")
    left, _, right = rest.partition("->")
    kind, *elements = left.split()
    return Parameter(name.strip(), kind, tuple(elements), tuple(right.split()))


@cache
def parameters(kind: str) -> dict[str, Parameter]:
    """Search parameters of a resource type, by name; a type without rows of its own gets a general handful."""
    rows = f"{_EVERY}{_BY_TYPE.get(kind, _OTHER if kind in R4_TYPES else '')}".split(";")
    known = [_parameter(row) for row in rows if row.strip()]
    return {one.name: one for one in known}


@cache
def patient_parameter(kind: str) -> Parameter | None:
    """The parameter that says whose chart a resource belongs to."""
    return parameters(kind).get("patient")
