"""Everything that was read about one patient, and what could not be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from fhir_screener.records.facts import (
    Condition,
    Consent,
    Encounter,
    Fact,
    Immunization,
    Medication,
    Mention,
    Observation,
    Patient,
    Procedure,
    Subject,
    Treatment,
)
from fhir_screener.terminology.local_name import Name

CHART_TYPES = (
    "Condition",
    "Observation",
    "MedicationStatement",
    "MedicationRequest",
    "MedicationAdministration",
    "MedicationDispense",
    "Procedure",
    "Encounter",
    "DiagnosticReport",
    "Immunization",
    "Consent",
    "ResearchSubject",
)
"""What is read about a patient besides the Patient itself."""


class Seen(msgspec.Struct, frozen=True, gc=False):
    """How many records of one type were read, and the oldest of their dates (as recorded, or None)."""

    count: int = 0
    since: str | None = None


class Unmapped(NamedTuple):
    """What is kept of records that no study can use and nobody can name: the local name, and the newest of their dates.

    `date` is as recorded; None where one of them has none.
    """

    name: Name
    date: str | None


@dataclass(frozen=True, slots=True)
class PatientRecord:
    """One patient's chart as facts.

    Only records that some loaded study can use are here; `seen` counts all that were read. `failed` names types whose
    request failed (what hangs on them is `not-fetched`), `absent` types the server does not offer at all.
    """

    patient: Patient
    conditions: tuple[Condition, ...] = ()
    observations: tuple[Observation, ...] = ()
    medications: tuple[Medication, ...] = ()
    procedures: tuple[Procedure, ...] = ()
    immunizations: tuple[Immunization, ...] = ()
    consents: tuple[Consent, ...] = ()
    subjects: tuple[Subject, ...] = ()
    mentions: tuple[Mention, ...] = ()
    encounters: tuple[Encounter, ...] = ()
    modified: tuple[Fact, ...] = ()
    """Facts of any type that may mean the opposite of what they say (`Fact.modified`): in none of the others."""
    treatments: tuple[Treatment, ...] = ()
    """Looked for only where a diagnosis stands on one encounter alone."""
    seen: Mapping[str, Seen] = field(default_factory=dict)
    failed: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    whole: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    """{type: its resources as they came}, of types that a loaded study needs so."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """{type: records named by nothing that any list knows}, of the types that the site states to be complete."""
    unmapped: tuple[Unmapped, ...] = ()
    """Each local name once, where it is asked for (`Terminology.note_unread`)."""
    reconciled: str | None = None
    """When the medication list was last put in order, as recorded; None where no such List was seen."""
    problems: tuple[str, ...] = ()
    """Records that could not be understood at all: `Type/id: what`."""
