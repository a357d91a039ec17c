"""Finding Tasks on the target: many at once without their ledgers, or one as it is at this moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import orjson

from fhir_screener.errors import AuthError, Gone, NotFound, NotSupported, Refused, SettingsError
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.search import search_whole
from fhir_screener.fhir.search_ids import by_ids
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.identity import Subject, subject_at
from fhir_screener.fhir.task.names import CANDIDATE_ID, SCREENING_CANDIDATE, STUDY_ID, TASK_CODE
from fhir_screener.fhir.task.read import existing_from_task
from fhir_screener.fhir.task.support import client_ids_promised
from fhir_screener.log import Log
from fhir_screener.screening.candidate import Existing, Hand
from fhir_screener.settings import variable

_log = Log(__name__)
HEAD = (
    "identifier,groupIdentifier,status,statusReason,businessStatus,for,owner,authoredOn,lastModified,note,input,"
    "extension"
)
"""What worklists and reconciling look at: the ledgers stay on the server until one is wanted."""


class Finder:
    """Reads past caches (the session asks for that) and believes no filter: what comes back is looked at again."""

    def __init__(self, session: FhirSession, capability: Capability, setting: Setting) -> None:
        self._session, self._identity, self._pool = session, setting.identity, setting.pool
        known = capability.types.get("Task")
        self._params = None if known is None else known.search_params
        self._lean = True
        """Whether the server takes `_elements`."""
        self._promised = client_ids_promised(capability, "Task")
        self._ours: set[str] = set()
        """Studies whose ResearchStudy is there under the id that we chose."""

    def existing(self, study: str, patients: Sequence[str], *, by_id: bool) -> dict[str, Existing]:
        """{patient id: what its Task says}. Raises ServerFault where the server does not send all it has."""
        values = {self._identity.candidate_identifier(study, patient)["value"]: patient for patient in patients}
        if by_id and self._takes("_id") and self._by_our_ids(study):
            tasks = self._search("_id", [self._identity.task(study, patient) for patient in patients])
        else:
            tasks = self._search("identifier", values, f"{CANDIDATE_ID}|")
        found: dict[str, list[Json]] = {}
        for task in tasks:
            subject = self._subject(task)
            if subject and subject.study == study and subject.patient in set(patients):
                found.setdefault(subject.patient, []).append(task)
        return {patient: self.reduced(self._first(several)) for patient, several in found.items()}

    def now(self, study: str, patient: str, *, by_id: bool) -> Json | None:
        """The whole Task as it is now, or None; raises Gone where a person deleted it."""
        if by_id:
            try:
                return self._whole(self._identity.task(study, patient))
            except NotFound:
                return self._elsewhere(study, patient)
        found = self._of(study, patient, lean=False)
        return self._first(found) if found else None

    def _whole(self, id: str) -> Json:
        answer = self._session.get(f"Task/{id}", expect="Task")
        task: Json = orjson.loads(answer.body)
        task.setdefault("meta", {}).setdefault("versionId", answer.version or "")
        return task

    def _elsewhere(self, study: str, patient: str) -> Json | None:
        """The Task under an id that the server chose; where it is one of another installation key, raises SettingsError."""
        found = [task for task in self._of(study, patient) if task.get("id") != self._identity.task(study, patient)]
        if not found:
            return None
        first = str(self._first(found).get("id"))
        if not self._by_our_ids(study):
            return self._whole(first)
        raise SettingsError(
            f"Task/{first} is about the same patient and study, made with another installation key:"
            f" set {variable('installation_key')} to the key of the first sweep"
        )

    def know_ids(self, shown: Callable[[], bool]) -> None:
        """Before a write: have it shown whether the server takes our ids, where it does not say so."""
        self._promised = self._promised or shown()

    def _by_our_ids(self, study: str) -> bool:
        """Whether Tasks are under ids of our choosing: as the server says, or else as the study itself is."""
        if not self._promised and study not in self._ours:
            try:
                self._session.get(f"ResearchStudy/{self._identity.study(study)}", expect="ResearchStudy")
            except NotFound:
                return False
            except (NotSupported, AuthError, Gone):
                pass  # it does not tell: Tasks are then looked for where we would put them
            self._ours.add(study)
        return True

    def _of(self, study: str, patient: str, *, lean: bool = True) -> list[Json]:
        """The Tasks of one candidate, by identifier."""
        value = self._identity.candidate_identifier(study, patient)["value"]
        found = self._search("identifier", [value], f"{CANDIDATE_ID}|", lean=lean)
        return [task for task in found if self._subject(task) == Subject(study, self._identity.source, patient)]

    def of_study(self, study: str, filters: Mapping[str, str] | None = None, *, lean: bool = True) -> Iterator[Json]:
        """All candidate Tasks of this source and study, further search parameters applied by the server."""
        params = [
            ("code", f"{TASK_CODE}|{SCREENING_CANDIDATE}"),
            *([("group-identifier", f"{STUDY_ID}|{study}")] if self._takes("group-identifier") else []),
            *((name, value) for name, value in (filters or {}).items() if self._takes(name)),
            ("_count", "200"),
        ]
        for task in self._all(params, lean=lean):
            subject = self._subject(task)
            if subject and subject.study == study:
                yield task

    def reduced(self, task: Json) -> Existing:
        return existing_from_task(task, self._pool)

    def _takes(self, name: str) -> bool:
        return self._params is None or name in self._params

    def _subject(self, task: Json) -> Subject | None:
        """Whom the Task is about, if it is ours and about a patient of this source."""
        return subject_at(task, self._identity.source)

    def _search(self, name: str, values: Iterable[str], prefix: str = "", *, lean: bool = True) -> list[Json]:
        tasks: list[Json] = []
        for asked, params in by_ids(self._session, "Task", name, values, prefix=prefix):
            tasks.extend(self._all([*params, ("_count", str(len(asked) + 1))], lean=lean))
        return tasks

    def _all(self, params: list[tuple[str, str]], *, lean: bool) -> list[Json]:
        shape = [("_elements", HEAD)] if lean and self._lean else []
        try:
            found = search_whole(self._session, "Task", [*params, *shape])
        except Refused:
            if not shape:
                raise
            self._lean = False
            return self._all(params, lean=False)
        return [orjson.loads(bytes(entry.resource)) for entry in found]

    def _first(self, tasks: list[Json]) -> Json:
        """Of several Tasks for one candidate the one that counts, the same for every worker: one that a person has in
        hand, then the oldest."""
        ranked = sorted(tasks, key=lambda t: (self.reduced(t).hand is Hand.UNTOUCHED, _age(t), str(t.get("id"))))
        for other in ranked[1:]:
            _log.warning("task.doubled", task=other.get("id"), why=f"Task/{ranked[0].get('id')} counts")
        return ranked[0]


def _age(task: Json) -> str:
    return str(task.get("authoredOn") or "9")
