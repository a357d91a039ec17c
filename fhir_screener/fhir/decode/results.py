"""Observations, and DiagnosticReports seen as such, as facts."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.attached import attached_beside, conclusion_of
from fhir_screener.fhir.decode.book import Book, Bounds
from fhir_screener.fhir.decode.context import Context
from fhir_screener.fhir.decode.lean import ObservationLean, ReportLean, Valued
from fhir_screener.fhir.decode.modifiers import modified
from fhir_screener.fhir.decode.references import contained
from fhir_screener.fhir.decode.tolerant import plain, read_part
from fhir_screener.records.facts import NO_SPAN, Component, Observation, Quantity, Span, Value
from fhir_screener.terminology.coding import Concept
from fhir_screener.terminology.panel_words import read_panel
from fhir_screener.terminology.units import factor
from fhir_screener.terminology.valueset import NO_HITS

_OWN_FOCUS = frozenset({"Condition", "Procedure", "Encounter", "Observation", "DiagnosticReport", "ServiceRequest"})
_NO_BOUNDS = Bounds()
_PANEL = 300
"""Characters; a panel as one text is no longer."""


def observation(record: ObservationLean, context: Context, ref: str = "") -> Observation:
    """The fact of an Observation; `ref` where it has no address of its own (contained)."""
    book, code = context.book, bytes(record.code)
    known = book.concept[code]
    elsewhere = bool(record.focus or record.specimen) and _elsewhere(record, context)
    meta, told = record.meta, value(record, book)
    components = _components(record.component, book) if record.component else ()
    if told.text and not components and (panel := _panel(told.text, known.concept, book)):
        told, components = msgspec.structs.replace(told, text=""), panel
    # The one fact there are many of: written out, for `**common` costs as much as all the rest.
    return Observation(
        ref=ref or f"Observation/{record.id or '?'}",
        version=(meta.versionId or "") if meta else "",
        updated=meta.lastUpdated if meta else None,
        status=record.status or "",
        concept=known.concept,
        hits=known.hits,
        note=elements.notes(plain(record.note)) if record.note else "",
        effective=_effective(record),
        issued=record.issued,
        value=told,
        components=components,
        members=context.references.refs(plain(record.hasMember)) if record.hasMember else (),
        categories=book.codes[bytes(record.category)],
        other_subject=elsewhere or book.somebody[code],
        near=book.near[code],
        modified=modified(record),
    )


def _effective(record: ObservationLean) -> Span:
    if record.effectiveDateTime or record.effectiveInstant:
        return elements.point(record.effectiveDateTime or record.effectiveInstant)
    if record.effectivePeriod:
        return elements.ends(record.effectivePeriod)
    if record.effectiveTiming:
        timing = plain(record.effectiveTiming)
        events = sorted(filter(None, map(elements.words, elements.many(timing.get("event"))))) if timing else []
        return Span(events[0], events[-1]) if events else NO_SPAN
    return NO_SPAN


def value(record: Valued, book: Book) -> Value:
    """value[x] with all that qualifies it. What we do not read of it is named in `unread`."""
    bounds = book.bounds[bytes(record.referenceRange)] if record.referenceRange else _NO_BOUNDS
    text, unread, date = record.valueString or "", "", record.valueDateTime
    if record.spoilt:
        unread = next((name for name in record.spoilt if name.startswith("value")), "")
    if record.valueRange or record.valueRatio or record.valuePeriod or record.valueSampledData or record.valueTime:
        text, unread, date = _odd(record)
    number = book.quantity[bytes(record.valueQuantity)] if record.valueQuantity else None
    if record.valueQuantity and number is None and not record.dataAbsentReason:
        unread = "valueQuantity"
    if number is not None and number.unit and any(one and one.unit != number.unit for one in (bounds.low, bounds.high)):
        bounds = _in_its_words(bounds, number.unit, bytes(record.valueQuantity))
    return Value(
        book.concept[bytes(record.valueCodeableConcept)].concept if record.valueCodeableConcept else None,
        number,
        text,
        record.valueBoolean,
        record.valueInteger,
        date,
        bounds.low,
        bounds.high,
        book.concepts[bytes(record.interpretation)] if record.interpretation else (),
        _absent(book.codes[bytes(record.dataAbsentReason)]) if record.dataAbsentReason else "",
        unread,
        bounds.text,
    )


def _in_its_words(bounds: Bounds, unit: str, raw: bytes) -> Bounds:
    """A range that spells its unit as the Quantity `raw` does beside its code is in that code's unit: U/mL beside [arb'U]/mL."""

    def end(one: Quantity | None) -> Quantity | None:
        alike = one is not None and one.unit not in ("", unit) and f'"{one.unit}"'.encode() in raw
        return msgspec.structs.replace(one, unit=unit) if one and alike and factor(one.unit, unit) is None else one

    return Bounds(end(bounds.low), end(bounds.high), bounds.text)


def _absent(codes: tuple[str, ...]) -> str:
    return codes[0] if codes else "unknown"


def _odd(record: Valued) -> tuple[str, str, str | None]:
    """(words, the name of the value[x], date) for kinds that have no field of their own."""
    if record.valueRange:
        tree = plain(record.valueRange)
        ends = (elements.quantity(tree.get(end)) for end in ("low", "high")) if isinstance(tree, dict) else ()
        return " - ".join(str(end) if end else ".." for end in ends), "valueRange", None
    if record.valueRatio:
        return _ratio(plain(record.valueRatio)), "valueRatio", None
    if record.valuePeriod:
        return "", "valuePeriod", elements.ends(record.valuePeriod).start
    if record.valueTime:
        return record.valueTime, "valueTime", None
    return record.valueString or "", "valueSampledData", None


def _ratio(tree: Any) -> str:
    """1:160, as titres are written."""
    parts = [elements.quantity(tree.get(end)) for end in ("numerator", "denominator")] if isinstance(tree, dict) else []
    return ":".join(str(part) if part else "" for part in parts)


def _panel(text: str, concept: Concept, book: Book) -> tuple[Component, ...]:
    """The tests of a panel that is one text, each with its own sign, as components; () where it is no such text."""
    if len(text) > _PANEL or _SOMEBODY.search(concept.label):
        return ()
    named = [(book.known(Concept((), test)), answer) for test, answer in read_panel(text)]
    return tuple(Component(known.concept, known.hits, Value(text=answer)) for known, answer in named)


def _components(parts: list[Valued], book: Book) -> tuple[Component, ...]:
    found = []
    for part in parts:
        code = bytes(part.code)
        known = book.concept[code]
        hits = NO_HITS if book.somebody[code] else known.hits
        found.append(Component(known.concept, hits, value(part, book)))
    return tuple(found)


def _elsewhere(record: ObservationLean, context: Context) -> bool:
    """Whether it is about somebody or something else, or of a specimen that is not this patient's."""
    if record.focus and any(_foreign(one, context) for one in elements.many(plain(record.focus))):
        return True
    tree = plain(record.specimen) if record.specimen else None
    if not isinstance(tree, dict):
        return False
    name = elements.words(tree.get("display"))
    target = context.references.parse(tree.get("reference"))
    owner = ""
    if target is not None and target.kind == "#":
        inside = contained(record.contained, target.id) or {}
        whose = context.references.parse((inside.get("subject") or {}).get("reference"))
        owner, name = whose.ref if whose else "", name or elements.label(inside.get("type"))
    elif target is not None:
        owner, kind = context.library.specimens.get(target.id, ("", ""))
        name = name or kind
    return _another(owner, context) or bool(_SOMEBODY.search(name))


