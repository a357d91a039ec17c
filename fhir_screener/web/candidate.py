"""One candidate: the picture, the ledger in the protocol's words, its history, and what can be decided."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.errors import DataError, ServerError
from fhir_screener.fhir.audit import Audited
from fhir_screener.fhir.task.coded import Json, dicts
from fhir_screener.fhir.task.desk import version_of
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.fhir.task.worklist import row_of
from fhir_screener.fhir.whereabouts import Whereabouts
from fhir_screener.screening.decision import REJECTIONS
from fhir_screener.web.doors import office_of, signed_in
from fhir_screener.web.elsewhere import elsewhere
from fhir_screener.web.ledger_view import judged, told
from fhir_screener.web.pages import message, page
from fhir_screener.web.people import Someone, people
from fhir_screener.web.record import references_of
from fhir_screener.web.typed import NOTHING, Typed
from fhir_screener.web.who import User


@signed_in
def shown(request: Request, user: User) -> Response:
    """The candidate of a Task's id: ids in our addresses name nobody."""
    return chart(request, user, office_of(request).desk.by_id(request.path_params["task"]))


def chart(request: Request, user: User, task: Json, *, typed: Typed = NOTHING, status: int = 200) -> Response:
    """The page of this Task; `typed` is a decision that lacks something."""
    office, subject = office_of(request), subject_of(task)
    study = office.study(subject.study)
    if study is None or not user.may_see(study.id) or not user.sees_candidates:
        return message(request, 404, "There is no such candidate", "Choose one of the worklist.")
    office.audit(Audited.CHART_READ, user.person, task=f"Task/{task['id']}", patient=task.get("for"))
    ledger = judged(office, study, task, wanted_now=request.query_params.get("now") == "1")
    return page(
        request,
        "candidate.html",
        status,
        path=f"/candidate/{task['id']}",
        typed=typed,
        user=user,
        study=study,
        row=row_of(task, office.setting.pool),
        notes=dicts(task.get("note")),
        version=version_of(task),
        who=_who(office, user, subject.patient),
        where=_where(office, user, study, subject.patient) if not ledger.unread else Whereabouts(),
        elsewhere=elsewhere(office, user, study, [subject.patient]),
        dialled=dialled,
        ehr=ehr_link(office, user, subject.patient),
        **told(study, ledger),
        history=office.history(str(task["id"])),
        rejections=REJECTIONS,
        numbers=_numbers(task),
    )


def _numbers(task: Json) -> dict[str, int]:
    """{record: the number of its address}; none where the Task's ledger cannot be read."""
    try:
        return {reference: number for number, reference in enumerate(references_of(task))}
    except DataError:
        return {}


def _where(office: Office, user: User, study: Study, patient: str) -> Whereabouts:
    return office.whereabouts(study, patient) if user.sees_identity else Whereabouts()


def _who(office: Office, user: User, patient: str) -> Someone:
    """Who it is; nobody known where the source cannot say: the ledger of the Task can be read all the same."""
    try:
        return people(office, user, [patient]).get(patient, Someone())
    except ServerError:
        return Someone()


def ehr_link(office: Office, user: User, patient: str) -> str:
    """The patient in the EHR, by the template of the settings, to those who may know who it is; else ""."""
    template = office.settings.ehr_link
    return template.replace("{patient}", patient) if template and user.sees_identity else ""


def dialled(phone: str) -> str:
    """A telephone number as a link has it (RFC 3966): digits, and a plus before them."""
    digits = "".join(filter(str.isdigit, phone))
    return f"+{digits}" if phone.strip().startswith("+") else digits
