"""What records name beside their own subject, as facts: notes, narratives, conclusions, and answers that are diagnoses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.attached import attached_beside, conclusion_of
from fhir_screener.fhir.decode.context import Context
from fhir_screener.fhir.decode.lean import (
    About,
    ConditionLean,
    ImmunizationLean,
    Lean,
    Meta,
    ObservationLean,
    ProcedureLean,
    ReportLean,
)
from fhir_screener.fhir.decode.relevance import date_of
from fhir_screener.fhir.decode.tolerant import plain
from fhir_screener.fhir.decode.unlisted_tests import unlisted_test
from fhir_screener.records.facts import Mention
from fhir_screener.terminology.coding import Concept
from fhir_screener.terminology.product_words import only_named
from fhir_screener.terminology.stance import NOT_THERE, THERE
from fhir_screener.terminology.valueset import Hit, Hits

_NOT_THE_PATIENT = re.compile(
    r"family|\b(?:grand|step)?(?:mother|father)|maternal|paternal|donor|家族|母(?!细胞)|父|供者|reason for", re.I
)
_SCREENED = re.compile(r"screening|筛查", re.I)
"""What is asked in a screening is no finding; the result of a test of that name is."""


def mentions(kind: str, record: Lean, own: Hits, label: str, context: Context) -> Iterator[Mention]:
    """What a record names besides `own`, the sets of what it is about; `label` is what it calls its subject."""
    coded = dict(_answers(record, context))
    own_date = date_of(record)
    told = _told(record, own_date, context)
    unlisted = unlisted_test(record, own, label, context.book) if isinstance(record, ObservationLean) else {}
    if _SCREENED.search(label):
        coded, told = {}, {own_date: unlisted}
    elif unlisted:
        told[own_date] = {**unlisted, **told.get(own_date, {})}
    if not (coded or any(told.values())) or _NOT_THE_PATIENT.search(label):
        return
    # Of its own subject a record speaks by its elements; a test may still tell of another time.
    again = context.book.result_sets | unlisted.keys()
    if isinstance(record, ConditionLean):
        # A diagnosis is never a drug's own record: "toxicity of methotrexate" tells that it was taken.
        again = again | context.book.drug_sets
    for hits, dated, by_code in ((coded, own_date, True), *((hits, dated, False) for dated, hits in told.items())):
        left = {name: hit for name, hit in hits.items() if name not in own or name in again}
        if left:
            text = "; ".join(dict.fromkeys(hit.words for hit in left.values() if hit.words))
            yield Mention(
                **context.common(kind, record),
                concept=Concept((), text or label),
                hits=left,
                dated=dated,
                coded=by_code,
            )


def _told(record: Lean, own_date: str | None, context: Context) -> dict[str | None, dict[str, Hit]]:
    """{date: what words of that date name}: a note has a time of its own, which may be long after its record's."""
    told: dict[str | None, dict[str, Hit]] = {}
    for text, time in _texts(record):
        for name, hit in context.book.told[text.encode()].items():
            told.setdefault(time or own_date, {}).setdefault(name, hit)
    if isinstance(record, ConditionLean) and (tested := context.book.tested[bytes(record.code)]):
        told[own_date] = {**tested, **told.get(own_date, {})}
    return told


def operated(record: ProcedureLean, concept: Concept, hits: Hits, context: Context) -> Iterator[Mention]:
    """The diseases that the name of a procedure tells of: "excision of melanoma". One only taught or tested for is none."""
    if record.status not in _UNDER_WAY or only_named(concept.label):
        return
    sets = context.book.condition_sets
    named = {name: hit for name, hit in hits.items() if hit.by_name and name in sets and hit.stance in THERE}
    if named:
        yield Mention(**context.common("Procedure", record), concept=concept, hits=named, dated=date_of(record))


_UNDER_WAY = frozenset({"completed", "in-progress", "stopped"})


def reasons(ref: str, meta: Meta | None, coded: bytes, dated: str | None, context: Context) -> Iterator[Mention]:
    """The diagnoses for which a drug, a procedure or a visit is said to have been, of the raw reasonCode `coded`."""
    for concept in context.book.concepts[coded]:
        known = context.book.known(concept).hits.items()
        hits = {name: hit for name, hit in known if name in context.book.condition_sets and hit.stance not in NOT_THERE}
        if hits:
            by_code = not all(hit.by_name for hit in hits.values())
            version = (meta.versionId or "") if meta else ""
            yield Mention(ref=ref, version=version, concept=concept, hits=hits, dated=dated, coded=by_code, reason=True)


def _texts(record: Lean) -> Iterable[tuple[str, str | None]]:
    """(text, its own time or None) of each narrative of a record; notes without a time are one text."""
    if isinstance(record, About | ImmunizationLean) and record.note:
        yield from elements.timed_notes(plain(record.note))
    if isinstance(record, ObservationLean):
        values = (record.valueString, *(p.valueString for p in record.component or ()))
        yield from ((text, None) for text in values if text)
    if isinstance(record, ReportLean):
        yield from ((text, None) for text in (conclusion_of(record), attached_beside(record)) if text)


def _answers(record: Lean, context: Context) -> Iterator[tuple[str, Hit]]:
    """Diagnoses among the coded answers: a finding whose value is a disease, a report that concludes one."""
    book = context.book
    concepts: list[Concept] = []
    if isinstance(record, ObservationLean):
        parts = (record, *(record.component or ()))
        concepts = [book.concept[bytes(p.valueCodeableConcept)].concept for p in parts if p.valueCodeableConcept]
    elif isinstance(record, ReportLean) and record.conclusionCode:
        concepts = list(book.concepts[bytes(record.conclusionCode)])
    for concept in concepts:
        for name, hit in book.known(concept).hits.items():
            if name in book.condition_sets and hit.stance in THERE:
                yield name, hit
