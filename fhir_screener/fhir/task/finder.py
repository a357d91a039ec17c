"""Finding Tasks on the target: many at once without their ledgers, or one as it is at this moment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import orjson

from fhir_screener.errors import NotFound, Refused, ServerFault, SettingsError
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.search import search_all
from fhir_screener.fhir.search_ids import by_ids
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.identity import Subject, subject_at
from fhir_screener.fhir.task.names import CANDIDATE_ID, SCREENING_CANDIDATE, STUDY_ID, TASK_CODE
from fhir_screener.fhir.task.read import existing_from_task
from fhir_screener.log import Log
from fhir_screener.screening.candidate import Existing, Hand

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

    def existing(self, study: str, patients: Sequence[str], *, by_id: bool) -> dict[str, Existing]:
        """{patient id: what its Task says}. Raises ServerFault where the server does not send all it has."""
        values = {self._identity.candidate_identifier(study, patient)["value"]: patient for patient in patients}
        if by_id and (self._params is None or "_id" in self._params):
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
                answer = self._session.get(f"Task/{self._identity.task(study, patient)}", expect="Task")
            except NotFound:
                self._same_key(study, patient)
                return None
            task: Json = orjson.loads(answer.body)
            task.setdefault("meta", {}).setdefault("versionId", answer.version or "")
            return task
        value = self._identity.candidate_identifier(study, patient)["value"]
        found = self._search("identifier", [value], f"{CANDIDATE_ID}|", lean=False)
        several = [t for t in found if self._subject(t) == Subject(study, self._identity.source, patient)]
        return self._first(several) if several else None

    def _same_key(self, study: str, patient: str) -> None:
        """Refuse to make a second Task where one was made under another installation key: its id is not ours."""
        value = self._identity.candidate_identifier(study, patient)["value"]
        ours = self._identity.task(study, patient)
        for task in self._search("identifier", [value], f"{CANDIDATE_ID}|"):
            if self._subject(task) == Subject(study, self._identity.source, patient) and task.get("id") != ours:
                raise SettingsError(
                    f"Task/{task.get('id')} is about the same patient and study, made with another installation key:"
                    " set FHIR_SCREENER_INSTALLATION_KEY to the key of the first sweep"
                )

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
            found = search_all(self._session, "Task", [*params, *shape], strict=False)
        except Refused:
            if not shape:
                raise
            self._lean = False
            return self._all(params, lean=False)
        if not found.complete:
            raise ServerFault("the server did not send all Tasks that match; try again", where="Task")
        return [orjson.loads(bytes(entry.resource)) for entry in found.entries if entry.type == "Task"]

    def _first(self, tasks: list[Json]) -> Json:
        """Of several Tasks for one candidate the one that counts, the same for every worker: one that a person has in
        hand, then the oldest."""
        ranked = sorted(tasks, key=lambda t: (self.reduced(t).hand is Hand.UNTOUCHED, _age(t), str(t.get("id"))))
        for other in ranked[1:]:
            _log.warning("task.doubled", task=other.get("id"), why=f"Task/{ranked[0].get('id')} counts")
        return ranked[0]


def _age(task: Json) -> str:
    return str(task.get("authoredOn") or "9")
