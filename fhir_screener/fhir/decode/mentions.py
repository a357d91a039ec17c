"""What records name beside their own subject, as facts: notes, narratives, conclusions, and answers that are diagnoses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.context import Context
from fhir_screener.fhir.decode.lean import About, ImmunizationLean, Lean, ObservationLean, ReportLean
from fhir_screener.fhir.decode.relevance import date_of
from fhir_screener.fhir.decode.tolerant import plain
from fhir_screener.records.facts import Mention
from fhir_screener.terminology.coding import Concept
from fhir_screener.terminology.valueset import NO_HITS, Hit, Hits

_NOT_THE_PATIENT = re.compile(
    r"family|mother|father|maternal|paternal|donor|家族|母|父|供者|reason for|screening|筛查", re.I
)


def mentions(kind: str, record: Lean, own: Hits, label: str, context: Context) -> Iterator[Mention]:
    """What a record names besides `own`, the sets of what it is about; `label` is what it calls its subject."""
    if _NOT_THE_PATIENT.search(label):
        return
    coded = dict(_answers(record, context)) if isinstance(record, ObservationLean) else {}
    told: dict[str, Hit] = {}
    for text in _texts(record):
        for name, hit in context.book.told[text.encode()].items():
            told.setdefault(name, hit)
    for hits, by_code in ((coded, True), (told, False)):
        # Of its own subject a record speaks by its elements; a test may still tell of another time.
        left = {name: hit for name, hit in hits.items() if name not in own or name in context.book.result_sets}
        if left:
            text = "; ".join(dict.fromkeys(hit.words for hit in left.values() if hit.words))
            yield Mention(
                **context.common(kind, record),
                concept=Concept((), text or label),
                hits=left,
                dated=date_of(record),
                coded=by_code,
            )


def _texts(record: Lean) -> Iterable[str]:
    if isinstance(record, About | ImmunizationLean) and record.note:
        yield elements.notes(plain(record.note))
    if isinstance(record, ObservationLean):
        yield from (text for text in (record.valueString, *(p.valueString for p in record.component or ())) if text)
    if isinstance(record, ReportLean) and record.conclusion:
        yield record.conclusion


def _answers(record: ObservationLean, context: Context) -> Iterator[tuple[str, Hit]]:
    """Diagnoses among the coded answers: a finding whose value is a disease."""
    for part in (record, *(record.component or ())):
        if part.valueCodeableConcept:
            known = context.book.concept[bytes(part.valueCodeableConcept)]
            for name, hit in (known.hits or NO_HITS).items():
                if name in context.book.condition_sets:
                    yield name, hit
