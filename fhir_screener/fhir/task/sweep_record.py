"""The sweep's own record on the target: a Task with code `sweep`, written when it starts and when it is closed.

A sweep without a broker also writes there, now and then, how far it is: its patients, and those read.

What the report counts are its outputs; a count of one study names it in a second coding. The report itself, with who
was not read and why, is one more output, an attachment (`sweep_report`).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import orjson

from fhir_screener.errors import Conflict, NotFound, Refused, ServerFault
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.origin import encode
from fhir_screener.fhir.searchset import read_page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import precise_instant, task_input
from fhir_screener.fhir.task.checked import check
from fhir_screener.fhir.task.coded import Json, codes, coding, concept, dicts
from fhir_screener.fhir.task.identity import Identity, sweep_identifier
from fhir_screener.fhir.task.support import client_ids, token_of
from fhir_screener.fhir.task.sweep_report import report_output
from fhir_screener.log import Log
from fhir_screener.screening.sweep_plan import Head, State

_STATUS = {State.PLANNING: "in-progress", State.RUNNING: "in-progress", State.DONE: "completed", State.FAILED: "failed"}
_TOTALS = {"patients": "Patients to be read", "read": "Patients read", "requests": "Requests to the source"}
_SIZES = {"unread": "Patients not read", "warnings": "Warnings"}
_STUDY_SIZES = {"not_evaluated": "not-evaluated", "unwritten": "unwritten"}
_ATTEMPTS = 3
NEWS = "Coordinators are told by e-mail."
"""Note of a sweep's Task of which e-mails were sent, or were about to be."""
_log = Log(__name__)


