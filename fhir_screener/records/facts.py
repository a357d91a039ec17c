"""The typed facts of a chart: what a criterion may look at, and nothing else.

Dates stay as recorded strings; `dates.read_date` makes intervals of them in a study's zone. `hits` tells which value
sets of the loaded studies the fact's concept is in. `ref` is `Type/id`.
"""

from __future__ import annotations

import msgspec

from fhir_screener.terminology.coding import NOTHING, Coding, Concept
from fhir_screener.terminology.unit_words import readable
from fhir_screener.terminology.valueset import NO_HITS, Hit, Hits, hit_among


class Quantity(msgspec.Struct, frozen=True, gc=False):
    """A FHIR Quantity; `unit` is the UCUM code where the system says so, else the unit as written."""

    value: float
    unit: str = ""
    comparator: str = ""
    text: str = ""
    """The number as recorded, digits kept."""

    def __str__(self) -> str:
        number = self.text or f"{self.value:g}"
        return f"{self.comparator}{number} {readable(self.unit)}".strip()


class Span(msgspec.Struct, frozen=True, gc=False):
    """When something happened or went on: a point (`start == end`), or a period whose ends may be missing.

    `text` is used where FHIR gives words instead of a date (onsetString). `spread`: it did not go on for all that time, but
    happened on one day of it, which nobody recorded (an age in years).
    """

    start: str | None = None
    end: str | None = None
    text: str = ""
    spread: bool = False

    @property
    def empty(self) -> bool:
        return self.start is None and self.end is None


NO_SPAN = Span()


class Value(msgspec.Struct, frozen=True, gc=False):
    """One result: at most one of the value[x] choices, plus interpretation and absence."""

    concept: Concept | None = None
    quantity: Quantity | None = None
    text: str = ""
    boolean: bool | None = None
    integer: int | None = None
    date: str | None = None
    low: Quantity | None = None
    high: Quantity | None = None
    interpretation: tuple[Concept, ...] = ()
    absent: str = ""
    """dataAbsentReason: a code or words; then there is no result."""
    unread: str = ""
    """The name of a value[x] that we do not read (SampledData and the like)."""
    range_text: str = ""

    @property
    def answered(self) -> bool:
        """Whether there is any value[x]."""
        parts = (self.concept, self.quantity, self.boolean, self.integer, self.date)
        return any(part is not None for part in parts) or bool(self.text or self.unread)

    @property
    def plain(self) -> bool:
        """Whether there is no word or flag that could say otherwise than the number."""
        return not (self.text or self.interpretation or self.absent) and self.concept is None and self.boolean is None

    @property
    def empty(self) -> bool:
        return not (self.answered or self.interpretation)


