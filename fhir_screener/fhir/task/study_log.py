"""The entries of a study's screening log, read from its Tasks a page at a time; who decided, from their Provenances."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import orjson

from fhir_screener.errors import DataError, NotSupported, Refused, ServerFault
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.search import search_whole
from fhir_screener.fhir.search_pages import pages
from fhir_screener.fhir.search_warnings import SearchWarning
from fhir_screener.fhir.searchset import Page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.coded import Json, codes, dicts
from fhir_screener.fhir.task.history import Happened, happened
from fhir_screener.fhir.task.identity import subject_at, subject_of
from fhir_screener.fhir.task.ledger import read_criterion
from fhir_screener.fhir.task.reached import ENROLLED
from fhir_screener.fhir.task.sweep_record import counts_of
from fhir_screener.fhir.task.sweep_report import report_of
from fhir_screener.fhir.task.sweeps import Sweeps
from fhir_screener.fhir.task.worklist import row_of
from fhir_screener.log import Log
from fhir_screener.screening.change import answer
from fhir_screener.screening.study_log import Entry
from fhir_screener.screening.sweep_plan import State

_log = Log(__name__)
PAGE = 100
"""Tasks of a page, ledgers and all."""
UNREADABLE = "unreadable"
_SETTLING = ("accept", "reject")


class StudyLog:
    """Reads the log from the target; writes nothing."""

    def __init__(self, session: FhirSession, capability: Capability, setting: Setting) -> None:
        self._session, self._capability, self._setting = session, capability, setting

    def entries(self, study: str) -> Iterator[list[tuple[Entry, str]]]:
        """Batches of (entry, patient id). Raises ServerError where the server does not send all it has."""
        enrolled, seen, troubles = self._enrolled(), set[str](), list[SearchWarning]()
        for page in pages(self._session, "Task", self._query(study), on_warning=troubles.append, strict=False):
            tasks = [task for task in self._tasks(page, study) if str(task.get("id")) not in seen]
            seen.update(str(task.get("id")) for task in tasks)
            yield self._batch(tasks, enrolled)
        if any(trouble.partial for trouble in troubles):
            raise ServerFault("the server did not send all Tasks of the study; try again", where="Task")

    def last_sweep(self, study: str) -> dict[str, int]:
        """{count: number} of the newest complete sweep of the study; `first:E1` counts whom E1 was the first to keep
        out, where the sweep's report was kept. Empty before the first."""
        sweeps = Sweeps(self._session, self._capability, self._setting.identity.source)
        last = next((one for one in sweeps.of_study(study) if one.state is State.DONE), None)
        if last is None:
            return {}
        task = sweeps.by_id(last.task)
        counts = {what: number for (of, what), number in counts_of(task).items() if of == study}
        try:
            report = report_of(task)
        except DataError as error:
            _log.info("log.report.unread", task=last.task, error=error)
            report = None
        found = next((one for one in report.studies if one.study == study), None) if report else None
        return counts | ({f"first:{id}": number for id, number in found.first_out.items()} if found else {})

    def _query(self, study: str) -> list[tuple[str, str]]:
        known = self._capability.types.get("Task")
        by_study = known is None or "group-identifier" in known.search_params
        about = [("group-identifier", f"{names.STUDY_ID}|{study}")] if by_study else []
        return [("code", f"{names.TASK_CODE}|{names.SCREENING_CANDIDATE}"), *about, ("_count", str(PAGE))]

    def _tasks(self, page: Page, study: str) -> Iterator[Json]:
        for entry in page.entries:
            if entry.type != "Task":
                continue
            task: Json = orjson.loads(bytes(entry.resource))
            if subject_at(task, self._setting.identity.source, study):
                yield task

    def _batch(self, tasks: Sequence[Json], enrolled: frozenset[str]) -> list[tuple[Entry, str]]:
        decided = [str(t["id"]) for t in tasks if t.get("status") in ("accepted", "rejected", "completed")]
        moves = self._moves(decided) if decided else {}
        return [
            (_entry(task, moves.get(str(task["id"])), enrolled, self._setting.pool), subject_of(task).patient)
            for task in tasks
        ]

    def _moves(self, tasks: Sequence[str]) -> dict[str, Happened]:
        """{Task id: the last decision}; empty where the server keeps no Provenance that can be searched."""
        found: dict[str, Happened] = {}
        for at in range(0, len(tasks), 20):
            targets = ",".join(f"Task/{id}" for id in tasks[at : at + 20])
            try:
                records = search_whole(self._session, "Provenance", [("target", targets), ("_count", "200")])
            except (NotSupported, Refused):
                return {}
            for entry in records:
                record = orjson.loads(bytes(entry.resource))
                what = happened(record)
                if what.what in _SETTLING and what.person:
                    for id in _targets(record):
                        if id not in found or found[id].when < what.when:
                            found[id] = what
        return found

    def _enrolled(self) -> frozenset[str]:
        """`names.SUBJECT_ID` of those who are in a study, as a trial's own system wrote it into our ResearchSubjects."""
        if self._capability.can("ResearchSubject", "search-type") is False:
            return frozenset()
        params = [("status", ",".join(ENROLLED)), ("_elements", "identifier,status"), ("_count", "500")]
        try:
            found = search_whole(self._session, "ResearchSubject", params)
        except (NotSupported, Refused):
            return frozenset()
        subjects = [orjson.loads(bytes(entry.resource)) for entry in found]
        return frozenset(
            str(one.get("value"))
            for subject in subjects
            if subject.get("status") in ENROLLED
            for one in dicts(subject.get("identifier"))
            if one.get("system") == names.SUBJECT_ID
        )


def _entry(task: Json, move: Happened | None, enrolled: frozenset[str], pool: str) -> Entry:
    row = row_of(task, pool)
    subject = next(
        (str(i.get("value")) for i in dicts(task.get("identifier")) if i.get("system") == names.CANDIDATE_ID), ""
    )
    return Entry(
        number=row.task,
        outcome=row.outcome,
        status=row.status,
        enrolled=row.status == "completed" or subject in enrolled,
        first_seen=row.authored[:10],
        judged_as_of=row.as_of,
        eligible_from=str(row.eligible_from or ""),
        decided_on=move.when[:10] if move else "",
        decided_by=move.by if move else "",
        reason=next(iter(codes(task.get("statusReason"), names.REJECTION)), ""),
        notes=row.notes,
        answers={id: _answer(output) for output in dicts(task.get("output")) for id in _criterion(output)},
    )


def _criterion(output: Json) -> list[str]:
    return codes(output.get("type"), names.CRITERION)[:1]


def _answer(output: Json) -> str:
    """An answer that another hand has made unreadable costs neither the row nor the log."""
    try:
        criterion = read_criterion(output)
    except DataError:
        criterion = None
    return answer(criterion) if criterion is not None else UNREADABLE


def _targets(provenance: Mapping[str, object]) -> Iterator[str]:
    for target in dicts(provenance.get("target")):
        yield str(target.get("reference", "")).split("/_history/")[0].rpartition("/")[2]
