"""One candidate: the ledger in the protocol's words, with its evidence, and what can be decided."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.fhir.audit import Audited
from fhir_screener.fhir.task.coded import Json, dicts
from fhir_screener.fhir.task.desk import version_of
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.fhir.task.read import screening_from_task
from fhir_screener.fhir.task.worklist import row_of
from fhir_screener.screening.decision import REJECTIONS
from fhir_screener.screening.screening import Screening
from fhir_screener.web.doors import office_of, signed_in
from fhir_screener.web.pages import message, page
from fhir_screener.web.people import Someone, people
from fhir_screener.web.who import User


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
    screening, unread = _judged(office, task)
    return page(
        request,
        "candidate.html",
        user=user,
        study=study,
        row=row_of(task, office.setting.pool),
        task=task,
        notes=dicts(task.get("note")),
        version=version_of(task),
        who=people(office, user, [subject.patient]).get(subject.patient, Someone()),
        screening=screening,
        unread=unread,
        texts={criterion.id: criterion.text for criterion in study.criteria},
        rejections=REJECTIONS,
    )


def _judged(office: Office, task: Json) -> tuple[Screening, str]:
    """The Screening that the Task holds, and why the chart could not be read today, if so."""
    return screening_from_task(task), ""
