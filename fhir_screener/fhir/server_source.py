"""Charts from a FHIR server, by type and by batch of patients, as PatientRecords.

Whatever a request did not bring is said: a patient who cannot be read is `unread`; a type that failed for a patient is in
the record's `failed`, so that what hangs on it is `not-fetched`; a type that the server lacks is `absent`, said once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from fhir_screener.criteria.model import Study
from fhir_screener.errors import AuthError, Busy, NotSupported, ScreenerError, ServerError, Unreachable
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.server_cohort import Cohort
from fhir_screener.fhir.decode.assemble import assemble
from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.server_links import Linked
from fhir_screener.fhir.server_plan import ReadPlan, TypePlan
from fhir_screener.fhir.search import by_ids, search_all
from fhir_screener.fhir.searchset import Entry
from fhir_screener.fhir.session import FhirSession
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.ports import Batch, Unread
from fhir_screener.terminology.valueset import Terminology


@dataclass
class _Haul:
    """What one type brought for a batch of patients."""

    type: str
    entries: list[Entry] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    """{patient: why}"""
    warnings: list[str] = field(default_factory=list)
    absent: bool = False


class ServerSource:
    """Reads charts from one server (implements `PatientSource`). May be used by one thread at a time."""

    def __init__(
        self,
        session: FhirSession,
        capability: Capability,
        plan: ReadPlan,
        terminology: Terminology,
        studies: Sequence[Study],
        *,
        cohort: Mapping[str, object] | None = None,
        connections: int = 4,
    ) -> None:
        self._session, self.plan = session, plan
        self._book = Book(terminology)
        self._linked = Linked(session)
        self._absent = set(plan.absent)
        self._connections = connections
        self._cohort = Cohort(session, capability, studies, terminology, cohort)

    def cohort(self) -> Iterator[str]:
        """The ids of the patients worth reading, each once."""
        return self._cohort.ids()

    @property
    def hidden(self) -> tuple[str, ...]:
        """What this way of reading cannot see, in sentences for the report."""
        return (*self._cohort.hidden, *self.plan.hidden)

    def read(self, patients: Sequence[str]) -> Batch:
        """The charts of these patients, in that order. Raises ServerError when no patient can be read at all."""
        ids = list(dict.fromkeys(patients))
        people, *kinds = self.plan.types
        first = self._haul(people, ids)
        there = {entry.id for entry in first.entries if entry.type == "Patient"}
        present = [patient for patient in ids if patient in there]
        hauls = [first, *self._all(kinds, present)]
        collector = Collector(self._book, References(frozenset({self._session.base_url})), ids)
        for haul in hauls:
            for entry in haul.entries:
                collector.take(entry.type, bytes(entry.resource), f"{entry.type}/{entry.id}")
            haul.entries = []
        warnings = [line for haul in hauls for line in haul.warnings]
        lost = self._linked.complete(collector, warnings)
        return self._batch(ids, first, hauls, collector, lost, warnings)

    def _all(self, kinds: Iterable[TypePlan], patients: list[str]) -> list[_Haul]:
        wanted = [kind for kind in kinds if kind.type not in self._absent]
        if not patients:
            return []
        with ThreadPoolExecutor(max(1, min(self._connections, len(wanted)))) as pool:
            hauls = list(pool.map(lambda kind: self._haul(kind, patients), wanted))
        failing = [haul for haul in hauls if len(haul.failed) == len(patients)]
        if len(failing) == len(hauls) and hauls:
            raise Unreachable("no part of any chart could be read", where=self._session.base_url)
        for haul in hauls:
            if haul.absent:
                self._absent.add(haul.type)
        return hauls

    def _haul(self, kind: TypePlan, patients: list[str]) -> _Haul:
        haul = _Haul(kind.type)
        for ids, _ in by_ids(self._session, kind.type, kind.parameter, patients, kind.params, most=kind.batch):
            self._fetch(kind, list(ids), haul)
            if haul.absent:
                break
        return haul

    def _fetch(self, kind: TypePlan, ids: list[str], haul: _Haul) -> None:
        """One search; one that fails for a batch is tried by halves, so that one bad patient costs only that patient."""
        try:
            ((_, params),) = by_ids(self._session, kind.type, kind.parameter, ids, kind.params)
            found = search_all(self._session, kind.type, params)
        except NotSupported as error:
            if kind.type == "Patient":
                raise
            haul.absent = True
            haul.warnings.append(f"the server does not offer {kind.type} ({error})")
            return
        except (AuthError, Busy, Unreachable) as error:
            # These meet every request alike: asking by halves would only ask more.
            if kind.type == "Patient":
                raise
            self._lose(kind, ids, haul, error)
            return
        except ServerError as error:
            if len(ids) == 1:
                self._lose(kind, ids, haul, error)
            else:
                self._halves(kind, ids, haul)
            return
        haul.warnings.extend(str(warning) for warning in found.warnings)
        if found.complete:
            haul.entries.extend(found.entries)
        elif len(ids) > 1:
            self._halves(kind, ids, haul)
        else:
            haul.entries.extend(found.entries)
            haul.failed[ids[0]] = f"{kind.type} came incomplete"

    def _halves(self, kind: TypePlan, ids: list[str], haul: _Haul) -> None:
        middle = len(ids) // 2
        self._fetch(kind, ids[:middle], haul)
        self._fetch(kind, ids[middle:], haul)

    @staticmethod
    def _lose(kind: TypePlan, ids: list[str], haul: _Haul, error: ScreenerError) -> None:
        haul.failed.update(dict.fromkeys(ids, str(error)))
        haul.warnings.append(f"{kind.type} could not be read: {error}")

    def _batch(
        self,
        ids: list[str],
        first: _Haul,
        hauls: list[_Haul],
        collector: Collector,
        lost: Mapping[str, frozenset[str]],
        warnings: list[str],
    ) -> Batch:
        records: list[PatientRecord] = []
        unread: list[Unread] = []
        absent = frozenset(self._absent)
        for patient in ids:
            chart = collector.charts.get(patient)
            failed = {haul.type for haul in hauls if patient in haul.failed} | lost.get(patient, frozenset())
            record = assemble(collector, chart, failed, absent) if chart is not None else None
            if record is not None and record.patient.id == patient:
                records.append(record)
            else:
                unread.append(Unread(patient, first.failed.get(patient, "there is no such patient on the server")))
        said = [*warnings, *(str(problem) for problem in collector.problems)]
        return Batch(tuple(records), tuple(unread), tuple(dict.fromkeys(said)))
