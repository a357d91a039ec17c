"""Candidates on the target server: one Task per (study, patient), whatever happens in between.

Every write starts from a fresh read: what a person did a moment ago is merged with, never overwritten. A conflict, or
an answer that got lost, is read again, reconciled again, tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import datetime

from fhir_screener.errors import Conflict, Gone, NotFound, NotSupported, Refused, ServerError, Unreachable
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.build import Setting, new_task, system_elements
from fhir_screener.fhir.task.checked import check
from fhir_screener.fhir.task.coded import Json, extensions
from fhir_screener.fhir.task.finder import Finder
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.fhir.task.merge import closed, merged
from fhir_screener.fhir.task.names import CHANGE_EXT, Withdrawal
from fhir_screener.fhir.task.provenance import device_reference, provenance, study_end
from fhir_screener.fhir.task.summary import read_summary
from fhir_screener.fhir.task.support import StudySheet, Support
from fhir_screener.fhir.task.writer import Writer
from fhir_screener.log import Log
from fhir_screener.screening.candidate import NO_LONGER, Action, Existing, Hand, reconcile
from fhir_screener.screening.change import Again
from fhir_screener.screening.ports import Applied
from fhir_screener.screening.screening import Screening

_log = Log(__name__)
_ATTEMPTS = 5
_OPEN = (Hand.UNTOUCHED, Hand.TOUCHED)


class TaskStore:
    """Implements `screening.ports.CandidateStore`. One per thread.

    `clock` gives the present moment with its zone. `guard` makes a lock by name: where the server refuses ids of our
    choosing, creating is only safe under a lock that all workers share.
    """

    def __init__(
        self,
        session: FhirSession,
        capability: Capability,
        setting: Setting,
        studies: Mapping[str, StudySheet],
        clock: Callable[[], datetime],
        version: str,
        guard: Callable[[str], AbstractContextManager[object]] = lambda name: nullcontext(),
    ) -> None:
        self._session, self._setting, self._studies = session, setting, studies
        self._clock, self._version, self._guard = clock, version, guard
        self._writer = Writer(session, capability, setting.identity)
        self._support = Support(session, capability, setting.identity, version)
        self._finder = Finder(session, capability, setting)

    def ensure_support(self, study: str) -> None:
        """See to it that the study's ResearchStudy and our Device are there; asks the server once a process."""
        self._support.device()
        reference = self._support.study(self._studies.get(study) or StudySheet(study))
        if reference and self._setting.studies.get(study) != reference:
            self._setting = replace(self._setting, studies={**self._setting.studies, study: reference})

    def existing(self, study: str, patients: Sequence[str]) -> Mapping[str, Existing]:
        """The Tasks there are, by patient id. A deleted one looks absent here: `apply` finds out before it creates."""
        return self._finder.existing(study, patients, by_id=self._writer.client_ids)

    def apply(
        self, screening: Screening, existing: Existing | None, action: Action, again: Again | None = None
    ) -> Applied:
        """Carry the action out on the Task as it is now; what is done is decided on that, and returned.

        Raises Conflict when others kept writing, and ServerError when the server did not do its part.
        """
        if not action.writes:
            return Applied(action)
        self.ensure_support(screening.study)
        if self._writer.client_ids:
            return self._apply(screening, again)
        with self._guard(f"task:{self._setting.identity.task(screening.study, screening.patient)}"):
            return self._apply(screening, again)

    def _apply(self, screening: Screening, again: Again | None) -> Applied:
        sent: tuple[Action, Json] | None = None
        setting, by_id = self._setting, self._writer.client_ids
        for left in reversed(range(_ATTEMPTS)):
            task = self._present(screening)
            action = reconcile(self._reduced(task), screening)
            if not action.writes:
                return Applied(self._told(screening, action, task, sent))
            now = self._clock()
            body = _body(task, screening, action, now, setting, again)
            sent = (action, body)
            try:
                self._write(body, task, screening, action, now)
            except ServerError as error:
                try:
                    setting = self._next_try(error, task, setting, left)
                except ServerError:
                    self._writer.client_ids = by_id  # what was tried did not help
                    raise
                _log.info("task.again", task=body.get("id"), error=error)
            else:
                self._setting = setting
                return _applied(action, task, body, screening)
        raise AssertionError("the last attempt returns or raises")

    def _next_try(self, error: ServerError, task: Json | Gone | None, setting: Setting, left: int) -> Setting:
        """How to try again after this error; raises it where trying again is no use."""
        if not left:
            raise error
        if isinstance(error, Conflict | Unreachable):
            return setting
        if isinstance(error, Refused) and setting.patient_base and setting.literal_patients:
            return replace(setting, literal_patients=False)
        refused = isinstance(error, NotSupported | NotFound | Refused)
        if refused and task is None and self._writer.client_ids and not self._writer.client_ids_promised:
            self._writer.client_ids = False
            return setting
        raise error

    def _present(self, screening: Screening) -> Json | Gone | None:
        try:
            return self._finder.now(screening.study, screening.patient, by_id=self._writer.client_ids)
        except Gone as error:
            return error

    def _reduced(self, task: Json | Gone | None) -> Existing | None:
        if isinstance(task, Gone):
            return Existing(deleted=True)
        return None if task is None else self._finder.reduced(task)

    def _told(
        self, screening: Screening, action: Action, task: Json | Gone | None, sent: tuple[Action, Json] | None
    ) -> Action:
        """What to report when nothing is left to do: a write of ours whose answer got lost was done all the same."""
        if action is Action.LEAVE_DELETED:
            _log.warning("task.deleted", task=self._setting.identity.task(screening.study, screening.patient))
        if sent and isinstance(task, dict) and task.get("lastModified") == sent[1]["lastModified"]:
            return sent[0]
        return action

    def _write(self, body: Json, task: Json | Gone | None, screening: Screening, action: Action, now: datetime) -> None:
        agent = device_reference(self._support.device(), self._version)
        changed = extensions(body, CHANGE_EXT) if _changed_now(task, body, screening) else []
        beside = check(provenance(f"Task/{body['id']}", action, screening, now, agent, changed))
        if isinstance(task, dict):
            self._writer.update(body, str((task.get("meta") or {}).get("versionId", "")), beside)
        else:
            self._writer.create(body, beside)

    def close_study(self, study: str) -> int:
        """Close the open Tasks of a study that no longer recruits; returns how many were written.

        Those nobody has touched are cancelled, those a person has in hand are marked. Should the study recruit again,
        the next sweep brings both back.
        """
        written = 0
        for head in self._finder.of_study(study):
            existing = self._finder.reduced(head)
            if existing.hand in _OPEN and existing.outcome != NO_LONGER:
                patient = subject_of(head).patient
                written += self._close(study, patient)
        return written

    def _close(self, study: str, patient: str) -> bool:
        for left in reversed(range(_ATTEMPTS)):
            try:
                task = self._finder.now(study, patient, by_id=self._writer.client_ids)
            except Gone:
                return False
            hand = self._finder.reduced(task).hand if task else None
            if task is None or hand not in _OPEN:
                return False
            body = closed(task, Withdrawal.STUDY_CLOSED, self._clock(), touched=hand is not Hand.UNTOUCHED)
            agent = device_reference(self._support.device(), self._version)
            beside = check(study_end(f"Task/{body['id']}", study, self._clock(), agent))
            try:
                self._writer.update(body, str((task.get("meta") or {}).get("versionId", "")), beside)
            except Conflict:
                if not left:
                    raise
            else:
                return True
        return False


def _applied(action: Action, task: Json | Gone | None, body: Json, screening: Screening) -> Applied:
    """What was done, with what the Task says of its change, if it was changed now."""
    if not _changed_now(task, body, screening):
        return Applied(action)
    told = read_summary(body)
    return Applied(action, told.was, told.changes)


def _changed_now(task: Json | Gone | None, body: Json, screening: Screening) -> bool:
    """Whether what the Task to be written says of its last change is of this sweep."""
    return isinstance(task, dict) and read_summary(body).changed_on == screening.as_of.isoformat()


def _body(
    task: Json | Gone | None,
    screening: Screening,
    action: Action,
    now: datetime,
    setting: Setting,
    again: Again | None,
) -> Json:
    """The Task to be written. Only what we make is checked: what the server took from others must not stop us."""
    if isinstance(task, dict):
        check({"resourceType": "Task", "status": "requested", **system_elements(screening, setting)})
        return merged(task, screening, action, now, setting, again)
    return check(new_task(screening, setting, now))
