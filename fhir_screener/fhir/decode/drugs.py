"""Drugs, whichever resource holds them, as facts; and what a Medication resource says of itself."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.book import Known
from fhir_screener.fhir.decode.context import Context
from fhir_screener.fhir.decode.dosage import NO_INSTRUCTIONS, Instructions
from fhir_screener.fhir.decode.lean import DRUGS, DrugLean, ProcedureLean
from fhir_screener.fhir.decode.modifiers import modified
from fhir_screener.fhir.decode.references import contained
from fhir_screener.fhir.decode.relevance import is_drug_code
from fhir_screener.fhir.decode.tolerant import plain
from fhir_screener.records.facts import Medication, Quantity, Span
from fhir_screener.records.modifiers import is_modified
from fhir_screener.terminology.coding import NOTHING, STANDARD, Coding, Concept, normal_system
from fhir_screener.terminology.product_words import names_a_topic, only_named
from fhir_screener.terminology.routes import by_instruction, by_words
from fhir_screener.terminology.valueset import NO_HITS, Hit, Hits

_WORD = re.compile(r"[^\W\d_]{4}|[\u4e00-\u9fff]{2}")


class Drug(msgspec.Struct, frozen=True, gc=False):
    """What is known of a drug: its concept, its sets and those of its ingredients; or what did not resolve."""

    concept: Concept = NOTHING
    hits: Hits = NO_HITS
    form: str = ""
    strength: Quantity | None = None
    unresolved: str = ""
    unlisted: bool = False
    modified: bool = False


def drug(kind: str, record: DrugLean, context: Context) -> Drug:
    """The drug of a record: coded in place, contained, in a Medication resource, or named by the reference itself."""
    if record.medicationCodeableConcept:
        known = context.book.concept[bytes(record.medicationCodeableConcept)]
        if known.concept is not NOTHING:
            unlisted = context.book.unlisted[bytes(record.medicationCodeableConcept)]
            return Drug(known.concept, known.hits, unlisted=unlisted)
    if record.medicationReference:
        return _pointed(bytes(record.medicationReference), record.contained, context)
    if record.medication:
        context.problems.append(_foreign(kind, record, "`medication` as R5 has it"))
        return Drug(unresolved="medication (not FHIR R4)")
    return Drug(unresolved="medication (missing)")


def _foreign(kind: str, record: DrugLean, what: str) -> str:
    return f"{kind}/{record.id or '?'}: shaped by another version of FHIR ({what}); only R4 is read"


_SPELLINGS = 50_000


def _pointed(raw: bytes, inside: Any, context: Context) -> Drug:
    """The same for a raw Reference: what lies outside the record is looked up once."""
    if b"#" in raw:
        return referenced(plain(raw), inside, context)
    pointed = context.library.pointed
    found: Drug | None = pointed.get(raw)
    if found is None:
        if len(pointed) >= _SPELLINGS:
            pointed.clear()
        found = pointed[raw] = referenced(plain(raw), inside, context)
    return found


def referenced(tree: Any, inside: Any, context: Context) -> Drug:
    """The drug that a Reference points to."""
    if not isinstance(tree, dict):
        return Drug(unresolved="medication (unreadable)")
    target = context.references.parse(tree.get("reference"))
    found = Drug()
    if target is not None and target.kind == "#":
        resource = contained(inside, target.id)
        found = described(resource, context, inside) if resource is not None else found
    elif target is not None and target.kind in ("Medication", ""):
        found = _in_library(target.id, context)
    if found.concept is not NOTHING:
        return found
    return _named(tree, context) or Drug(unresolved=context.references.ref(tree) or "medication (no reference)")


def _in_library(id_: str, context: Context) -> Drug:
    """A Medication resource that is at hand; what it says is worked out once."""
    library = context.library
    found: Drug | None = library.described.get(id_)
    if found is None:
        resource = library.medications.get(id_)
        found = library.described[id_] = described(resource, context) if resource is not None else Drug()
    return found


def _named(tree: dict[str, Any], context: Context) -> Drug | None:
    """A drug that the reference names by itself: by its display, or an identifier that is a drug's code or name."""
    identifier = tree.get("identifier")
    codings: tuple[Coding, ...] = ()
    value = ""
    if isinstance(identifier, dict):
        system, value = normal_system(elements.words(identifier.get("system"))), elements.words(identifier.get("value"))
        codings = (Coding(system, value),) if value and system else ()
    display = elements.words(tree.get("display"))
    found = context.book.known(Concept(codings, display)) if codings or display else None
    if found is None or not (display or found.hits or codings[0].system in STANDARD):
        return _worded(value, context)
    return Drug(found.concept, found.hits, unlisted=context.book.ordinary.unlisted(found.concept))


