"""Which records some loaded study can use. The others leave only type, id and date.

A record is kept when its concept is in a value set of any loaded study, when its answer or a component is (an
organism, a diagnosis as a finding), or when its free text names one. Drugs known only by a reference or by words that no
list knows, consents, study subjects and reports with a conclusion are always kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.book import Book, Memo
from fhir_screener.fhir.decode.events import visit_kinds
from fhir_screener.fhir.decode.lean import (
    DRUGS,
    ConditionLean,
    DrugLean,
    EncounterLean,
    Given,
    Glimpse,
    ImmunizationLean,
    Lean,
    ObservationLean,
    Period,
    ProcedureLean,
    Raw,
    ReportLean,
    Stay,
    Valued,
)
from fhir_screener.fhir.decode.tolerant import plain
from fhir_screener.terminology.coding import STANDARD, Concept

Judge = Callable[[Any], Lean | Glimpse]
"""Takes a record in its form; gives it back, or a glimpse of it."""


_SPELLINGS = 200_000
_KINDS = {"Condition": "diagnosis", "Observation": "test", "Procedure": "procedure"}
"""Types whose records leave a local name, and what it names."""
_NAMED = ("Condition", "Procedure")
"""Types whose records may be named by nothing that is known. A drug so named is a fact of its own."""


class Relevance:
    """Decides, per record, whether it is kept."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._seen: dict[bytes, bool] = {}
        self._tests: dict[bytes, bool | None] = {}
        """Whether a test counts; None for one that nobody can name."""
        self._nameless: Memo[bool] = Memo(lambda raw: self._says_nothing(book.concept[raw].concept), _SPELLINGS)
        self._billed: Memo[bool] = Memo(
            lambda raw: is_drug_code(book.concept[raw].concept) and book.unlisted[raw], _SPELLINGS
        )
        """Whether a procedure's code is that of a drug that no list knows."""
        self.by_kind: dict[str, Judge] = {
            "Condition": self._condition,
            "Observation": self._observation,
            "DiagnosticReport": self._report,
            **dict.fromkeys(DRUGS, self._drug),
            "Procedure": self._procedure,
            "Immunization": self._immunization,
            "Encounter": self._encounter,
            "Consent": self._keep,
            "ResearchSubject": self._keep,
            "List": self._keep,
        }
        for kind in book.terminology.site.complete.keys() & set(_NAMED):
            self.by_kind[kind] = self._marked(self.by_kind[kind])
        for kind, named in _KINDS.items() if book.terminology.note_unread else ():
            self.by_kind[kind] = self._noted(self.by_kind[kind], named)

    def _noted(self, judge: Judge, kind: str) -> Judge:
        """The same judge; what it drops leaves its name, where nobody knows it."""
        names = Memo(lambda raw: self._book.local_name(kind, raw), _SPELLINGS)

        def judged(record: Any) -> Lean | Glimpse:
            found = judge(record)
            if found is not record and (name := names[bytes(record.code)]) is not None:
                cast(Glimpse, found).name = name
            return found

        return judged

    def _marked(self, judge: Judge) -> Judge:
        """The same judge; what it drops is marked where nobody can say what it is: there, absence is no answer."""

        def judged(record: Any) -> Lean | Glimpse:
            found = judge(record)
            if isinstance(found, Glimpse):
                found.unread = self._book.terminology.unread(self._book.concept[bytes(record.code)].concept)
            return found

        return judged

    def _wanted(self, raw: Raw | bytes) -> bool:
        """Whether a concept is in a set that counts. The memory is a plain dict: this is asked of every record."""
        key = bytes(raw)
        try:
            return self._seen[key]
        except KeyError:
            if len(self._seen) > _SPELLINGS:
                self._seen.clear()
            found = self._seen[key] = self._book.concept[key].wanted
            return found

    def _told(self, note: Raw) -> bool:
        return bool(note) and self._names(elements.notes(plain(note)))

    def _names(self, text: str) -> bool:
        """Whether a narrative names anything that counts."""
        return len(text) > 1 and bool(self._book.told[text.encode()])

    def _keep(self, record: Lean) -> Lean | Glimpse:
        return record

    def _encounter(self, one: EncounterLean) -> Lean | Glimpse:
        if self._book.visits and any(known.wanted for known in visit_kinds(one, self._book)):
            return one
        if one.reasonCode and self._used(one.reasonCode):
            return one
        period = elements.ends(one.period)
        return Stay(one.id, one.meta, period.start, end=period.end)

    def _condition(self, one: ConditionLean) -> Lean | Glimpse:
        if self._wanted(one.code) or self._told(one.note) or self._book.tested[bytes(one.code)]:
            return one
        date = one.onsetDateTime or _start(one.onsetPeriod) or one.recordedDate
        return Glimpse(one.id, one.meta, date, self._nameless[bytes(one.code)])

    def _observation(self, one: ObservationLean) -> Lean | Glimpse:
        try:
            wanted = self._tests[bytes(one.code)]
        except KeyError:
            wanted = self._test(one.code)
        if wanted:
            return one
        if one.valueCodeableConcept and self._wanted(one.valueCodeableConcept):
            return one
        if one.component and self._components(one.component):
            return one
        if one.valueString and self._names(one.valueString):
            return one
        if one.note and self._told(one.note):
            return one
        date = one.effectiveDateTime or _start(one.effectivePeriod) or one.effectiveInstant or one.issued
        return Glimpse(one.id, one.meta, date, wanted is None)

    def _test(self, raw: Raw) -> bool | None:
        """Whether a test counts, or its local name holds that of one that does."""
        key = bytes(raw)
        if len(self._tests) > _SPELLINGS:
            self._tests.clear()
        counts = self._wanted(raw) or bool(key and self._book.near[key])
        found = self._tests[key] = None if not counts and self._nameless[key] else counts
        return found

    def _says_nothing(self, concept: Concept) -> bool:
        """Whether it is a code of an unknown system without a word, or no code at all."""
        words = concept.text or any(one.display or one.system in STANDARD for one in concept.codings)
        return not words and not self._book.terminology.site.lists(concept)

    def _components(self, parts: list[Valued]) -> bool:
        for part in parts:
            if self._wanted(part.code):
                return True
            if part.valueCodeableConcept and self._wanted(part.valueCodeableConcept):
                return True
            if part.valueString and self._names(part.valueString):
                return True
        return False

    def _report(self, one: ReportLean) -> Lean | Glimpse:
        if self._wanted(one.code) or (one.conclusion and one.conclusion.strip()) or one.conclusionCode:
            return one
        if one.result or one.contained or one.presentedForm:
            return one
        return Glimpse(one.id, one.meta, one.effectiveDateTime or _start(one.effectivePeriod) or one.issued)

    def _drug(self, one: DrugLean) -> Lean | Glimpse:
        if one.medicationReference or one.medication or not one.medicationCodeableConcept:
            return one
        raw = bytes(one.medicationCodeableConcept)
        if self._wanted(raw) or self._book.unlisted[raw] or self._told(one.note):
            return one
        date = one.effectiveDateTime or _start(one.effectivePeriod) or one.authoredOn or one.whenHandedOver
        return self._given(one, date or one.dateAsserted)

    def _procedure(self, one: ProcedureLean) -> Lean | Glimpse:
        if self._wanted(one.code) or one.usedReference or (one.usedCode and self._used(one.usedCode)):
            return one
        if self._told(one.note) or self._billed[bytes(one.code)]:
            return one
        return self._given(one, one.performedDateTime or _start(one.performedPeriod))

    def _given(self, one: DrugLean | ProcedureLean, date: str | None) -> Glimpse:
        """A glimpse that keeps the reasons, where some may be a diagnosis that counts."""
        refers = bytes(one.reasonReference)
        if b"Condition/" not in refers and b"urn:" not in refers:
            refers = b""
        coded = bytes(one.reasonCode) if one.reasonCode and self._used(one.reasonCode) else b""
        if not (refers or coded) or not happened(one):
            return Glimpse(one.id, one.meta, date, isinstance(one, ProcedureLean) and self._nameless[bytes(one.code)])
        return Given(one.id, one.meta, date, reference=refers, code=coded)

    def _used(self, raw: Raw) -> bool:
        return any(self._book.known(one).wanted for one in self._book.concepts[bytes(raw)])

    def _immunization(self, one: ImmunizationLean) -> Lean | Glimpse:
        if self._wanted(one.vaccineCode) or self._told(one.note):
            return one
        return Glimpse(one.id, one.meta, one.occurrenceDateTime, self._nameless[bytes(one.vaccineCode)])


