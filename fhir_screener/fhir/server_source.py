"""Charts from a FHIR R4 server, a batch of patients at a time.

Each type is asked for once for the whole batch; what a request failed to bring is named for those patients only.
Everything is filtered again on our side: by type, by patient, newest version of each resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import msgspec

from fhir_screener.criteria.model import Study
from fhir_screener.errors import Gone, NotFound, ServerError
from fhir_screener.fhir.answer import Answer
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.decode.assemble import assemble
from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.chart import Chart
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.lean import FORMS
from fhir_screener.fhir.decode.pending import Pending, pending
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.server_batch import BatchRead, TypeResult
from fhir_screener.fhir.server_cohort import Cohort
from fhir_screener.fhir.server_plan import ReadPlan, TypePlan
from fhir_screener.fhir.session import FhirSession
from fhir_screener.records.facts import Patient
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.ports import Batch, Unread
from fhir_screener.terminology.valueset import Terminology

_ID = re.compile(r"[A-Za-z0-9._~:@+-]{1,128}")
"""An id that can stand in a list of a query. FHIR's own rule is narrower; servers are not."""


class ServerSource:
    """Reads charts over one session (implements `PatientSource`). Threads may share it.

    `cohort` ({index|group|list|file|all: ...}) overrides what the studies say; `connections`: types read at once.
    """

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
        self._cohort = Cohort(session, capability, studies, terminology, cohort)
        self._book = Book(terminology)
        self._reads = BatchRead(session)
        self._connections = max(connections, 1)

    def cohort(self) -> Iterator[str]:
        """The ids of the patients worth reading, each once. Raises ServerError."""
        return self._cohort.ids()

    @property
    def hidden(self) -> tuple[str, ...]:
        """What this way of reading cannot see, in sentences for the report."""
        return (*self._cohort.hidden, *self.plan.hidden)

    def read(self, patients: Sequence[str]) -> Batch:
        """The charts of these patients. Raises ServerError when not even a Patient can be read."""
        work = _Work(self._session, self._book, list(dict.fromkeys(patients)))
        self._people(work)
        if work.here:
            self._charts(work)
            self._referred(work)
        return work.batch(self.plan)

    def _people(self, work: _Work) -> None:
        """The Patients; whom the list search did not bring is asked for alone."""
        odd = [one for one in work.asked if not _ID.fullmatch(one)]
        work.unread.update(dict.fromkeys(odd, "is no id that a FHIR server can have"))
        usual = [one for one in work.asked if one not in work.unread]
        result = self._reads.read(self.plan.patient, usual)
        if result.error is not None and (result.absent or len(result.failed) == len(usual)):
            raise result.error
        work.take(result)
        for one in usual:
            if one not in work.here and one not in result.failed:
                self._alone(one, work)
        work.unread.update({one: why for one, why in result.failed.items() if one not in work.here})

    def _alone(self, patient: str, work: _Work) -> None:
        try:
            answer = self._session.get(f"Patient/{patient}", expect="Patient")
        except NotFound:
            work.unread[patient] = "no such patient on this server"
        except Gone:
            work.unread[patient] = "the patient was deleted on this server"
        except ServerError as error:
            work.unread[patient] = str(error)
        else:
            work.found_alone(patient, answer)

    def _charts(self, work: _Work) -> None:
        with ThreadPoolExecutor(self._connections, thread_name_prefix="read") as pool:
            for result in pool.map(lambda how: self._reads.read(how, work.here), self.plan.charts):
                work.take(result)

    def _referred(self, work: _Work) -> None:
        """What the charts refer to and nobody has brought yet; twice, for a Medication may refer to others."""
        for _ in range(2):
            wanted = pending(work.collector)
            for kind, whose in wanted.items():
                how = self._how(kind)
                ids = [one for one in whose if _ID.fullmatch(one) and (kind, one) not in work.tried]
                work.tried.update((kind, one) for one in ids)
                if how is not None and ids:
                    work.take_referred(self._reads.read(how, ids), whose)

    def _how(self, kind: str) -> TypePlan | None:
        found = next((one for one in self.plan.references if one.type == kind), None)
        if found is None and kind == "Observation" and any(one.type == kind for one in self.plan.charts):
            return replace(self.plan.patient, type=kind)
        return found