def _worded(value: str, context: Context) -> Drug | None:
    """An identifier that is the name of a drug which a list knows; a house's own number names none."""
    if not _WORD.search(value):
        return None
    found = context.book.known(Concept((), value))
    return None if context.book.ordinary.unlisted(found.concept) else Drug(found.concept, found.hits)


def described(resource: dict[str, Any], context: Context, beside: Any = None) -> Drug:
    """A Medication resource (R4 11.5): the sets of its code and of all its ingredients.

    `beside`: where it is contained itself, the raw `contained` of the record, in which its own references are found.
    """
    known = _called(resource, context)
    hits: dict[str, Hit] = dict(known.hits)
    name, strength = known.concept, None
    parts = [one for one in elements.many(resource.get("ingredient")) if isinstance(one, dict)]
    named = []
    for part in parts:
        one = _ingredient(part, resource, context, beside)
        for key, hit in one.hits.items():
            hits.setdefault(key, hit)
        named.append(one.concept)
        name = one.concept if name is NOTHING else name
        strength = strength or _strength(part.get("strength"))
    # A product without a known name is known by its ingredients, if all of them are; one that goes by a standard name, by
    # itself where no ingredient has words of its own.
    coded = any(one.system in STANDARD for one in known.concept.codings)
    asked = [one for one in named if one is not NOTHING and (not coded or _has_words(one))] or [name]
    unlisted = not known.hits and any(map(context.book.ordinary.unlisted, asked))
    form = elements.label(resource.get("form"))
    return Drug(name, hits or NO_HITS, form, strength, unlisted=unlisted, modified=is_modified(resource))


def _ingredient(part: dict[str, Any], resource: dict[str, Any], context: Context, beside: Any) -> Drug:
    known = context.book.known(elements.concept(part.get("itemCodeableConcept")))
    if known.concept is not NOTHING:
        return Drug(known.concept, known.hits)
    tree = part.get("itemReference")
    target = context.references.parse(tree.get("reference")) if isinstance(tree, dict) else None
    if target is None:
        return (_named(tree, context) if isinstance(tree, dict) else None) or Drug()
    listed = [one for one in elements.many(resource.get("contained")) if isinstance(one, dict)]
    inside = next((one for one in listed if one.get("id") == target.id), None) or contained(beside, target.id)
    found = inside if target.kind == "#" else context.library.medications.get(target.id)
    if found is None or found is resource:
        return (_named(tree, context) if isinstance(tree, dict) else None) or Drug()
    known = _called(found, context)
    return Drug(known.concept, known.hits)


def _called(resource: dict[str, Any], context: Context) -> Known:
    """The concept of a Medication: its code; where nobody knows that, an identifier that is the name of a drug on a list."""
    known = context.book.known(elements.concept(resource.get("code")))
    if not resource.get("identifier") or known.hits or not context.book.ordinary.unlisted(known.concept):
        return known
    values = [
        elements.words(one.get("value")) for one in elements.many(resource["identifier"]) if isinstance(one, dict)
    ]
    found = [named for value in values if (named := _worded(value, context)) is not None]
    best = next((one for one in found if one.hits), found[0] if found else None)
    return (
        known if best is None else Known(Concept(known.concept.codings, best.concept.text), best.hits, bool(best.hits))
    )


def _has_words(concept: Concept) -> bool:
    return bool(concept.text) or any(one.display for one in concept.codings)


_PIECES = frozenset(("", "1", "tbl", "tab", "tablet", "tablets", "cap", "capsule", "vial", "片", "粒", "支"))


def _strength(ratio: Any) -> Quantity | None:
    """An ingredient's strength: 5 mg per tablet is 5 mg, 500 mg per 50 mL is 10 mg/mL."""
    if not isinstance(ratio, dict):
        return None
    top, bottom = elements.quantity(ratio.get("numerator")), elements.quantity(ratio.get("denominator"))
    if top is None or bottom is None or not bottom.value:
        return top
    if bottom.unit.strip("{}").lower() in _PIECES:
        return top if bottom.value == 1 else Quantity(top.value / bottom.value, top.unit, top.comparator)
    return Quantity(top.value / bottom.value, f"{top.unit}/{bottom.unit}", top.comparator)


