"""Which records some loaded study can use. The others leave only type, id and date.

A record is kept when its concept is in a value set of any loaded study, when its answer or a component is (an
organism, a diagnosis as a finding), or when its free text names one. Drugs known only by a reference, consents, study
subjects and reports with a conclusion are always kept.
"""

from __future__ import annotations

from typing import Any, cast

import msgspec

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.lean import (
    DRUGS,
    EMPTY,
    ConditionLean,
    DrugLean,
    EncounterLean,
    Glimpse,
    ImmunizationLean,
    Lean,
    ObservationLean,
    ProcedureLean,
    Raw,
    ReportLean,
    Stay,
)
from fhir_screener.fhir.decode.tolerant import BROKEN, plain
from fhir_screener.records.facts import NO_SPAN


class _Part(msgspec.Struct, gc=False):
    code: Raw = EMPTY
    valueCodeableConcept: Raw = EMPTY
    valueString: Raw = EMPTY


_parts = msgspec.json.Decoder(list[_Part]).decode


class Relevance:
    """Decides, per record, whether it is kept."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._concepts = book.concept
        self.by_kind = {
            "Condition": self._condition,
            "Observation": self._observation,
            "DiagnosticReport": self._report,
            **dict.fromkeys(DRUGS, self._drug),
            "Procedure": self._procedure,
            "Immunization": self._immunization,
            "Encounter": self._encounter,
            "Consent": self._keep,
            "ResearchSubject": self._keep,
        }

    def __call__(self, kind: str, record: Lean) -> Lean | Glimpse:
        """The record itself, or a glimpse of it."""
        return self.by_kind[kind](record)

    def _wanted(self, raw: Raw) -> bool:
        return self._concepts[bytes(raw)].wanted

    def _told(self, note: Raw) -> bool:
        return bool(note) and self._book.words(elements.notes(plain(note))).wanted

    def _keep(self, record: Lean) -> Lean | Glimpse:
        return record

    def _encounter(self, record: Lean) -> Lean | Glimpse:
        one = cast(EncounterLean, record)
        period = elements.span(plain(one.period)) if one.period else NO_SPAN
        return Stay(one.id, one.meta, period.start, period.end)

    def _condition(self, record: Lean) -> Lean | Glimpse:
        one = cast(ConditionLean, record)
        if self._wanted(one.code) or self._told(one.note):
            return one
        return Glimpse(one.id, one.meta, one.onsetDateTime or _start(one.onsetPeriod) or one.recordedDate)

    def _observation(self, record: Lean) -> Lean | Glimpse:
        one = cast(ObservationLean, record)
        if self._concepts[bytes(one.code)].wanted:
            return one
        if one.valueCodeableConcept and self._wanted(one.valueCodeableConcept):
            return one
        if one.component and self._components(one.component):
            return one
        if one.valueString and self._book.words(one.valueString).wanted:
            return one
        if one.note and self._told(one.note):
            return one
        date = one.effectiveDateTime or _start(one.effectivePeriod) or one.effectiveInstant or one.issued
        return Glimpse(one.id, one.meta, date)

    def _components(self, raw: Raw) -> bool:
        try:
            parts: list[Any] = _parts(raw)
        except BROKEN:
            return True
        for part in parts:
            if self._wanted(part.code):
                return True
            if part.valueCodeableConcept and self._wanted(part.valueCodeableConcept):
                return True
            if part.valueString and self._wanted(part.valueString):
                return True
        return False

    def _report(self, record: Lean) -> Lean | Glimpse:
        one = cast(ReportLean, record)
        if self._wanted(one.code) or (one.conclusion and one.conclusion.strip()) or one.conclusionCode:
            return one
        if one.result or one.contained:
            return one
        return Glimpse(one.id, one.meta, one.effectiveDateTime or _start(one.effectivePeriod) or one.issued)

    def _drug(self, record: Lean) -> Lean | Glimpse:
        one = cast(DrugLean, record)
        if one.medicationReference or one.medication or not one.medicationCodeableConcept:
            return one
        if self._wanted(one.medicationCodeableConcept):
            return one
        date = one.effectiveDateTime or _start(one.effectivePeriod) or one.authoredOn or one.whenHandedOver
        return Glimpse(one.id, one.meta, date or one.dateAsserted)

    def _procedure(self, record: Lean) -> Lean | Glimpse:
        one = cast(ProcedureLean, record)
        if self._wanted(one.code) or one.usedReference or (one.usedCode and self._used(one.usedCode)):
            return one
        if self._told(one.note):
            return one
        return Glimpse(one.id, one.meta, one.performedDateTime or _start(one.performedPeriod))

    def _used(self, raw: Raw) -> bool:
        return any(self._book.known(one).wanted for one in self._book.concepts[bytes(raw)])

    def _immunization(self, record: Lean) -> Lean | Glimpse:
        one = cast(ImmunizationLean, record)
        if self._wanted(one.vaccineCode) or self._told(one.note):
            return one
        return Glimpse(one.id, one.meta, one.occurrenceDateTime)


def date_of(record: Lean | Glimpse) -> str | None:
    """The date by which `Seen.since` counts a record, as recorded."""
    if isinstance(record, Glimpse):
        return record.date
    for name in _DATES:
        text = getattr(record, name, None)
        if text:
            return cast(str, text)
    for name in ("effectivePeriod", "onsetPeriod", "performedPeriod"):
        text = _start(getattr(record, name, EMPTY))
        if text:
            return text
    return None


_DATES = (
    "effectiveDateTime", "onsetDateTime", "performedDateTime", "occurrenceDateTime", "effectiveInstant", "authoredOn",
    "whenHandedOver", "whenPrepared", "recordedDate", "issued", "dateAsserted",
)  # fmt: skip


def _start(raw: Raw) -> str | None:
    if not raw:
        return None
    found = elements.span(plain(raw))
    return found.start or found.end