_DRUG_CODES = re.compile(r"(?:J\d{4}|Q5\d{3})$|6-00")


def is_drug_code(concept: Concept) -> bool:
    """Whether a procedure's code is that of a drug given: HCPCS J and Q5, the drugs of Germany's OPS."""
    return any(
        _DRUG_CODES.match(one.code) and any(name in one.system.lower() for name in _BILLED) for one in concept.codings
    )


_BILLED = ("hcpcs", "2.16.840.1.113883.6.285", "/ops")
_NOT = frozenset(
    (
        "entered-in-error",
        "not-done",
        "not-taken",
        "intended",
        "cancelled",
        "draft",
        "declined",
        "preparation",
        "unknown",
    )
)


def happened(one: DrugLean | ProcedureLean) -> bool:
    """Whether the record says, as it stands, that the drug was given or ordered, the procedure done."""
    if one.status in _NOT or one.modifierExtension:
        return False
    return not isinstance(one, DrugLean) or (
        one.doNotPerform is not True and (one.intent or "order") not in ("plan", "proposal", "option")
    )


def date_of(record: Lean) -> str | None:
    """The date by which `Seen.since` counts a kept record, as recorded."""
    for name in record.dates:
        value = getattr(record, name)
        if value is None:
            continue
        text = value if isinstance(value, str) else _start(value)
        if text:
            return text
    return None


def _start(period: Period | None) -> str | None:
    return (period.start or period.end) if period is not None else None