def medication(kind: str, record: DrugLean, context: Context) -> Medication | None:
    """The fact of one of the four drug resources; None where no loaded study can use it."""
    found = drug(kind, record, context)
    if not (found.hits or found.unresolved or found.unlisted):
        return None
    told = _instructions(record, context)
    if record.taken is not None:
        context.problems.append(_foreign(kind, record, "`taken` as STU3 has it"))
    meta = record.meta
    return Medication(
        ref=f"{kind}/{record.id or '?'}",
        version=(meta.versionId or "") if meta else "",
        updated=meta.lastUpdated if meta else None,
        status="not-taken" if record.taken == "n" else record.status or "",
        concept=found.concept,
        hits=found.hits,
        note=elements.notes(plain(record.note)) if record.note else "",
        kind=DRUGS[kind],
        intent=record.intent or "",
        do_not=record.doNotPerform is True,
        reported=record.reportedBoolean is True or bool(record.reportedReference),
        span=_span(record),
        moment=kind == "MedicationStatement" and bool(record.effectiveDateTime),
        authored=record.authoredOn or record.whenHandedOver or record.whenPrepared,
        replaces=context.references.ref(plain(record.priorPrescription)) if record.priorPrescription else "",
        asserted=record.dateAsserted,
        supply_days=elements.in_days(plain(record.daysSupply)) if record.daysSupply else None,
        doses=told.doses,
        dose_text=told.text,
        systemic=_systemic(told, found),
        reasons=_reasons(kind, record, context),
        unresolved=found.unresolved,
        unlisted=found.unlisted,
        only_named=names_a_topic(found.concept.label),
        form=found.form,
        strength=found.strength,
        modified=found.modified or modified(record),
    )


def _instructions(record: DrugLean, context: Context) -> Instructions:
    raw = record.dosage or record.dosageInstruction
    return context.book.instructions[bytes(raw)] if raw else NO_INSTRUCTIONS


def _span(record: DrugLean) -> Span:
    if record.effectiveDateTime:
        return elements.point(record.effectiveDateTime)
    if record.effectivePeriod:
        return elements.ends(record.effectivePeriod)
    return elements.point(record.whenHandedOver or record.whenPrepared)


def _systemic(told: Instructions, found: Drug) -> bool | None:
    """By route, else by form, else by the words of the product's name, else by the words of the instruction."""
    if told.systemic is not None:
        return told.systemic
    names = (found.form, found.concept.text, *(one.display for one in found.concept.codings))
    named = next((answer for text in names if text and (answer := by_words(text)) is not None), None)
    return by_instruction(told.text) if named is None and told.text else named


def administered(record: ProcedureLean, procedure_hits: Hits, span: Span, context: Context) -> Medication | None:
    """A Procedure that names a drug, in its code, its devices and drugs used, or its note, as a drug given."""
    known = context.book.concept[bytes(record.code)]
    name, hits = known.concept, dict(procedure_hits)
    used = [context.book.known(one) for one in context.book.concepts[bytes(record.usedCode)]] if record.usedCode else []
    trees = elements.many(plain(record.usedReference)) if record.usedReference else []
    drugs = [referenced(tree, record.contained, context) for tree in trees if _drug_like(tree, context)]
    note = elements.notes(plain(record.note)) if record.note else ""
    if not context.book.drugs(hits):
        told = context.book.words(note)
        named = [(one.concept, one.hits) for one in (*used, told)] + [(one.concept, one.hits) for one in drugs]
        for concept, found in named:
            if context.book.drugs(found):
                name, hits = concept, {**found, **hits}
                break
    unresolved = next((one.unresolved for one in drugs if one.unresolved), "")
    unlisted = not context.book.drugs(hits) and is_drug_code(name) and context.book.ordinary.unlisted(name)
    if not (context.book.drugs(hits) or unresolved or unlisted):
        return None
    return Medication(
        **context.common("Procedure", record),
        concept=name,
        hits=hits or NO_HITS,
        note=note,
        kind="procedure",
        span=span,
        reasons=_reasons("Procedure", record, context),
        unresolved="" if context.book.drugs(hits) else unresolved,
        unlisted=unlisted,
        systemic=by_words(name.label) if name.label else None,
        only_named=only_named(known.concept.label),
    )


def _reasons(kind: str, record: DrugLean | ProcedureLean, context: Context) -> tuple[Concept, ...]:
    """Why it was given: coded reasons, and references as `Type/id`, for the judge to look up in the chart."""
    coded = context.book.concepts[bytes(record.reasonCode)] if record.reasonCode else ()
    if not coded and record.reasonCode and bytes(record.reasonCode).strip() not in (b"null", b"[]"):
        context.unreadable(kind, record, "reasonCode")
    if not record.reasonReference:
        return tuple(coded)
    return (*coded, *(Concept((), ref) for ref in context.references.refs(plain(record.reasonReference))))


def _drug_like(tree: Any, context: Context) -> bool:
    """Whether a used thing is a Medication (others are devices and substances)."""
    target = context.references.parse(tree.get("reference")) if isinstance(tree, dict) else None
    return target is not None and target.kind in ("Medication", "#")
