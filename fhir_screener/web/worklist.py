"""The worklist: a study's views, and the rows of one."""

from __future__ import annotations

from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.fhir.audit import Audited
from fhir_screener.fhir.task.worklist import Row
from fhir_screener.screening.views import VIEWS, view
from fhir_screener.web.banner import banner_of
from fhir_screener.web.doors import for_study, for_sweeps, office_of, signed_in, studies_of
from fhir_screener.web.pages import message, page
from fhir_screener.web.people import Someone, people
from fhir_screener.web.who import User


@signed_in
def home(request: Request, user: User) -> Response:
    """The only study there is, or the list of them."""
    known = studies_of(user, office_of(request))
    if len(known) == 1:
        return RedirectResponse(f"/study/{known[0].id}", 303)
    return page(request, "studies.html", studies=known, user=user)


@for_sweeps
def overview(request: Request, user: User, office: Office, study: Study) -> Response:
    """Where each role begins: with what is new, or with the sweeps."""
    return RedirectResponse(f"/study/{study.id}/{'new' if user.sees_candidates else 'sweeps'}", 303)


@for_study
def listed(request: Request, user: User, office: Office, study: Study) -> Response:
    """The rows of one view, a page at a time."""
    chosen = view(request.path_params["view"])
    if chosen is None:
        return message(request, 404, "There is no such view", "Choose one of the list.")
    look = _look(request, study.id)
    found = office.pages.page(study.id, chosen, look=look, link=request.query_params.get("page", ""))
    who = people(office, user, [row.patient for row in found.rows])
    office.audit(Audited.LIST_READ, user.person)
    return page(
        request,
        "worklist.html",
        user=user,
        study=study,
        studies=studies_of(user, office),
        views=VIEWS,
        banner=banner_of(office, study),
        view=chosen,
        counts={one.name: office.pages.count(study.id, one, look) for one in VIEWS},
        rows=[(row, who.get(row.patient, Someone())) for row in found.rows],
        total=found.total,
        onward=found.next,
        why=lambda row: _why(row, request),
    )


def _why(row: Row, request: Request) -> str:
    from fhir_screener.web.pages import language_of

    return row.summary.why.get(language_of(request)) or row.summary.why.get("en", "")


def _look(request: Request, study: str) -> datetime | None:
    """When the user last looked at this study and said so; None for never."""
    text = (request.session.get("looks") or {}).get(study)
    try:
        return datetime.fromisoformat(text).astimezone(UTC) if text else None
    except (TypeError, ValueError):
        return None
