"""Charts from a FHIR R4 server, a batch of patients at a time.

Each type is asked for once for the whole batch; what a request failed to bring is named for those patients only.
Everything is filtered again on our side: by type, by patient, newest version of each resource.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from fhir_screener.criteria.model import Study
from fhir_screener.errors import Gone, NotFound, ServerError
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.pending import pending
from fhir_screener.fhir.server_batch import BatchRead
from fhir_screener.fhir.server_cohort import Cohort
from fhir_screener.fhir.server_plan import ReadPlan, TypePlan
from fhir_screener.fhir.server_work import Work
from fhir_screener.fhir.session import FhirSession
from fhir_screener.screening.ports import Batch
from fhir_screener.terminology.terms import Terminology

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
        self._book = Book.of(terminology)
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
        """The charts of these patients. Raises ServerError when no Patient, or nothing but Patients, can be read."""
        work = Work(self._session, self._book, list(dict.fromkeys(patients)))
        self._people(work)
        if work.here:
            self._charts(work)
            self._referred(work)
        return work.batch(self.plan)

    def _people(self, work: Work) -> None:
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

    def _alone(self, patient: str, work: Work) -> None:
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

    def _charts(self, work: Work) -> None:
        here = work.here
        with ThreadPoolExecutor(self._connections, thread_name_prefix="read") as pool:
            results = list(pool.map(lambda how: self._reads.read(how, here), self.plan.charts))
        lost = [one.error for one in results if one.error is not None and len(one.failed) == len(here)]
        again = next((error for error in lost if error.retryable), None)
        if again is not None and len(lost) == len(results):
            raise again
        for how, result in zip(self.plan.charts, results, strict=True):
            if (nameless := work.take(result)) is not None:
                work.fail(how.type, self._whose(how, work), nameless)

    def _whose(self, how: TypePlan, work: Work) -> list[str]:
        """The patients with records that name nobody of this source: each is asked for alone, so that no other is held up."""
        if len(work.here) == 1:
            return work.here
        with ThreadPoolExecutor(self._connections, thread_name_prefix="read") as pool:
            alone = list(pool.map(lambda one: self._reads.read(how, [one]), work.here))
        return [one for one, result in zip(work.here, alone, strict=True) if work.lacks(one, result)]

    def _referred(self, work: Work) -> None:
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
