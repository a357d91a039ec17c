"""The worklist: a study's views, and the rows of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.errors import PageExpired, ServerError
from fhir_screener.fhir.audit import Audited
from fhir_screener.fhir.task.pages import SIZE
from fhir_screener.fhir.task.worklist import Row
from fhir_screener.screening.candidate import NO_LONGER
from fhir_screener.screening.decision import REJECTIONS
from fhir_screener.screening.screening import Outcome
from fhir_screener.screening.views import VIEWS, Order, Owners, View, Wanted, view
from fhir_screener.sentence import Text, Translate
from fhir_screener.web.banner import banner_of
from fhir_screener.web.dates import WEEKDAYS, as_month
from fhir_screener.web.doors import for_study, for_sweeps, office_of, signed_in, studies_of
from fhir_screener.web.elsewhere import Elsewhere, elsewhere, live
from fhir_screener.web.failures import words_of
from fhir_screener.web.grouping import by_day, by_order
from fhir_screener.web.looks import look_of
from fhir_screener.web.pages import language_of, message, page, tongue
from fhir_screener.web.people import Someone, people
from fhir_screener.web.typed import NOTHING, Typed
from fhir_screener.web.wanted import query_of, sealed, unsealed, wanted_of
from fhir_screener.web.who import User

GROUPED = 150
"""Rows of a page of the views that are grouped."""


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
    return rows_of(request, user, study, request.path_params["view"], request.query_params)


def rows_of(
    request: Request,
    user: User,
    study: Study,
    name: str,
    params: Mapping[str, str],
    *,
    typed: Typed = NOTHING,
    status: int = 200,
) -> Response:
    """The page of a view that these `params` of an address ask for; `typed` is a decision that lacks something."""
    chosen, office = view(name), office_of(request)
    if chosen is None:
        return message(request, 404, "There is no such view", "Choose one of the list.")
    wanted, now = wanted_of(params, user.id), office.clock()
    look, about = look_of(request, user.id, study.id), (study.id, chosen.name)
    try:
        link = unsealed(request, params.get("page", ""), *about)
        size = GROUPED if chosen.one_away or chosen.name == "later" else SIZE
        found = office.pages.page(study.id, chosen, wanted, today=office.today(study), look=look, link=link, size=size)
    except PageExpired:
        return message(request, 410, "This page of the list has run out", "Begin again with its first page.")
    return page(
        request,
        "worklist.html",
        status,
        **around(request, user, office, study, chosen, wanted, replace(typed, page=params.get("page", ""))),
        **shown(request, user, office, found.rows, study),
        counts=found.counts,
        total=found.total,
        cut=found.cut,
        banner=banner_of(office, study),
        look=look,
        look_text=look.isoformat()[:19] if look else "",
        seen=now.isoformat(),
        onward=sealed(request, found.next, *about),
        first=not link,
        **_grouped(chosen, found.rows, office.today(study), tongue(request, study)[1]),
    )


def _grouped(chosen: View, rows: Sequence[Row], today: date, tell: Translate) -> dict[str, Any]:
    """The rows by order or by day, in the views that show them so."""
    return {
        "groups": by_order(rows) if chosen.one_away else (),
        "months": by_day(rows, today) if chosen.name == "later" else (),
        "month_of": lambda first: as_month(first, tell),
        "weekdays": [tell(name) for name in WEEKDAYS],
    }


def around(
    request: Request,
    user: User,
    office: Office,
    study: Study,
    chosen: View | None,
    wanted: Wanted,
    typed: Typed = NOTHING,
) -> dict[str, Any]:
    """What stands around the rows of a list."""
    done = request.session.pop("done", None)
    path = f"/study/{study.id}/{chosen.name if chosen else 'found'}"
    return {
        "user": user,
        "study": study,
        "studies": studies_of(user, office),
        "views": VIEWS,
        "view": chosen,
        "wanted": wanted,
        "owners": Owners,
        "orders": Order,
        "path": path,
        "typed": typed,
        "query": lambda **more: query_of(wanted, **more),
        "back": path + query_of(wanted) if chosen else f"/study/{study.id}/new",
        "open_questions": sorted({c.settle for c in study.criteria if c.settle} | ({wanted.facet} - {""})),
        "rejections": REJECTIONS,
        "done": done if isinstance(done, dict) and done.get("study") == study.id else None,
        "today": office.today(study).isoformat(),
        "tomorrow": (office.today(study) + timedelta(days=1)).isoformat(),
    }


def shown(
    request: Request, user: User, office: Office, rows: Sequence[Row], study: Study | None = None
) -> dict[str, Any]:
    """The rows with who they are; with a `study`, where besides it they are candidates.

    Names are read and the reading is audited, at the same time; no row without its audit.
    """
    language = language_of(request)
    tasks = [f"Task/{row.task}" for row in rows]
    unread: Text = ""
    patients = [row.patient for row in rows]
    with ThreadPoolExecutor(2) as beside:
        audited = beside.submit(office.audit, Audited.LIST_READ, user.person, tasks=tasks)
        others = beside.submit(elsewhere, office, user, study, patients) if study is not None else None
        try:
            who = people(office, user, patients)
        except ServerError as error:
            who, unread = {}, words_of(error, named=user.sees_identity)
        audited.result()
    return {
        "rows": rows,
        "who": lambda row: who.get(row.patient, Someone()),
        "elsewhere": others.result() if others is not None else Elsewhere(),
        "live": live,
        "keeping_out": partial(keeping_out, study),
        "unread": unread,
        "why": lambda row: row.summary.why.get(language) or row.summary.why.get("en", ""),
    }


def keeping_out(study: Study | None, row: Row) -> int:
    """How many criteria keep the patient out: a Task counts those that speak for the patient, and those that are open."""
    known = row.summary.coverage
    counted = known.settled + known.open
    if study is None or not counted or row.outcome not in (Outcome.LATER.value, NO_LONGER):
        return 0
    return max(0, sum(one.phase == "prescreen" for one in study.criteria) - counted)
