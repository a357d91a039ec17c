"""Drugs and procedures that were given for a diagnosis which stands on one encounter alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import cast

from fhir_screener.fhir.decode.chart import Chart
from fhir_screener.fhir.decode.context import Context
from fhir_screener.fhir.decode.lean import DRUGS, DrugLean, Given, ProcedureLean
from fhir_screener.fhir.decode.relevance import date_of, happened
from fhir_screener.fhir.decode.tolerant import plain
from fhir_screener.records.facts import Condition, Treatment


def treatments(chart: Chart, conditions: Sequence[Condition], context: Context) -> tuple[Treatment, ...]:
    """What was given for a reason, oldest knowledge first; empty where every diagnosis stands by itself."""
    if not any(set(one.categories) == {"encounter-diagnosis"} for one in conditions):
        return ()
    return tuple(one for kind in (*DRUGS, "Procedure") for one in _of(kind, chart, context) if one.reasons or one.sets)


def _of(kind: str, chart: Chart, context: Context) -> Iterator[Treatment]:
    kept, glimpses = chart.of(kind)
    for one in glimpses:
        if isinstance(one, Given):
            version = (one.meta.versionId or "") if one.meta else ""
            yield _treatment(f"{kind}/{one.id or '?'}", version, one.date, one.reference, one.code, context)
    for record in cast(Sequence[DrugLean | ProcedureLean], kept):
        if (record.reasonReference or record.reasonCode) and happened(record):
            version = (record.meta.versionId or "") if record.meta else ""
            reference, code = bytes(record.reasonReference), bytes(record.reasonCode)
            yield _treatment(f"{kind}/{record.id or '?'}", version, date_of(record), reference, code, context)


def _treatment(ref: str, version: str, date: str | None, reference: bytes, code: bytes, context: Context) -> Treatment:
    reasons = context.references.refs(plain(reference)) if reference else ()
    coded = context.book.concepts[code] if code else ()
    sets = {name for one in coded for name in context.book.known(one).hits}
    return Treatment(ref, version, date, frozenset(reasons), frozenset(sets))
