"""The report of one sweep, as its own Task carries it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.errors import DataError
from fhir_screener.fhir.audit import Audited
from fhir_screener.fhir.task.sweep_report import report_of
from fhir_screener.fhir.task.sweeps import swept
from fhir_screener.screening.report import SweepReport
from fhir_screener.web.candidate import ehr_link
from fhir_screener.web.doors import for_sweeps
from fhir_screener.web.pages import message, page
from fhir_screener.web.report_view import Naming, counted, view
from fhir_screener.web.who import User


@for_sweeps
def shown(request: Request, user: User, office: Office, study: Study) -> Response:
    """The report: with patients' ids for coordinators, links only for the study team, numbers only for operators."""
    task = office.reports.sweeps.by_id(request.path_params["sweep"])
    sweep = swept(task, study.id)
    if sweep is None:
        return message(request, 404, "There is no such sweep", "Choose one of the list.")
    try:
        whole = report_of(task)
        unread = ""
    except DataError as error:
        whole, unread = None, str(error)
    report = whole or counted(sweep, study)
    naming = _naming(user, here=whole is None or whole.source == office.servers.source_url)
    if naming is not Naming.NONE:
        office.audit(Audited.LIST_READ, user.person)
    return page(
        request,
        "report.html",
        user=user,
        study=study,
        sweep=sweep,
        whole=whole is not None,
        unread=unread,
        ehr=(lambda patient: ehr_link(office, user, patient)) if office.settings.ehr_link else None,
        view=view(report, study, office.reports.reached(study.id), naming, _links(office, study, report, naming)),
    )


def _naming(user: User, *, here: bool) -> Naming:
    """How patients may be shown; those of another site, whose sweeps are on the same target, not at all."""
    if not here or not user.sees_candidates:
        return Naming.NONE
    return Naming.IDS if user.sees_identity else Naming.LINKS


def _links(office: Office, study: Study, report: SweepReport, naming: Naming) -> dict[str, str]:
    """{patient: the candidate's page} of those whose Task was written."""
    if naming is Naming.NONE:
        return {}
    found = next((one for one in report.studies if one.study == study.id), None)
    ids = office.reports.task_ids(study.id, found.moved) if found and found.moved else {}
    return {patient: f"/candidate/{task}" for patient, task in ids.items()}
