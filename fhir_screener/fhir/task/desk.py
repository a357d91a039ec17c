"""A coordinator's decisions, written to the Task as it is at that moment: never lost, never silently over another's.

A decision is made on what somebody saw. If a person changed the Task since, or its evidence changed, that is Overtaken,
with what is so now; a sweep that only refreshed it is no reason to ask again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from urllib.parse import quote

import orjson

from fhir_screener.errors import (
    Conflict,
    DataError,
    Gone,
    NoSuch,
    NotFound,
    NotSupported,
    Overtaken,
    Refused,
    ServerError,
    Unreachable,
)
from fhir_screener.fhir.audit import Audited, audit_event
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.checked import check
from fhir_screener.fhir.task.coded import Json, dicts
from fhir_screener.fhir.task.decided import decided, hers, undone
from fhir_screener.fhir.task.finder import Finder
from fhir_screener.fhir.task.history import recorded
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.fhir.task.provenance import device_reference, move_record
from fhir_screener.fhir.task.read import input_of
from fhir_screener.fhir.task.standing import standing
from fhir_screener.fhir.task.subject import SCREENING, TAKEN_BACK, research_subject
from fhir_screener.fhir.task.support import Support
from fhir_screener.fhir.task.undoing import before_own_move
from fhir_screener.fhir.task.writer import Writer
from fhir_screener.log import Log
from fhir_screener.screening.decision import Decision, Move
from fhir_screener.sentence import say

_log = Log(__name__)
_ATTEMPTS = 4


class Desk:
    """Decides on the target server. One per thread; `clock` gives the present moment with its zone."""

    def __init__(
        self,
        session: FhirSession,
        capability: Capability,
        setting: Setting,
        clock: Callable[[], datetime],
        version: str,
    ) -> None:
        self._session, self._setting, self._clock, self._version = session, setting, clock, version
        self._writer = Writer(session, capability, setting.identity)
        self._support = Support(session, capability, setting.identity, version)
        self._finder = Finder(session, capability, setting)
        self._audits = capability.can("AuditEvent", "create") is not False
        self._subjects = capability.can("ResearchSubject", "update") is not False

    def task(self, study: str, patient: str) -> Json:
        """The whole Task as it is now; raises NoSuch where there is none."""
        try:
            found = self._finder.now(study, patient, by_id=self._writer.client_ids)
        except Gone:
            raise NoSuch(
                say("the Task of Patient/{patient} in {study} was deleted", patient=patient, study=study)
            ) from None
        if found is None:
            raise NoSuch(
                say(
                    "Patient/{patient} has no Task in {study}: `why {patient}` says where they stand",
                    patient=patient,
                    study=study,
                )
            )
        return found

    def by_id(self, id: str) -> Json:
        """The Task of this id; raises NoSuch where there is none of ours."""
        try:
            task: Json = orjson.loads(self._session.get(f"Task/{quote(id, safe='')}", expect="Task").body)
            ours = subject_of(task).source == self._setting.identity.source
        except (NotFound, Gone, Refused, DataError):
            ours = False
        if not ours:  # a Task of another site speaks of a patient of that site, whose id may be somebody else's here
            raise NoSuch(say("there is no candidate of this id, or its Task was deleted"))
        return task

    def decide(self, study: str, patient: str, decision: Decision, *, seen: str = "") -> Json:
        """Carry a decision out; returns the Task as written. `seen` is the version that the person looked at.

        Raises Overtaken where that is no longer how things stand, UsageError where the move cannot be made.
        """
        if self._writer.client_ids:
            # With another installation key its records would stand beside those of the first, and not in their place.
            self._finder.know_ids(self._support.takes_our_ids)
        for left in reversed(range(_ATTEMPTS)):
            task = self.task(study, patient)
            if seen and seen != version_of(task):
                self._still_so(task, seen)
            body = self._after(task, decision)
            record, beside = self._records(task, body, decision)
            try:
                self._writer.update(body, version_of(task), record, beside)
            except (Conflict, Unreachable) as error:
                if (done := self._settled(task, body, error, self.task(study, patient))) is not None:
                    self._writer.complete(str(task["id"]), record, beside)
                    return done
                if not left:
                    raise
            else:
                return self.task(study, patient)
        raise AssertionError("the last attempt returns or raises")

    def _settled(self, task: Json, body: Json, error: ServerError, now: Json) -> Json | None:
        """What is there after a write that failed: ours after all; or somebody else's, which is Overtaken."""
        if now.get("lastModified") == body["lastModified"] and hers(now) == hers(body):
            return now
        if hers(now) != hers(task):
            raise Overtaken(
                "somebody else changed this candidate in the same moment", where=_where(task), now=standing(now)
            ) from error
        return None

    def _still_so(self, task: Json, seen: str) -> None:
        earlier = self._version_of(task, seen)
        if earlier is None:
            what = "this candidate was changed since you looked, and the server does not say how"
            raise Overtaken(what, where=_where(task), now=standing(task))
        if hers(earlier) != hers(task):
            raise Overtaken("somebody else decided since you looked", where=_where(task), now=standing(task))
        before, now = (input_of(one, names.Input.EVIDENCE_DIGEST) for one in (earlier, task))
        if before != now:
            raise Overtaken("the evidence changed since you looked", where=_where(task), now=standing(task))

    def _after(self, task: Json, decision: Decision) -> Json:
        now = self._clock()
        if decision.move is not Move.UNDO:
            body = decided(task, decision, now)
            if decision.move is Move.ASSIGN and decision.owner is None and self._setting.pool:
                body["owner"] = {"reference": self._setting.pool}
            return body
        happened = recorded(self._session, str(task["id"]))
        return undone(task, before_own_move(self.versions(task), happened, decision.by), now)

    def versions(self, task: Json) -> list[Json]:
        """All versions of the Task, newest first, as far as the server keeps and sends them."""
        answer = self._session.get(f"{_where(task)}/_history", [("_count", "100")], expect="Bundle")
        found = [
            e["resource"] for e in dicts(orjson.loads(answer.body).get("entry")) if isinstance(e.get("resource"), dict)
        ]
        return sorted(found, key=lambda one: _count(version_of(one)), reverse=True)

    def _version_of(self, task: Json, version: str) -> Json | None:
        try:
            answer = self._session.get(f"{_where(task)}/_history/{quote(version, safe='')}", expect="Task")
        except ServerError as error:
            if error.retryable:
                raise
            _log.info("task.version", task=task.get("id"), error=error)
            return None
        return orjson.loads(answer.body)  # type: ignore[no-any-return]

    def _records(self, task: Json, body: Json, decision: Decision) -> tuple[Json, list[Json]]:
        """The Provenance of a decision, and what else is written with it."""
        # One moment for Task and Provenance: by it undo knows whose the move was.
        now = datetime.fromisoformat(body["lastModified"])
        device = device_reference(self._support.device(), self._version)
        record = check(move_record(_where(task), decision, now, device))
        return record, self._beside(task, body, decision, now, device)

    def _beside(self, task: Json, body: Json, decision: Decision, now: datetime, device: Json) -> list[Json]:
        found: list[Json] = []
        if self._audits:
            event = audit_event(
                Audited.DECISION,
                decision.by,
                now,
                device,
                task=_where(task),
                patient=task.get("for"),
                move=decision.move.value,
            )
            found.append(check(event))
        was, is_ = task.get("status") == "accepted", body.get("status") == "accepted"
        if self._subjects and was != is_:
            subject = research_subject(body, self._setting.identity, SCREENING if is_ else TAKEN_BACK)
            if self._is_ours(subject):
                found.append(check(subject))
        return found

    def _is_ours(self, subject: Json) -> bool:
        """Whether the ResearchSubject is still as we leave it: once the trial's own system moved it on, it is theirs."""
        try:
            there = self._session.get(f"ResearchSubject/{subject['id']}", expect="ResearchSubject")
        except (NotFound, Gone, NotSupported):
            return True
        return orjson.loads(there.body).get("status") in (SCREENING, TAKEN_BACK)


def version_of(task: Json) -> str:
    """Task.meta.versionId, or ""."""
    return str((task.get("meta") or {}).get("versionId", ""))


def _where(task: Json) -> str:
    return f"Task/{task['id']}"


def _count(version: str) -> int:
    return int(version) if version.isdigit() else 0
