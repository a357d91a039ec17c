"""Each type's records made into facts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import msgspec
from msgspec import Raw

from fhir_screener.fhir.decode import conditions, drugs, events, results
from fhir_screener.fhir.decode.book import SPOILT
from fhir_screener.fhir.decode.coded_values import strange
from fhir_screener.fhir.decode.context import Context
from fhir_screener.fhir.decode.lean import (
    DRUGS,
    ConditionLean,
    DrugLean,
    EncounterLean,
    ImmunizationLean,
    Lean,
    ObservationLean,
    ProcedureLean,
    ReportLean,
    WholeLean,
)
from fhir_screener.fhir.decode.mentions import mentions, operated, reasons
from fhir_screener.fhir.decode.relevance import date_of, happened
from fhir_screener.fhir.decode.tolerant import plain
from fhir_screener.records.facts import (
    Condition,
    Consent,
    Encounter,
    Fact,
    Immunization,
    Medication,
    Mention,
    Observation,
    Procedure,
    Subject,
)
from fhir_screener.terminology.local_name import Name


class Facts(msgspec.Struct):
    """What is made of a chart, record by record: `unread` and `unmapped` as in PatientRecord."""

    conditions: list[Condition] = []
    observations: list[Observation] = []
    medications: list[Medication] = []
    procedures: list[Procedure] = []
    immunizations: list[Immunization] = []
    consents: list[Consent] = []
    subjects: list[Subject] = []
    mentions: list[Mention] = []
    encounters: list[Encounter] = []
    unread: dict[str, int] = {}
    unmapped: dict[Name, str | None] = {}


def take(kind: str, record: Lean, context: Context, facts: Facts) -> None:
    """Make the facts of one record. One that cannot be understood is said in the context, and its type is lost."""
    what = _unreadable(kind, record, context)
    if what:
        context.unreadable(kind, record, what)
    try:
        _MAKERS[kind](kind, record, context, facts)
    except (TypeError, ValueError, AttributeError, KeyError, IndexError, ArithmeticError, RecursionError) as error:
        # Charts can hold anything: what nobody foresaw costs this record, is said, and stops nothing else.
        context.lost.add(kind)
        context.problems.append(f"{kind}/{record.id or '?'}: could not be understood ({type(error).__name__})")


def _unreadable(kind: str, record: Lean, context: Context) -> str:
    """An element on which the record's meaning turns, and which is there and cannot be read; "" usually."""
    if record.spoilt:
        return record.spoilt[0]
    if kind == "Observation" and (parts := cast(ObservationLean, record).component):
        spoilt = next((part.spoilt for part in parts if part.spoilt), None)
        if spoilt:
            return f"component.{spoilt[0]}"
    name = "vaccineCode" if kind == "Immunization" else "code"
    code = getattr(record, name, None)
    if code and context.book.concept[bytes(code)] is SPOILT:
        return name
    return strange(kind, record)


_Make = Callable[[str, Any, Context, Facts], None]
"""Makes the facts of one record of its type."""


def _condition(kind: str, one: ConditionLean, context: Context, facts: Facts) -> None:
    fact = conditions.condition(one, context)
    facts.conditions.append(fact)
    _count(kind, fact, context, facts)
    tested = context.book.tested[bytes(one.code)]
    if fact.note or (tested and fact.verification != "refuted" and not fact.family):
        _beside(kind, one, fact, context, facts)


def _beside(kind: str, record: Lean, fact: Fact, context: Context, facts: Facts) -> None:
    """What the record names besides its own subject; nothing of it counts in what counts as never said."""
    if not _never_said(fact):
        facts.mentions += mentions(kind, record, fact.hits, fact.concept.label, context)


def _never_said(fact: Fact) -> bool:
    """Whether a record of this status counts for nothing at all (SEMANTICS 5); a drug of status unknown may be taken."""
    if isinstance(fact, Condition) and fact.verification == "entered-in-error":
        return True
    if isinstance(fact, Observation) and fact.status == "unknown":
        return True
    return fact.status in ("entered-in-error", "cancelled", "registered")


def _observation(kind: str, one: ObservationLean, context: Context, facts: Facts) -> None:
    fact = results.observation(one, context)
    facts.observations.append(fact)
    speaks = fact.note or one.valueString or one.component or one.valueCodeableConcept or one.interpretation
    if speaks and not fact.other_subject:
        _beside(kind, one, fact, context, facts)
    if one.hasMember:
        _members(one.hasMember, context, facts)


