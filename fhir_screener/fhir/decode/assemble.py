"""A chart made into a PatientRecord."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar, cast

from fhir_screener.fhir.decode import elements, events
from fhir_screener.fhir.decode.chart import Chart
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.context import Context
from fhir_screener.fhir.decode.facts_of import Facts, take
from fhir_screener.fhir.decode.lean import EncounterLean, Given, Glimpse, PatientLean, Stay, WholeLean
from fhir_screener.fhir.decode.medication_list import reconciled
from fhir_screener.fhir.decode.mentions import reasons
from fhir_screener.fhir.decode.modifiers import modified
from fhir_screener.fhir.decode.relevance import date_of
from fhir_screener.fhir.decode.tolerant import plain, tree_of
from fhir_screener.fhir.decode.treatments import treatments
from fhir_screener.records.facts import Fact, Mention, Observation, Patient, Span
from fhir_screener.records.patient_record import CHART_TYPES, PatientRecord, Seen, Unmapped
from fhir_screener.terminology.local_name import Name

_DATE, _NAME, _UNREAD = attrgetter("date"), attrgetter("name"), attrgetter("unread")
F = TypeVar("F", bound=Fact)


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
    _visits(chart, context)
    facts = Facts()
    seen = {
        kind: _read(kind, chart, context, facts) for kind in CHART_TYPES if kind in chart.kept or kind in chart.seen
    }
    given = treatments(chart, facts.conditions, context)
    types, said = {*failed, *context.lost}, (*problems, *faults, *context.problems)
    if chart.two_persons():
        types |= set(CHART_TYPES)
        said = (*said, f"Patient/{person.id} stands here as two persons: whose the records are, nobody can say")
    made = _record(person, facts, seen, types, absent, said)
    whole = _whole(collector, chart) if chart.raw else {}
    listed = reconciled(map(tree_of, cast(list[WholeLean], chart.of("List")[0]))) if "List" in chart.kept else None
    return replace(made, treatments=given, whole=whole, reconciled=listed) if given or whole or listed else made


def _visits(chart: Chart, context: Context) -> None:
    """Note when each visit was: other records are dated by theirs."""
    kept, glimpses = chart.of("Encounter")
    for one in glimpses:
        if isinstance(one, Stay) and one.id and (one.date or one.end):
            context.encounters[one.id] = Span(one.date, one.end)
    for record in kept:
        if record.id:
            context.encounters[record.id] = elements.ends(cast(EncounterLean, record).period)


def _read(kind: str, chart: Chart, context: Context, facts: Facts) -> Seen:
    """Make the facts of all records of a type; how many there are, and since when."""
    kept, glimpses = chart.of(kind)
    terminology = context.book.terminology
    if kind in terminology.site.complete:
        facts.unread[kind] = sum(one.unread for one in glimpses)
    elif not terminology.site.complete and (nameless := sum(map(_UNREAD, glimpses))):
        records = "1 record has" if nameless == 1 else f"{nameless} records have"
        context.problems.append(f"{kind}: {records} a code that no list knows, and no words")
    if terminology.note_unread and any(map(_NAME, glimpses)):
        _note(facts.unmapped, glimpses)
    for one in glimpses:
        if isinstance(one, Given) and one.code:
            facts.mentions += reasons(f"{kind}/{one.id or '?'}", one.meta, one.code, one.date, context)
    for record in kept:
        take(kind, record, context, facts)
    dates = filter(None, chain(map(_DATE, glimpses), map(date_of, kept)))
    return Seen(len(kept) + len(glimpses), min(dates, default=None))


def _whole(collector: Collector, chart: Chart) -> dict[str, tuple[dict[str, Any], ...]]:
    """The resources that a study needs as they came."""
    kinds = sorted(collector.book.terminology.whole & chart.raw.keys())
    trees = {kind: [plain(data) for data in chart.whole(kind)] for kind in kinds}
    return {kind: tuple(tree for tree in found if isinstance(tree, dict)) for kind, found in trees.items()}


def _record(
    person: Patient,
    facts: Facts,
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


def _standing(facts: Facts) -> Iterable[Mention]:
    """What is named, but for what only a preliminary report names that a final one of the same test and day replaced."""
    early = [fact for fact in facts.observations if fact.status == "preliminary"] if facts.mentions else []
    if not early:
        return facts.mentions
    final = {_test_and_day(fact) for fact in facts.observations if fact.status in ("final", "amended", "corrected")}
    replaced = {fact.ref for fact in early if _test_and_day(fact) in final}
    return [one for one in facts.mentions if one.ref not in replaced]


def _test_and_day(fact: Observation) -> tuple[str, str]:
    return fact.concept.code, (fact.effective.start or fact.issued or "")[:10]
