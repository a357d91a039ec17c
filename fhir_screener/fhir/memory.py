"""Charts from what is already in memory: a Bundle, resources, or their JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from fhir_screener.errors import DataError, UsageError
from fhir_screener.fhir.bundle_gaps import GOES_ON, Gaps
from fhir_screener.fhir.bundles import Part, clash_words, take_apart
from fhir_screener.fhir.decode.assemble import assemble
from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.lean import FORMS
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.decode.tolerant import kind_of
from fhir_screener.fhir.file_loss import Loss, marks
from fhir_screener.fhir.spoilt_line import told
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.terminology.terms import Terminology

Data = Any
"""A Bundle or a resource as a dict, as JSON, or as a model of a FHIR library; or several of them."""


def records(data: Data, terminology: Terminology, problems: list[str] | None = None) -> Iterator[PatientRecord]:
    """One record for each Patient in `data`. What cannot be read is added to `problems`; raises UsageError for no FHIR.

    A record that cannot be read, or names nobody, is not fetched for whom it may concern, as in a file of the same.
    """
    collector = Collector(Book.of(terminology), References())
    losses: list[Loss] = []
    more: list[str] = []
    for number, body in enumerate(_bodies(data), 1):
        where = f"resource {number}"
        collector.on_loss = partial(_lost, losses, collector, where)
        if (goes_on := _take(body, collector, where, losses)) is not None:
            more = [f"{where}: {GOES_ON}"] if goes_on else []
    if problems is not None:
        problems.extend(map(str, collector.problems))
    people = frozenset(patient for patient, chart in collector.charts.items() if "Patient" in chart.kept)
    lost = marks(losses, lambda loss: _reached(loss, people))
    for patient, chart in collector.charts.items():
        record = assemble(collector, chart, lost.failed(patient), problems=(*lost.said(patient), *more))
        if record is not None:
            yield record


def _lost(losses: list[Loss], collector: Collector, where: str, what: str, data: bytes, damaged: bool) -> None:
    types, owners = told(data, collector.references)
    losses.append(Loss(where, what, Path(where), types, owners, damaged))


def _clash(part: Part, collector: Collector, where: str) -> Loss:
    """Two of one name: of two Patients no record is surely this one's, of others only that type may not be whole."""
    types, owners = told(part.data, collector.references)
    return Loss(where, clash_words(part), Path(where), None if part.kind == "Patient" else types, owners, damaged=False)


def _reached(loss: Loss, people: frozenset[str]) -> Loss:
    """What is whole and only names nobody concerns a patient who is alone; what is damaged, everybody."""
    if loss.owners is not None or loss.damaged:
        return loss
    return replace(loss, owners=people if len(people) == 1 else frozenset())


def _bodies(data: Data) -> Iterator[bytes]:
    if isinstance(data, Mapping):
        yield _written(data)
    elif isinstance(data, bytes | str):
        yield data.encode(errors="surrogatepass") if isinstance(data, str) else data
    elif hasattr(data, "model_dump_json"):
        yield data.model_dump_json().encode()
    elif isinstance(data, Iterable):
        for one in data:
            yield from _bodies(one)
    else:
        raise UsageError(f"a {type(data).__name__} is no FHIR: give a Bundle or resources, as dicts, JSON or models")


def _written(data: Mapping[str, Any]) -> bytes:
    """As JSON. Half of a surrogate pair, which json.loads lets pass, is escaped: its record is then as unreadable as in a file."""
    try:
        try:
            return msgspec.json.encode(data)
        except UnicodeEncodeError:
            return json.dumps(data).encode()
    except (TypeError, ValueError, RecursionError, msgspec.MsgspecError):
        raise UsageError("a dict cannot be written as JSON: it holds what is none, or is nested too deep") from None


def _take(body: bytes, collector: Collector, where: str, losses: list[Loss]) -> bool | None:
    """Whether a Bundle says that further pages follow it; None for what is no Bundle. Raises UsageError."""
    try:
        kind = kind_of(body)
        if kind in FORMS:
            collector.take(kind, body, where)
        elif kind == "Bundle":
            for part in take_apart(body, collector.references.bases):
                if part.clash:
                    losses.append(_clash(part, collector, where))
                elif part.kind in FORMS:
                    collector.take(part.kind, part.data, where, part.spare_id)
            gaps = Gaps(body)
            losses += [Loss(where, what, Path(where)) for what in gaps.failed]
            return gaps.goes_on
        elif not kind:
            raise UsageError(f"{where} is no FHIR resource: it has no resourceType")
    except DataError as error:
        raise UsageError(f"{where} cannot be read: {error.what}") from None
    return None