def _report(kind: str, one: ReportLean, context: Context, facts: Facts) -> None:
    found = results.report(one, context)
    facts.observations.extend(found)
    if found and (one.note or one.conclusion or one.conclusionCode or one.presentedForm):
        _beside(kind, one, found[0], context, facts)
    if one.result:
        _members(one.result, context, facts)


def _members(references: Raw, context: Context, facts: Facts) -> None:
    """Results that name no patient themselves, reachable only through their panel or report; each once."""
    if not context.library.results:
        return
    for ref in context.references.refs(plain(references)):
        found = context.library.results.get(ref.removeprefix("Observation/"))
        if found is not None and not any(known.ref == ref for known in facts.observations):
            _observation("Observation", cast(ObservationLean, found), context, facts)


def _drug(kind: str, one: DrugLean, context: Context, facts: Facts) -> None:
    _for_what(kind, one, context, facts)
    found = drugs.medication(kind, one, context)
    if found is not None:
        facts.medications.append(found)
    if one.note:
        _beside(kind, one, found or _bare(kind, one, context), context, facts)


def _for_what(kind: str, record: DrugLean | ProcedureLean | EncounterLean, context: Context, facts: Facts) -> None:
    """The diagnoses that the record states as its reason, where what it tells of took place."""
    if record.reasonCode and (_took_place(record) if isinstance(record, EncounterLean) else happened(record)):
        ref = f"{kind}/{record.id or '?'}"
        facts.mentions += reasons(ref, record.meta, bytes(record.reasonCode), date_of(record), context)


def _took_place(visit: EncounterLean) -> bool:
    return visit.status not in _NO_VISIT and not visit.modifierExtension


_NO_VISIT = frozenset({"planned", "cancelled", "entered-in-error", "unknown"})


def _bare(kind: str, record: DrugLean, context: Context) -> Fact:
    """The drug of a record that no study asks about, for the note beside it."""
    raw = bytes(record.medicationCodeableConcept)
    return Fact(**context.common(kind, record), concept=context.book.concept[raw].concept)


def _procedure(kind: str, one: ProcedureLean, context: Context, facts: Facts) -> None:
    _for_what(kind, one, context, facts)
    fact = events.procedure(one, context)
    given = drugs.administered(one, fact.hits, fact.span, context)
    if fact.hits or fact.note or given is None:
        facts.procedures.append(fact)
        _count(kind, fact, context, facts)
    if given is not None:
        facts.medications.append(given)
    if fact.hits:
        facts.mentions += operated(one, fact.concept, fact.hits, context)
    if fact.note and not _never_said(fact):
        # A drug that only the note names is already taken to be given.
        own = {**fact.hits, **(given.hits if given is not None else {})}
        facts.mentions += mentions(kind, one, own, fact.concept.label, context)


def _immunization(kind: str, one: ImmunizationLean, context: Context, facts: Facts) -> None:
    fact = events.immunization(one, context)
    facts.immunizations.append(fact)
    if fact.note:
        _beside(kind, one, fact, context, facts)


def _encounter(kind: str, one: EncounterLean, context: Context, facts: Facts) -> None:
    _for_what(kind, one, context, facts)
    facts.encounters.append(events.encounter(one, context))


def _consent(kind: str, one: WholeLean, context: Context, facts: Facts) -> None:
    facts.consents.append(events.consent(one, context))


def _subject(kind: str, one: WholeLean, context: Context, facts: Facts) -> None:
    facts.subjects.append(events.subject(one, context))


def _count(kind: str, fact: Fact, context: Context, facts: Facts) -> None:
    """Whether nobody can say what a kept record is about, where that is asked."""
    if not fact.hits and kind in context.book.terminology.site.complete:
        facts.unread[kind] += context.book.terminology.unread(fact.concept)


_MAKERS: dict[str, _Make] = {
    "Condition": _condition,
    "Observation": _observation,
    "DiagnosticReport": _report,
    **dict.fromkeys(DRUGS, _drug),
    "Procedure": _procedure,
    "Immunization": _immunization,
    "Encounter": _encounter,
    "Consent": _consent,
    "ResearchSubject": _subject,
}
