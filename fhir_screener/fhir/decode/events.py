"""Procedures, immunizations, consents, study subjects, encounters and patients as facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.book import Book, Known
from fhir_screener.fhir.decode.consent_scope import at_large
from fhir_screener.fhir.decode.context import Context
from fhir_screener.fhir.decode.lean import EncounterLean, ImmunizationLean, PatientLean, ProcedureLean, WholeLean
from fhir_screener.fhir.decode.references import parse
from fhir_screener.fhir.decode.tolerant import plain, tree_of
from fhir_screener.records.facts import (
    NO_SPAN,
    Consent,
    Encounter,
    Immunization,
    Patient,
    Procedure,
    Span,
    Subject,
)
from fhir_screener.terminology.coding import NOTHING, Concept
from fhir_screener.terminology.valueset import Hit


def procedure(record: ProcedureLean, context: Context) -> Procedure:
    """The fact of a Procedure, its `hits` those of code and of what was used."""
    known = context.book.concept[bytes(record.code)]
    hits = known.hits
    if record.usedCode:
        used = [context.book.known(one).hits for one in context.book.concepts[bytes(record.usedCode)]]
        hits = {name: hit for each in (*reversed(used), hits) for name, hit in each.items()} or hits
    return Procedure(
        **context.common("Procedure", record),
        concept=known.concept,
        hits=hits,
        note=elements.notes(plain(record.note)) if record.note else "",
        span=_performed(record, context.born),
    )


def _performed(record: ProcedureLean, born: str | None) -> Span:
    if record.performedDateTime:
        return elements.point(record.performedDateTime)
    if record.performedPeriod:
        return elements.ends(record.performedPeriod)
    tree = plain(record.performedAge) if record.performedAge else plain(record.performedRange)
    if isinstance(tree, dict):
        low, high = (tree, tree) if record.performedAge else (tree.get("low"), tree.get("high"))
        return elements.age_span(low, high, born)
    return Span(text=record.performedString) if record.performedString else NO_SPAN


def immunization(record: ImmunizationLean, context: Context) -> Immunization:
    """The fact of an Immunization."""
    known = context.book.concept[bytes(record.vaccineCode)]
    return Immunization(
        **context.common("Immunization", record),
        concept=known.concept,
        hits=known.hits,
        note=elements.notes(plain(record.note)) if record.note else "",
        occurred=record.occurrenceDateTime,
    )


def visit_kinds(record: EncounterLean, book: Book) -> tuple[Known, ...]:
    """What an Encounter says of its kind: types, class, service."""
    types = book.concepts[bytes(record.type)] if record.type else ()
    named = [book.known(one) for one in types]
    if record.klass:
        named.append(book.visit[bytes(record.klass)])
    if record.serviceType:
        named.append(book.concept[bytes(record.serviceType)])
    return tuple(named)


def encounter(record: EncounterLean, context: Context) -> Encounter:
    """The fact of an Encounter."""
    kinds = visit_kinds(record, context.book)
    hits: dict[str, Hit] = {}
    for one in reversed(kinds):
        hits.update(one.hits)
    return Encounter(
        **context.common("Encounter", record),
        concept=kinds[0].concept if kinds else NOTHING,
        hits=hits,
        span=elements.ends(record.period),
        reasons=_visit_reasons(record, context),
        discharge=_discharge(record),
    )


def _discharge(record: EncounterLean) -> Concept:
    stay = plain(record.hospitalization) if record.hospitalization else None
    return elements.concept(stay.get("dischargeDisposition")) if isinstance(stay, dict) else NOTHING


def _visit_reasons(record: EncounterLean, context: Context) -> tuple[Concept, ...]:
    coded = context.book.concepts[bytes(record.reasonCode)] if record.reasonCode else ()
    trees = elements.many(plain(record.reasonReference)) if record.reasonReference else []
    for one in elements.many(plain(record.diagnosis)) if record.diagnosis else []:
        trees.append(one.get("condition") if isinstance(one, dict) else None)
    return (*coded, *(Concept((), ref) for ref in context.references.refs(trees)))


_STUDY = re.compile(
    r"NCT\d{8}|ISRCTN\d+|ChiCTR[-\w]*\d+|DRKS\d{8}|EUCTR\d{4}|\b20\d\d-5?\d{5}-\d\d\b|jRCT\w\d+|ACTRN\d+"
    r"|ResearchStudy/",
    re.IGNORECASE,
)
"""What tells a study from a law or a policy: a registry's number, or a ResearchStudy."""


def consent(record: WholeLean, context: Context) -> Consent:
    """The fact of a Consent. `studies` lists all that its policies, provisions and identifiers point to."""
    tree = tree_of(record)
    provision = tree.get("provision")
    root = provision if isinstance(provision, dict) else {}
    kind = _kind(tree, root)
    if (provision is not None and not isinstance(provision, dict)) or root.get("type", "deny") not in (
        "permit",
        "deny",
    ):
        context.unreadable("Consent", record, "provision")
    parts = provisions(tree)[1:]
    other = [one for one in parts if elements.words(one.get("type")) not in ("", kind)]
    same = (root, *(one for one in parts if one not in other))
    named = _distinct((*_policies(tree), *(name for one in same for name in _pointed(one, context))))
    scope = (*elements.codes(tree.get("scope")), *elements.codes(tree.get("category")))
    return Consent(
        **context.common("Consent", record),
        concept=elements.concept(tree.get("scope")),
        research=any(code.lower() in ("research", "57016-8", "rsreid", "rsdid") for code in scope),
        permit=kind,
        studies=named,
        excepted=_distinct(name for one in other for name in _pointed(one, context)),
        at_large=at_large(parts, kind),
        period=elements.span(root.get("period")),
        dated=elements.words(tree.get("dateTime")) or None,
        broad=not any(_STUDY.search(name) for name in named),
    )


