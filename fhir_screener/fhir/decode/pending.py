"""What charts refer to that has not been read: Medications, Encounters, results of reports, studies, specimens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, cast

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.chart import Chart
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.events import pointers, provisions
from fhir_screener.fhir.decode.lean import (
    DRUGS,
    ConditionLean,
    DrugLean,
    ObservationLean,
    ProcedureLean,
    Raw,
    ReportLean,
    WholeLean,
)
from fhir_screener.fhir.decode.tolerant import plain, tree_of


@dataclass
class Pending:
    """Who refers to one resource: patients, and the types of their records."""

    patients: list[str] = field(default_factory=list)
    types: set[str] = field(default_factory=set)


Wanted = dict[str, dict[str, Pending]]
"""{type: {id: who refers to it}}"""


def pending(collector: Collector) -> Wanted:
    """References to resources of this source that are not at hand."""
    wanted: Wanted = {}
    for patient, chart in collector.charts.items():
        for kind, tree in _references(chart):
            target = collector.references.parse(tree.get("reference")) if isinstance(tree, dict) else None
            if target is None or target.kind not in _WANTED or _at_hand(collector, chart, target.kind, target.id):
                continue
            one = wanted.setdefault(target.kind, {}).setdefault(target.id, Pending())
            one.types.add(kind)
            if patient not in one.patients:
                one.patients.append(patient)
    _ingredients(collector, wanted)
    return wanted


_WANTED = frozenset({"Medication", "Encounter", "Observation", "ResearchStudy", "Specimen"})


def _at_hand(collector: Collector, chart: Chart, kind: str, id_: str) -> bool:
    library = collector.library
    if kind == "Medication":
        return id_ in library.medications
    if kind == "ResearchStudy":
        return id_ in library.studies
    if kind == "Specimen":
        return id_ in library.specimens
    if kind == "Observation" and id_ in library.results:
        return True
    return any(one.id == id_ for one in (*chart.kept.get(kind, ()), *chart.seen.get(kind, ())))


def _references(chart: Chart) -> Iterable[tuple[str, Any]]:
    """(type of the record, the Reference it holds) for all that matter."""
    for kind in DRUGS:
        for record in chart.kept.get(kind, ()):
            yield from _trees(kind, cast(DrugLean, record).medicationReference)
    for record in chart.kept.get("Procedure", ()):
        yield from _trees("Procedure", cast(ProcedureLean, record).usedReference)
    for record in chart.kept.get("Condition", ()):
        one = cast(ConditionLean, record)
        if not (one.recordedDate and (one.onsetDateTime or one.onsetPeriod)):
            yield from _trees("Condition", one.encounter)
    for record in chart.kept.get("DiagnosticReport", ()):
        yield from _trees("DiagnosticReport", cast(ReportLean, record).result)
    for record in chart.kept.get("Observation", ()):
        result = cast(ObservationLean, record)
        yield from _trees("Observation", result.hasMember)
        yield from _trees("Observation", result.specimen)
    for record in chart.kept.get("ResearchSubject", ()):
        yield "ResearchSubject", tree_of(cast(WholeLean, record)).get("study")
    for record in chart.kept.get("Consent", ()):
        for provision in provisions(tree_of(cast(WholeLean, record))):
            yield from (("Consent", tree) for tree in pointers(provision))


def _trees(kind: str, raw: Raw) -> Iterable[tuple[str, Any]]:
    return ((kind, tree) for tree in elements.many(plain(raw))) if raw else ()


def _ingredients(collector: Collector, wanted: Wanted) -> None:
    """Medications that are ingredients of Medications: whoever takes the one takes the other."""
    everyone = Pending(list(collector.charts), set(DRUGS))
    for resource in collector.library.medications.values():
        for part in elements.many(resource.get("ingredient")):
            tree = part.get("itemReference") if isinstance(part, dict) else None
            target = collector.references.parse(tree.get("reference")) if isinstance(tree, dict) else None
            if target is not None and target.kind == "Medication" and target.id not in collector.library.medications:
                wanted.setdefault("Medication", {}).setdefault(target.id, everyone)
