"""A chart made into a PatientRecord."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Raw

from fhir_screener.fhir.decode import conditions, drugs, elements, events, results
from fhir_screener.fhir.decode.book import SPOILT
from fhir_screener.fhir.decode.chart import Chart
from fhir_screener.fhir.decode.coded_values import strange
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.context import Context
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
    PatientLean,
    ProcedureLean,
    ReportLean,
    Stay,
    WholeLean,
)
from fhir_screener.fhir.decode.medication_list import reconciled
from fhir_screener.fhir.decode.mentions import mentions, reasons
from fhir_screener.fhir.decode.modifiers import modified
from fhir_screener.fhir.decode.relevance import date_of, happened
from fhir_screener.fhir.decode.tolerant import plain, tree_of
from fhir_screener.fhir.decode.treatments import treatments
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
    Span,
    Subject,
)
from fhir_screener.records.patient_record import CHART_TYPES, PatientRecord, Seen, Unmapped
from fhir_screener.terminology.local_name import Name

_DATE, _NAME = attrgetter("date"), attrgetter("name")
F = TypeVar("F", bound=Fact)


class _Facts(msgspec.Struct):
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


def assemble(
    collector: Collector,
    chart: Chart,
    failed: Iterable[str] = (),
    absent: Iterable[str] = (),
    problems: Iterable[str] = (),
) -> PatientRecord | None:
    """One patient's record, or None where the chart lacks the Patient.

    `failed` and `problems`: types that may not be whole, and why. A record that breaks its reading is named in
    `problems`, its type is `failed`; the other records stand.
    """
    versions, _ = chart.of("Patient")
    if not versions:
        return None
    person = events.patient(cast(PatientLean, versions[0]))
    spoilt = versions[0].spoilt
    faults = collector.faults.get(person.id, [])
    context = Context(collector.book, collector.references, collector.library, person.id, person.birth_date)
    if spoilt or modified(versions[0]):
        context.unreadable("Patient", versions[0], spoilt[0] if spoilt else "modifierExtension")
    facts, seen = _Facts(), {}
    for one in chart.of("Encounter")[1]:
        if isinstance(one, Stay) and one.id and (one.date or one.end):
            context.encounters[one.id] = Span(one.date, one.end)
    for record in chart.of("Encounter")[0]:
        if record.id:
            context.encounters[record.id] = elements.ends(cast(EncounterLean, record).period)
    complete, noting = collector.book.terminology.site.complete, collector.book.terminology.note_unread
    for kind in CHART_TYPES:
        if kind not in chart.kept and kind not in chart.seen:
            continue
        kept, glimpses = chart.of(kind)
        dates = filter(None, chain(map(_DATE, glimpses), map(date_of, kept)))
        if kind in complete:
            facts.unread[kind] = sum(one.unread for one in glimpses)
        if noting and any(map(_NAME, glimpses)):
            _note(facts.unmapped, glimpses)
        seen[kind] = Seen(len(kept) + len(glimpses), min(dates, default=None))
        for one in glimpses:
            if isinstance(one, Given) and one.code:
                facts.mentions += reasons(f"{kind}/{one.id or '?'}", one.meta, one.code, one.date, context)
        for record in kept:
            _guarded(_MAKERS[kind], kind, record, context, facts)
    given = treatments(chart, facts.conditions, context)
    types, said = {*failed, *context.lost}, (*problems, *faults, *context.problems)
    made = _record(person, facts, seen, types, absent, said)
    whole = _whole(collector, chart) if chart.raw else {}
    listed = reconciled(map(tree_of, cast(list[WholeLean], chart.of("List")[0]))) if "List" in chart.kept else None
    return replace(made, treatments=given, whole=whole, reconciled=listed) if given or whole or listed else made


def _whole(collector: Collector, chart: Chart) -> dict[str, tuple[dict[str, Any], ...]]:
    """The resources that a study needs as they came."""
    kinds = sorted(collector.book.terminology.whole & chart.raw.keys())
    trees = {kind: [plain(data) for data in chart.whole(kind)] for kind in kinds}
    return {kind: tuple(tree for tree in found if isinstance(tree, dict)) for kind, found in trees.items()}


def _record(
    person: Patient,
    facts: _Facts,
    seen: dict[str, Seen],
    failed: Iterable[str],
    absent: Iterable[str],
    problems: Iterable[str],
) -> PatientRecord:
    unsure: list[Fact] = []
    return PatientRecord(
        patient=person,
        conditions=_plain(facts.conditions, unsure),
        observations=_plain(facts.observations, unsure),
        medications=_plain(facts.medications, unsure),
        procedures=_plain(facts.procedures, unsure),
        immunizations=_plain(facts.immunizations, unsure),
        consents=_plain(facts.consents, unsure),
        subjects=_plain(facts.subjects, unsure),
        mentions=tuple(_standing(facts)),
        encounters=_plain(facts.encounters, unsure),
        modified=tuple(unsure),
        seen=seen,
        failed=frozenset(failed),
        absent=frozenset(absent),
        unread={kind: count for kind, count in facts.unread.items() if count > 0},
        unmapped=tuple(Unmapped(name, date) for name, date in facts.unmapped.items()),
        problems=tuple(problems),
    )


def _note(names: dict[Name, str | None], glimpses: Iterable[Glimpse]) -> None:
    """Enter the names that nobody knows, each with its newest date; one that has none may be of any day."""
    for one in glimpses:
        if (name := one.name) is None:
            continue
        known = names.get(name, "")
        names[name] = max(known, one.date) if known is not None and one.date else None


def _plain(facts: list[F], unsure: list[Fact]) -> tuple[F, ...]:
    """The facts that are what they say; the others are put to the `unsure`."""
    if not any(fact.modified for fact in facts):
        return tuple(facts)
    unsure += [fact for fact in facts if fact.modified]
    return tuple(fact for fact in facts if not fact.modified)


def _standing(facts: _Facts) -> Iterable[Mention]:
    """What is named, but for what only a preliminary report names that a final one of the same test and day replaced."""
    early = [fact for fact in facts.observations if fact.status == "preliminary"] if facts.mentions else []
    if not early:
        return facts.mentions
    final = {_test_and_day(fact) for fact in facts.observations if fact.status in ("final", "amended", "corrected")}
    replaced = {fact.ref for fact in early if _test_and_day(fact) in final}
    return [one for one in facts.mentions if one.ref not in replaced]


def _test_and_day(fact: Observation) -> tuple[str, str]:
    return fact.concept.code, (fact.effective.start or fact.issued or "")[:10]


def _guarded(make: _Make, kind: str, record: Lean, context: Context, facts: _Facts) -> None:
    what = _unreadable(kind, record, context)
    if what:
        context.unreadable(kind, record, what)
    try:
        make(kind, record, context, facts)
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


_Make = Callable[[str, Any, Context, _Facts], None]
"""Makes the facts of one record of its type."""


def _condition(kind: str, one: ConditionLean, context: Context, facts: _Facts) -> None:
    fact = conditions.condition(one, context)
    facts.conditions.append(fact)
    _count(kind, fact, context, facts)
    tested = context.book.tested[bytes(one.code)]
    if fact.note or (tested and fact.verification != "refuted" and not fact.family):
        _beside(kind, one, fact, context, facts)


def _beside(kind: str, record: Lean, fact: Fact, context: Context, facts: _Facts) -> None:
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


def _observation(kind: str, one: ObservationLean, context: Context, facts: _Facts) -> None:
    fact = results.observation(one, context)
    facts.observations.append(fact)
    speaks = fact.note or one.valueString or one.component or one.valueCodeableConcept or one.interpretation
    if speaks and not fact.other_subject:
        _beside(kind, one, fact, context, facts)
    if one.hasMember:
        _members(one.hasMember, context, facts)


def _report(kind: str, one: ReportLean, context: Context, facts: _Facts) -> None:
    found = results.report(one, context)
    facts.observations.extend(found)
    if found and (one.note or one.conclusion or one.conclusionCode or one.presentedForm):
        _beside(kind, one, found[0], context, facts)
    if one.result:
        _members(one.result, context, facts)


def _members(references: Raw, context: Context, facts: _Facts) -> None:
    """Results that name no patient themselves, reachable only through their panel or report; each once."""
    if not context.library.results:
        return
    for ref in context.references.refs(plain(references)):
        found = context.library.results.get(ref.removeprefix("Observation/"))
        if found is not None and not any(known.ref == ref for known in facts.observations):
            _observation("Observation", cast(ObservationLean, found), context, facts)


def _drug(kind: str, one: DrugLean, context: Context, facts: _Facts) -> None:
    _for_what(kind, one, context, facts)
    found = drugs.medication(kind, one, context)
    if found is not None:
        facts.medications.append(found)
    if one.note:
        _beside(kind, one, found or _bare(kind, one, context), context, facts)


def _for_what(kind: str, record: DrugLean | ProcedureLean | EncounterLean, context: Context, facts: _Facts) -> None:
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


def _procedure(kind: str, one: ProcedureLean, context: Context, facts: _Facts) -> None:
    _for_what(kind, one, context, facts)
    fact = events.procedure(one, context)
    given = drugs.administered(one, fact.hits, fact.span, context)
    if fact.hits or fact.note or given is None:
        facts.procedures.append(fact)
        _count(kind, fact, context, facts)
    if given is not None:
        facts.medications.append(given)
    if fact.note and not _never_said(fact):
        # A drug that only the note names is already taken to be given.
        own = {**fact.hits, **(given.hits if given is not None else {})}
        facts.mentions += mentions(kind, one, own, fact.concept.label, context)


def _immunization(kind: str, one: ImmunizationLean, context: Context, facts: _Facts) -> None:
    fact = events.immunization(one, context)
    facts.immunizations.append(fact)
    if fact.note:
        _beside(kind, one, fact, context, facts)


def _encounter(kind: str, one: EncounterLean, context: Context, facts: _Facts) -> None:
    _for_what(kind, one, context, facts)
    facts.encounters.append(events.encounter(one, context))


def _consent(kind: str, one: WholeLean, context: Context, facts: _Facts) -> None:
    facts.consents.append(events.consent(one, context))


def _subject(kind: str, one: WholeLean, context: Context, facts: _Facts) -> None:
    facts.subjects.append(events.subject(one, context))


def _count(kind: str, fact: Fact, context: Context, facts: _Facts) -> None:
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