class Fact(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What every fact has. `version` and `updated` are meta.versionId and meta.lastUpdated."""

    ref: str
    version: str = ""
    updated: str | None = None
    status: str = ""
    concept: Concept = NOTHING
    hits: Hits = NO_HITS
    note: str = ""
    modified: bool = False
    """Whether it, or a part of it, carries a modifier extension that is not understood: it may mean the opposite."""

    def hit(self, names: frozenset[str]) -> Hit | None:
        """Why the fact is in the first of these sets, by name, that it is in."""
        return hit_among(self.hits, names)


UNREADABLE = "unreadable"
"""A status that is there and is no code that anybody knows."""


class Condition(Fact, frozen=True, kw_only=True, gc=False):
    """Condition (R4 9.2). `clinical` and `verification` are the codes of these two elements, "" where missing."""

    clinical: str = ""
    verification: str = ""
    categories: tuple[str, ...] = ()
    onset: Span = NO_SPAN
    abatement: Span = NO_SPAN
    abated: bool = False
    """An abatement without a date (abatementBoolean of old, abatementString, or an age we cannot place)."""
    recorded: str | None = None
    encounter: Span = NO_SPAN
    family: bool = False


class Component(msgspec.Struct, frozen=True, gc=False):
    """One component of an Observation."""

    concept: Concept
    hits: Hits
    value: Value


QUESTIONS = frozenset({"survey", "social-history"})
"""Categories of Observations that are answers to a question: one that names a test is no test."""


class Observation(Fact, frozen=True, kw_only=True, gc=False):
    """Observation (R4 10.1), or a DiagnosticReport seen as one: `report` is then true and `text` its conclusion."""

    effective: Span = NO_SPAN
    issued: str | None = None
    value: Value = Value()
    components: tuple[Component, ...] = ()
    members: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    other_subject: bool = False
    """`focus`, or a specimen of somebody else: never this patient's result."""
    report: bool = False
    conclusions: tuple[Concept, ...] = ()
    attached: str = ""
    """The words attached to a report that has a conclusion beside them."""
    near: Hits = NO_HITS
    """The tests that its local name looks like, without being one of their names."""


class Dose(msgspec.Struct, frozen=True, gc=False):
    """One dosage instruction, as far as it is coded. Amounts per intake; `text` where there are words besides."""

    low: Quantity | None = None
    high: Quantity | None = None
    rate: bool = False
    times: float | None = None
    """Intakes per `period` of `unit` (s, min, h, d, wk, mo, a); None where not coded."""
    times_max: float | None = None
    period: float | None = None
    unit: str = ""
    as_needed: bool = False
    bounds: Span = NO_SPAN
    bounds_days: float | None = None
    sequence: int | None = None
    text: str = ""
    route: str = ""
    per_period: Quantity | None = None
    """maxDosePerPeriod, an upper bound, already per day."""
    once: bool = False
    """Timing.repeat.count = 1, or a single event."""


class Medication(Fact, frozen=True, kw_only=True, gc=False):
    """One record of a drug, whichever resource held it.

    `kind` is statement, request, administration, dispense or procedure. `span` is effective, performed or the dispensed supply's
    start; `authored` is authoredOn, whenHandedOver or whenPrepared; `asserted` is dateAsserted. `unresolved` names a Medication
    reference that nothing resolved.
    """

    kind: str
    intent: str = ""
    do_not: bool = False
    reported: bool = False
    """Told by somebody and not ordered here (MedicationRequest.reported[x]): so some systems list what is taken at home."""
    span: Span = NO_SPAN
    moment: bool = False
    """Whether `span` is one moment at which it was taken, which says nothing of its end."""
    authored: str | None = None
    replaces: str = ""
    """The order that this one replaces (MedicationRequest.priorPrescription), as `Type/id`."""
    asserted: str | None = None
    supply_days: float | None = None
    doses: tuple[Dose, ...] = ()
    dose_text: str = ""
    systemic: bool | None = None
    """Whether route and form make it systemic; None where neither is known."""
    reasons: tuple[Concept, ...] = ()
    unresolved: str = ""
    unlisted: bool = False
    """Named only in words or local codes that no list of drugs knows: it may be anything."""
    only_named: bool = False
    """A procedure that has to do with the drug and is not the giving of it: teaching, a test, a level."""
    form: str = ""
    strength: Quantity | None = None


class Mention(Fact, frozen=True, kw_only=True, gc=False):
    """Something named beside a record's own subject: in a note, a narrative, a conclusion, or as a coded answer.

    `hits` are the sets named, with the stance of the words; `dated` is the record's date, an upper bound of what it tells
    of. `coded`: an answer's code says so, not words. `reason`: it is what a drug, a procedure or a visit was for.
    """

    dated: str | None = None
    coded: bool = False
    reason: bool = False


class Treatment(msgspec.Struct, frozen=True, gc=False):
    """A drug given or procedure done for a stated reason: what may corroborate a diagnosis.

    `reasons` are `Type/id` of the conditions it was given for; `sets` the value sets that its coded reasons are in.
    """

    ref: str
    version: str = ""
    date: str | None = None
    reasons: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()


class Procedure(Fact, frozen=True, kw_only=True, gc=False):
    """Procedure (R4 9.3)."""

    span: Span = NO_SPAN


class Encounter(Fact, frozen=True, kw_only=True, gc=False):
    """Encounter (R4 8.11). `concept` is its type, else its class; `hits` are those of type, class and service.

    `reasons`: coded reasons, and references to Conditions as `Concept((), "Condition/id")`; `discharge` is where the
    patient went.
    """

    span: Span = NO_SPAN
    reasons: tuple[Concept, ...] = ()
    discharge: Concept = NOTHING


class Immunization(Fact, frozen=True, kw_only=True, gc=False):
    """Immunization (R4 11.1)."""

    occurred: str | None = None


class Consent(Fact, frozen=True, kw_only=True, gc=False):
    """Consent (R4 6.2): `research` from its scope; `studies` names what its provision or policy points to.

    `permit` is permit, deny or ""; for `excepted` it is the opposite.
    """

    research: bool = False
    permit: str = ""
    studies: tuple[str, ...] = ()
    excepted: tuple[str, ...] = ()
    period: Span = NO_SPAN
    dated: str | None = None
    broad: bool = False
    """True where the consent names no study at all."""
    at_large: tuple[Span, ...] = ()
    """When provisions within it say the opposite of research at large: one that denies as a whole may so permit it."""


class Subject(Fact, frozen=True, kw_only=True, gc=False):
    """ResearchSubject (R4 8.5): `study` is the reference or identifier of its study."""

    study: str = ""
    period: Span = NO_SPAN
    unresolved: bool = False
    """Whether nothing tells which study it is: it may be any."""


class Patient(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Patient (R4 8.1). `deceased` is a date, True, or None; `replaced_by` a reference to the survivor."""

    id: str
    version: str = ""
    updated: str | None = None
    active: bool | None = None
    gender: str = ""
    birth_date: str | None = None
    deceased: str | bool | None = None
    replaced_by: str = ""
    labels: tuple[Coding, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def ref(self) -> str:
        return f"Patient/{self.id}"