_SOMEBODY = re.compile(r"\b(?:mother|maternal|donor)\b|母|供者|供体|献血", re.IGNORECASE)


def _another(owner: str, context: Context) -> bool:
    return bool(owner) and owner.removeprefix("Patient/") != context.patient


def _foreign(focus: Any, context: Context) -> bool:
    """Whether a focus is neither this patient nor something of this patient's chart."""
    target = context.references.parse(focus.get("reference")) if isinstance(focus, dict) else None
    if target is None:
        return True
    return target.id != context.patient if target.kind in ("Patient", "") else target.kind not in _OWN_FOCUS


def report(record: ReportLean, context: Context) -> list[Observation]:
    """The fact of a DiagnosticReport, and those of the Observations inside it."""
    book = context.book
    known = book.concept[bytes(record.code)]
    said = conclusion_of(record)
    if not (known.wanted or record.contained or record.conclusionCode or said):
        return []
    effective = elements.point(record.effectiveDateTime)
    if effective.empty and record.effectivePeriod:
        effective = elements.ends(record.effectivePeriod)
    conclusions = book.concepts[bytes(record.conclusionCode)] if record.conclusionCode else ()
    fact = Observation(
        **context.common("DiagnosticReport", record),
        concept=known.concept,
        hits=known.hits,
        note=elements.notes(plain(record.note)) if record.note else "",
        effective=effective,
        issued=record.issued,
        value=Value(concept=_answer(conclusions, book), text=said),
        attached=attached_beside(record) if record.presentedForm else "",
        categories=book.codes[bytes(record.category)],
        report=True,
        conclusions=conclusions,
    )
    panel = _panel(fact.value.text, fact.concept, book) if fact.value.text else ()
    if panel:
        fact = msgspec.structs.replace(fact, value=msgspec.structs.replace(fact.value, text=""), components=panel)
    inside = _inside(record, fact, context) if record.contained else []
    if not (known.wanted or fact.value.text or fact.conclusions or panel):
        return inside
    members = context.references.refs(plain(record.result)) if record.result else ()
    return [msgspec.structs.replace(fact, members=members), *inside]


def _answer(conclusions: tuple[Concept, ...], book: Book) -> Concept | None:
    """Coded answers among the conclusions, as one: "positive" where the report is of a single test."""
    found = [one for one in conclusions if not book.answer_sets.isdisjoint(book.known(one).hits)]
    return Concept(tuple(coding for one in found for coding in one.codings), found[0].text) if found else None


def _inside(record: ReportLean, report: Observation, context: Context) -> list[Observation]:
    """Contained Observations; dates and status they lack are the report's."""
    found = []
    for tree in elements.many(plain(record.contained)):
        if not isinstance(tree, dict) or tree.get("resourceType") != "Observation":
            continue
        part = read_part(ObservationLean, tree)
        if not part.contained:
            part.contained = record.contained
        fact = observation(part, context, f"{report.ref}#{part.id or '?'}")
        if context.book.known(fact.concept).wanted:
            dated = fact.effective if not fact.effective.empty else report.effective
            found.append(_changed(fact, dated, report))
    return found


def _changed(fact: Observation, effective: Span, report: Observation) -> Observation:
    return msgspec.structs.replace(
        fact,
        effective=effective,
        issued=fact.issued or report.issued,
        status=fact.status or report.status,
        modified=fact.modified or report.modified,
    )
