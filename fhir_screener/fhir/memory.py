"""Charts from what is already in memory: a Bundle, resources, or their JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from fhir_screener.errors import DataError, UsageError
from fhir_screener.fhir.bundles import take_apart
from fhir_screener.fhir.decode.assemble import assemble
from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.lean import FORMS
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.decode.tolerant import kind_of
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.terminology.valueset import Terminology

Data = Any
"""A Bundle or a resource as a dict, as JSON, or as a model of a FHIR library; or several of them."""


def records(data: Data, terminology: Terminology, problems: list[str] | None = None) -> Iterator[PatientRecord]:
    """One record for each Patient in `data`. What cannot be read is added to `problems`; raises UsageError for no FHIR."""
    collector = Collector(Book.of(terminology), References())
    for number, body in enumerate(_bodies(data), 1):
        _take(body, collector, f"resource {number}")
    if problems is not None:
        problems.extend(map(str, collector.problems))
    for chart in collector.charts.values():
        record = assemble(collector, chart)
        if record is not None:
            yield record


def _bodies(data: Data) -> Iterator[bytes]:
    if isinstance(data, Mapping):
        yield msgspec.json.encode(data)
    elif isinstance(data, bytes | str):
        yield data.encode() if isinstance(data, str) else data
    elif hasattr(data, "model_dump_json"):
        yield data.model_dump_json().encode()
    elif isinstance(data, Iterable):
        for one in data:
            yield from _bodies(one)
    else:
        raise UsageError(f"a {type(data).__name__} is no FHIR: give a Bundle or resources, as dicts, JSON or models")


def _take(body: bytes, collector: Collector, where: str) -> None:
    try:
        kind = kind_of(body)
        if kind in FORMS:
            collector.take(kind, body, where)
        elif kind == "Bundle":
            for part in take_apart(body, collector.references.bases):
                if part.kind in FORMS:
                    collector.take(part.kind, part.data, where, part.spare_id)
        elif not kind:
            raise UsageError(f"{where} is no FHIR resource: it has no resourceType")
    except DataError as error:
        raise UsageError(f"{where} cannot be read: {error.what}") from None