def provisions(tree: dict[str, Any]) -> list[dict[str, Any]]:
    """The provision of a Consent, and those one level within it."""
    root = tree.get("provision")
    if not isinstance(root, dict):
        return []
    return [root, *(one for one in elements.many(root.get("provision")) if isinstance(one, dict))]


_OPTED = {"OPTIN": "permit", "OPTINR": "permit", "OPTOUT": "deny", "OPTOUTE": "deny"}
"""v3-ActCode of a policyRule; R4 has no type at the root of a provision."""


def _kind(tree: dict[str, Any], root: dict[str, Any]) -> str:
    """permit or deny: of the provision itself, else of the policy rule, else of the provisions in it where they agree."""
    rules = {
        _OPTED[c.code] for one in elements.concepts(tree.get("policyRule")) for c in one.codings if c.code in _OPTED
    }
    nested = {elements.words(one.get("type")) for one in elements.many(root.get("provision")) if isinstance(one, dict)}
    for stated in ({elements.words(root.get("type"))}, rules, nested):
        if len(stated - {""}) == 1:
            return (stated - {""}).pop()
    return ""


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, names)))


def _policies(tree: dict[str, Any]) -> Iterator[str]:
    for policy in elements.many(tree.get("policy")):
        if isinstance(policy, dict):
            yield elements.words(policy.get("uri"))
    for one in elements.concepts(tree.get("policyRule")):
        yield from (coding.code for coding in one.codings)
        yield one.text
    yield from (_identifier(one) for one in elements.many(tree.get("identifier")))


def _pointed(provision: dict[str, Any], context: Context) -> Iterator[str]:
    """The names of what the data and actors of one provision point to."""
    for reference in pointers(provision):
        yield from study_names(reference, context)


def pointers(provision: dict[str, Any]) -> Iterator[Any]:
    """The References of the data and actors of one provision, as recorded."""
    for key in ("data", "actor"):
        for one in elements.many(provision.get(key)):
            if isinstance(one, dict):
                yield one.get("reference")


def study_names(reference: Any, context: Context) -> Iterator[str]:
    """Every name by which a reference to a study can be known: itself, its identifier, its display, the study's own."""
    if not isinstance(reference, dict):
        return
    ref = context.references.ref(reference)
    yield ref
    yield _identifier(reference.get("identifier"))
    yield elements.words(reference.get("display"))
    yield from context.library.studies.get(ref.rpartition("/")[2], ())


def _identifier(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    system, code = elements.words(value.get("system")), elements.words(value.get("value"))
    return f"{system}|{code}" if system and code else code


def study(tree: dict[str, Any]) -> tuple[str, ...]:
    """The names of a ResearchStudy: its identifiers and title; none where neither tells it from other studies."""
    names = [name for one in elements.many(tree.get("identifier")) if (name := _identifier(one))]
    title = elements.words(tree.get("title"))
    if not names and not _STUDY.search(title):
        return ()
    return (*names, title) if title else tuple(names)


def subject(record: WholeLean, context: Context) -> Subject:
    """The fact of a ResearchSubject. `study` holds every name of its study, parted by blanks."""
    tree = tree_of(record)
    named = _distinct(study_names(tree.get("study"), context))
    return Subject(
        **context.common("ResearchSubject", record),
        study=" ".join(named),
        period=elements.span(tree.get("period")),
        unresolved=_unresolved(tree.get("study"), named, context),
    )


def _unresolved(reference: Any, named: tuple[str, ...], context: Context) -> bool:
    """Whether a study is named by nothing but a pointer that leads nowhere, or to a study without a name."""
    text = reference.get("reference") if isinstance(reference, dict) else None
    target = parse(text) if isinstance(text, str) else None
    if target is None or target.kind == "#":
        return named in ((), (context.references.ref(reference),))
    return len(named) == 1 and context.library.studies.get(target.id) == ()


def patient(record: PatientLean) -> Patient:
    """The Patient."""
    meta = record.meta
    labels = map(elements.coding, elements.many(plain(meta.security))) if meta and meta.security else ()
    return Patient(
        id=record.id or "",
        version=(meta.versionId or "") if meta else "",
        updated=meta.lastUpdated if meta else None,
        active=record.active,
        gender=(record.gender or "").strip().lower(),
        birth_date=record.birthDate or None,
        deceased=record.deceasedDateTime or record.deceasedBoolean,
        replaced_by=_survivor(elements.many(plain(record.link))),
        labels=tuple(one for one in labels if one is not None),
        names=tuple(filter(None, map(_name, elements.many(plain(record.name))))),
    )


def _survivor(links: list[Any]) -> str:
    for link in links:
        other = link.get("other") if isinstance(link, dict) else None
        if isinstance(other, dict) and link.get("type") in ("replaced-by", "replace"):
            return elements.words(other.get("reference")) or "Patient/?"
    return ""


def _name(value: Any) -> str:
    if not isinstance(value, dict):
        return elements.words(value)
    parts = [elements.words(one) for one in (*elements.many(value.get("given")), *elements.many(value.get("family")))]
    return elements.words(value.get("text")) or " ".join(filter(None, parts))
