"""One candidate: the picture, the ledger in the protocol's words, its history, and what can be decided."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from starlette.requests import Request
from starlette.responses import Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.errors import DataError, ServerError
from fhir_screener.fhir.audit import Audited
from fhir_screener.fhir.task.coded import Json, dicts
from fhir_screener.fhir.task.desk import version_of
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.fhir.task.read import screening_from_task
from fhir_screener.fhir.task.worklist import Row, row_of
from fhir_screener.fhir.whereabouts import Whereabouts
from fhir_screener.screening.absence_words import missing, searched
from fhir_screener.screening.absence_words import silent as is_silent
from fhir_screener.screening.account import evidence, to_do, way_of
from fhir_screener.screening.change import Change, changes
from fhir_screener.screening.decision import REJECTIONS
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.plain_words import REASONS, TEST, standing
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.timeline import timeline
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import Reason
from fhir_screener.web.doors import office_of, signed_in
from fhir_screener.web.failures import words_of
from fhir_screener.web.pages import message, page
from fhir_screener.web.people import Someone, people
from fhir_screener.web.record import references_of
from fhir_screener.web.timeline_svg import draw, tone
from fhir_screener.web.who import User

NO_PATIENT = say("the source has no such patient any more")
SOME_UNREAD = say("the source did not give all of it")
"""Why a chart is not judged today, where the source gave no error of its own."""


@dataclass(frozen=True)
class Ledger:
    """What is shown: the Task's screening, or today's where both say the same (it can be read in any language).

    `unread` says why the chart could not be judged today; `differs` what today's chart would answer otherwise.
    """

    screening: Screening
    unread: Text = ""
    differs: tuple[Change, ...] = ()
    today: bool = False


@signed_in
def shown(request: Request, user: User) -> Response:
    """The candidate of a Task's id: ids in our addresses name nobody."""
    office = office_of(request)
    task = office.desk.by_id(request.path_params["task"])
    subject = subject_of(task)
    study = office.study(subject.study)
    if study is None or not user.may_see(study.id) or not user.sees_candidates:
        return message(request, 404, "There is no such candidate", "Choose one of the worklist.")
    office.audit(Audited.CHART_READ, user.person, task=f"Task/{task['id']}", patient=task.get("for"))
    ledger = judged(office, study, task, wanted_now=request.query_params.get("now") == "1")
    line = timeline(study, ledger.screening)
    silent = [c for c in ledger.screening.criteria if is_silent(c)]
    return page(
        request,
        "candidate.html",
        user=user,
        study=study,
        row=row_of(task, office.setting.pool),
        notes=dicts(task.get("note")),
        version=version_of(task),
        who=_who(office, user, subject.patient),
        where=office.whereabouts(study, subject.patient) if user.sees_identity else Whereabouts(),
        elsewhere=_elsewhere(office, user, study, subject.patient),
        ehr=ehr_link(office, user, subject.patient),
        ledger=ledger,
        screening=ledger.screening,
        spoken=[c for c in ledger.screening.criteria if c not in silent],
        silent=silent,
        todo=sorted(to_do(ledger.screening), key=lambda one: not one[0].startswith(TEST)),
        reasons=REASONS,
        stands=standing,
        recorded=lambda finding: [item for item in evidence(finding) if missing(item) is None],
        searched=searched,
        way_of=way_of,
        is_empty=lambda branch: branch.reason is Reason.NO_DATA,
        texts={criterion.id: criterion.text for criterion in study.criteria},
        readings={criterion.id: criterion.reading for criterion in study.criteria},
        line=line,
        drawing=draw(line),
        tone=tone,
        history=office.history(str(task["id"])),
        rejections=REJECTIONS,
        numbers={reference: number for number, reference in enumerate(references_of(task))},
    )


def judged(office: Office, study: Study, task: Json, *, wanted_now: bool = False) -> Ledger:
    """The ledger to show. A source that cannot be read, or a chart that moved on, is said; decisions rest on the Task."""
    try:
        swept: Screening | None = screening_from_task(task)
    except DataError:
        swept = None
    try:
        record = office.chart(subject_of(task).patient)
        now = office.judged(study, record) if record is not None else None
        unread: Text = "" if now is not None else NO_PATIENT
    except ServerError as error:
        now, unread = None, words_of(error)
    if swept is None:
        if now is None:
            raise DataError(say("neither the Task's ledger nor the chart can be read"), where=f"Task/{task.get('id')}")
        return Ledger(now, today=True)
    if now is None:
        return Ledger(swept, unread)
    if _lost(now) - _lost(swept):
        return Ledger(swept, SOME_UNREAD)  # what could not be read today has not changed for that
    if evidence_digest(now) == evidence_digest(swept):
        return Ledger(now, today=True)
    differs = changes(swept, now, partial(office.judged, study, record) if record is not None else None)
    return Ledger(now, differs=differs, today=True) if wanted_now else Ledger(swept, differs=differs)


def _elsewhere(office: Office, user: User, study: Study, patient: str) -> list[Row]:
    """The same patient in the other studies that the user may see."""
    others = [one for one in office.studies if one.id != study.id and user.may_see(one.id)]
    return [row for one in others for row in office.pages.of_patients(one.id, [patient])]


def _who(office: Office, user: User, patient: str) -> Someone:
    """Who it is; nobody known where the source cannot say: the ledger of the Task can be read all the same."""
    try:
        return people(office, user, [patient]).get(patient, Someone())
    except ServerError:
        return Someone()


def _lost(screening: Screening) -> set[str]:
    """The criteria that are open because records could not be read."""
    return {one.id for one in screening.criteria if one.reason is Reason.NOT_FETCHED}


def ehr_link(office: Office, user: User, patient: str) -> str:
    """The patient in the EHR, by the template of the settings, to those who may know who it is; else ""."""
    template = office.settings.ehr_link
    return template.replace("{patient}", patient) if template and user.sees_identity else ""