class SweepTasks:
    """Implements `screening.sweep_ports.SweepRecord`. Both calls may be repeated."""

    def __init__(
        self,
        session: FhirSession,
        capability: Capability,
        identity: Identity,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._session, self._identity, self._now = session, identity, clock
        self._client_ids = client_ids(capability, "Task")

    def opened(self, head: Head) -> None:
        """Write that the sweep has begun. Raises ServerError."""
        self._write(head, sweep_task(head, self._identity))

    def progressed(self, head: Head, done: int, total: int) -> None:
        """Write how far it is: for whom no ledger can tell. Nothing where its Task is not there. Raises ServerError."""
        there = self._there(head)
        if there is not None and there.get("status") == _STATUS[State.RUNNING]:
            numbers = {"patients": total, "read": done}
            output = [_count(number, name, _TOTALS[name]) for name, number in numbers.items()]
            self._update(there, {"output": output, "lastModified": precise_instant(self._now())})

    def closed(self, head: Head, report: Mapping[str, Any]) -> None:
        """Write how it ended. `report` is `SweepReport.to_wire()`. Raises ServerError."""
        whole = sweep_record(head, report, self._identity)
        try:
            self._write(head, whole)
        except Refused as error:
            # A server may take no Task of this size: the counts are worth more than nothing.
            _log.warning("sweep.report.refused", sweep=head.sweep, error=error)
            self._write(head, {**whole, "output": whole["output"][:-1]})

    def claim_news(self, head: Head) -> bool:
        """Mark that coordinators are told of this sweep; False where it was marked before. Raises ServerError.

        The mark is a note: it outlives the record's being written anew.
        """
        for left in reversed(range(_ATTEMPTS)):
            there = self._there(head)
            if there is None:
                raise NotFound("the sweep's own Task is not there to be marked", where="Task")
            if any(note.get("text") == NEWS for note in dicts(there.get("note"))):
                return False
            try:
                self._update(there, {"note": [*dicts(there.get("note")), {"text": NEWS}]})
            except Conflict:
                if not left:
                    raise
            else:
                return True
        raise AssertionError("the last attempt returns or raises")

    def _write(self, head: Head, task: Json) -> None:
        check(task)
        for left in reversed(range(_ATTEMPTS)):
            there = self._there(head)
            try:
                if there is None:
                    return self._create(task)
                return self._update(there, task)
            except Conflict:
                if not left:
                    raise

    def _create(self, task: Json) -> None:
        if self._client_ids:
            self._session.put(f"Task/{task['id']}", orjson.dumps(task))
            return
        nameless = {key: value for key, value in task.items() if key != "id"}
        condition = encode([("identifier", token_of(task["identifier"][0]))])
        self._session.post("Task", orjson.dumps(nameless), {"If-None-Exist": condition})

    def _update(self, there: Json, task: Json) -> None:
        version = (there.get("meta") or {}).get("versionId")
        headers = {"If-Match": f'W/"{version}"'} if version else {}
        body = copy.deepcopy(there) | {name: value for name, value in task.items() if name != "id"}
        self._session.put(f"Task/{there['id']}", orjson.dumps(body), headers)

    def _there(self, head: Head) -> Json | None:
        if self._client_ids:
            try:
                answer = self._session.get(f"Task/{self._identity.sweep(head.sweep)}", expect="Task")
            except NotFound:
                return None
            task: Json = orjson.loads(answer.body)
            return task
        identifier = sweep_identifier(head.sweep)
        page = self._session.fetch("Task", read_page, [("identifier", token_of(identifier))])
        tasks = (orjson.loads(bytes(entry.resource)) for entry in page.entries if entry.type == "Task")
        found = sorted((t for t in tasks if identifier in dicts(t.get("identifier"))), key=lambda t: str(t.get("id")))
        if found and not found[0].get("id"):
            raise ServerFault("the server sent a Task without an id; see its log", where="Task")
        return found[0] if found else None


def sweep_task(head: Head, identity: Identity) -> Json:
    """The record of a sweep, without its counts."""
    started = precise_instant(head.started)
    period = {"start": started} | ({"end": precise_instant(head.ended)} if head.ended else {})
    words = f"Sweep for {', '.join(head.studies)}"
    return {
        "resourceType": "Task",
        "id": identity.sweep(head.sweep),
        "meta": {"profile": [names.SWEEP_PROFILE]},
        "identifier": [sweep_identifier(head.sweep)],
        "status": _STATUS[head.state],
        "intent": "plan",
        "code": concept(coding(names.TASK_CODE, names.SWEEP, names.TASK_CODES[names.SWEEP]), words=words),
        "executionPeriod": period,
        "authoredOn": started,
        "lastModified": precise_instant(max(head.started, head.ended or head.started)),
        "input": [
            task_input(names.Input.AS_OF, head.as_of),
            task_input(names.Input.ZONE, head.zone),
            task_input(names.Input.SOURCE, identity.source),
            *(_about_study(study, checksum) for study, checksum in head.studies.items()),
        ],
    }


def sweep_record(head: Head, report: Mapping[str, Any], identity: Identity) -> Json:
    """The record of a sweep that has ended, with its counts and, last, the report. `report` is `SweepReport.to_wire()`."""
    return sweep_task(head, identity) | {"output": [*_outputs(report), report_output(report)]}


def _about_study(study: str, checksum: str) -> Json:
    entry = task_input(names.Input.MAPPING_CHECKSUM, checksum)
    entry["type"]["coding"].append(coding(names.STUDY_ID, study))
    return entry


def _outputs(report: Mapping[str, Any]) -> Iterator[Json]:
    for name, words in _TOTALS.items():
        yield _count(int(report.get(name) or 0), name, words)
    for name, words in _SIZES.items():
        yield _count(len(report.get(name) or ()), name, words)
    for study in report.get("studies") or ():
        yield from _study_outputs(study)


def _study_outputs(study: Mapping[str, Any]) -> Iterator[Json]:
    id = str(study["study"])
    yield _count(int(study.get("evaluated") or 0), "evaluated", "Patients evaluated", id)
    for name, code in _STUDY_SIZES.items():
        yield _count(len(study.get(name) or ()), code, "", id)
    for outcome, number in sorted((study.get("outcomes") or {}).items()):
        yield _count(int(number), f"outcome:{outcome}", "", id)
    for action, number in sorted((study.get("actions") or {}).items()):
        yield _count(int(number), f"action:{action}", "", id)


def _count(number: int, code: str, words: str, study: str = "") -> Json:
    about = [coding(names.STUDY_ID, study)] if study else []
    return {"type": concept(coding(names.COUNT, code, words), *about), "valueUnsignedInt": number}


def counts_of(task: Json) -> dict[tuple[str, str], int]:
    """{(study or "", count): number} of a closed sweep's record."""
    found: dict[tuple[str, str], int] = {}
    for output in dicts(task.get("output")):
        study = next(iter(codes(output.get("type"), names.STUDY_ID)), "")
        for code in codes(output.get("type"), names.COUNT):
            found[study, code] = output.get("valueUnsignedInt", 0)
    return found
