"""What charts refer to: Medications, results reachable only through a report or panel, studies of a subject or consent.

Fetched by batches of ids, Medications and studies once a lifetime.
"""

from __future__ import annotations

from collections.abc import Iterable

from fhir_screener.errors import NotSupported, ServerError
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.lean import DrugLean, Lean, ObservationLean, ReportLean, WholeLean
from fhir_screener.fhir.decode.tolerant import plain, tree_of
from fhir_screener.fhir.search import by_ids, search_all
from fhir_screener.fhir.session import FhirSession

KEPT = 50_000
"""Medications and studies remembered; then they are forgotten and asked for again."""


class Linked:
    """Completes charts with what they refer to."""

    def __init__(self, session: FhirSession) -> None:
        self._session = session
        self._known: dict[tuple[str, str], bytes | None] = {}

    def complete(self, collector: Collector, warnings: list[str]) -> dict[str, frozenset[str]]:
        """Fetch what the collector's charts refer to and it lacks.

        Returns {patient: types}: whose chart misses something because a request failed.
        """
        wanted: dict[str, dict[str, set[str]]] = {"Medication": {}, "ResearchStudy": {}, "Observation": {}}
        for patient, chart in collector.charts.items():
            held = {one.id for one in chart.kept.get("Observation", ())}
            held |= {one.id for one in chart.seen.get("Observation", ())}
            for kind, records in chart.kept.items():
                for record in records:
                    for target, id_ in _targets(kind, record, collector):
                        if target != "Observation" or id_ not in held:
                            wanted[target].setdefault(id_, set()).add(patient)
        lost: dict[str, set[str]] = {}
        for target, ids in wanted.items():
            for id_ in self._bring(target, ids, collector, warnings):
                for patient in ids[id_]:
                    lost.setdefault(patient, set()).update(_HANGS_ON[target])
        return {patient: frozenset(types) for patient, types in lost.items()}

    def _bring(self, target: str, ids: Iterable[str], collector: Collector, warnings: list[str]) -> set[str]:
        """Feed these resources to the collector; returns the ids whose request failed."""
        if len(self._known) > KEPT:
            self._known.clear()
        missing = sorted(id_ for id_ in ids if (target, id_) not in self._known)
        failed: set[str] = set()
        for batch, params in by_ids(self._session, target, "_id", missing, (("_count", "200"),), most=200):
            try:
                found = search_all(self._session, target, params, ask_count=False)
            except NotSupported:
                self._known.update({(target, id_): None for id_ in batch})
                continue
            except ServerError as error:
                failed.update(batch)
                warnings.append(f"{target} that charts refer to could not be read: {error}")
                continue
            self._known.update({(target, id_): None for id_ in batch})
            self._known.update({(target, e.id): bytes(e.resource) for e in found.entries if e.id and e.type == target})
        for id_ in ids:
            body = self._known.get((target, id_))
            if body is not None:
                collector.take(target, body, f"{target}/{id_}")
        if target == "Observation":
            # Results belong to one chart: kept, they would only fill memory.
            for id_ in ids:
                self._known.pop((target, id_), None)
        return failed


_DRUGS = frozenset({"MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense"})
_HANGS_ON = {
    "Medication": _DRUGS,
    "Observation": frozenset({"Observation"}),
    "ResearchStudy": frozenset({"ResearchSubject", "Consent"}),
}


def _targets(kind: str, record: Lean, collector: Collector) -> Iterable[tuple[str, str]]:
    """(type, id) of what a record refers to, as far as we would fetch it."""
    references = collector.references
    found: list[str] = []
    if isinstance(record, DrugLean):
        found = [references.ref(plain(record.medicationReference))] if record.medicationReference else []
    elif isinstance(record, ReportLean):
        found = list(references.refs(plain(record.result))) if record.result else []
    elif isinstance(record, ObservationLean):
        found = list(references.refs(plain(record.hasMember))) if record.hasMember else []
    elif isinstance(record, WholeLean) and kind == "ResearchSubject":
        found = [references.ref(tree_of(record).get("study"))]
    for text in found:
        target, _, id_ = text.partition("/")
        if target in _HANGS_ON and id_ and "/" not in id_:
            yield target, id_