@dataclass
class _Work:
    """One batch in the making. `here`: the ids whose Patient came; `failed` {patient: types}."""

    session: FhirSession
    book: Book
    asked: list[str]
    unread: dict[str, str] = field(default_factory=dict)
    failed: dict[str, set[str]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)
    moved: dict[str, PatientRecord] = field(default_factory=dict)
    tried: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        bases = frozenset(str(one) for one in (self.session.origins.base, *self.session.origins.others))
        self.collector = Collector(self.book, References(bases), self.asked)

    @property
    def here(self) -> list[str]:
        return [one for one in self.asked if one in self.collector.charts and "Patient" in self._chart(one).kept]

    def _chart(self, patient: str) -> Chart:
        return self.collector.charts[patient]

    def take(self, result: TypeResult) -> None:
        """Sort the resources of one type in; whatever else the server sent is dropped."""
        for found in result.found:
            for entry in found.entries:
                if entry.type == result.type and entry.type in FORMS:
                    self.collector.take(entry.type, bytes(entry.resource), f"{entry.type}/{entry.id or '?'}")
        self._note(result)
        for patient in result.failed:
            self.failed.setdefault(patient, set()).add(result.type)

    def take_referred(self, result: TypeResult, whose: dict[str, Pending]) -> None:
        """Sort resources in that were asked for by their own ids; a failure is one of the records that refer to them."""
        for found in result.found:
            for entry in found.entries:
                wanted = whose.get(entry.id or "")
                if entry.type == result.type and wanted is not None:
                    owner = wanted.patients[0] if len(wanted.patients) == 1 else ""
                    where = f"{entry.type}/{entry.id}"
                    self.collector.take(entry.type, bytes(entry.resource), where, owner=owner)
        self._note(result, chart=False)
        for one in result.failed:
            for patient in whose[one].patients:
                self.failed.setdefault(patient, set()).update(whose[one].types)

    def _note(self, result: TypeResult, *, chart: bool = True) -> None:
        self.warnings += result.warnings
        if result.absent and chart:
            self.absent.add(result.type)
        elif result.absent:
            self.warnings.append(
                f"{result.type}: the server offers no search by id; what refers to them stays unresolved"
            )

    def found_alone(self, patient: str, answer: Answer) -> None:
        """A Patient read by id. One with another id is the survivor of a merger."""
        kind_id = msgspec.json.decode(answer.body, type=_Named).id
        if kind_id == patient:
            self.collector.take("Patient", answer.body, f"Patient/{patient}")
        else:
            merged = Patient(id=patient, active=False, replaced_by=f"Patient/{kind_id or '?'}")
            self.moved[patient] = PatientRecord(merged)

    def batch(self, plan: ReadPlan) -> Batch:
        """The records in the order asked for."""
        absent = self.absent | plan.absent
        records = []
        for patient in self.asked:
            chart = self.collector.charts.get(patient)
            record = assemble(self.collector, chart, self.failed.get(patient, ()), absent) if chart else None
            record = record or self.moved.get(patient)
            if record is not None:
                records.append(record)
            else:
                self.unread.setdefault(patient, "no such patient on this server")
        told = [f"{kind}: the server does not offer this type" for kind in sorted(absent)]
        problems = [str(one) for one in self.collector.problems]
        unread = tuple(Unread(one, self.unread[one]) for one in self.asked if one in self.unread)
        return Batch(tuple(records), unread, tuple(dict.fromkeys((*told, *self.warnings, *problems))))


class _Named(msgspec.Struct):
    id: str | None = None
