"""Finding a candidate by name, identifier or patient id: asked of the source by POST, so that no name is in an address."""

from __future__ import annotations

import re
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.errors import NotSupported, Refused
from fhir_screener.fhir.search_ids import escaped
from fhir_screener.screening.views import Wanted
from fhir_screener.web import guard
from fhir_screener.web.doors import form_of, given, office_of
from fhir_screener.web.pages import message, page
from fhir_screener.web.people import searched
from fhir_screener.web.typed import NOTHING, Typed
from fhir_screener.web.who import User
from fhir_screener.web.worklist import around, shown

MOST = 50
"""Patients of one search; with more, more letters are asked for."""
_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")


async def found(request: Request) -> Response:
    """The candidates of this study among the patients who fit."""
    user = guard.user_of(request)
    if request.method == "GET":
        return RedirectResponse(f"/study/{request.path_params['study']}/new", 303)
    if user is None:
        return message(request, 401, "You are not signed in", "Sign in again; nothing was changed.")
    form = await form_of(request)
    if isinstance(form, Response):
        return form
    return await run_in_threadpool(results, request, user, form)


def results(request: Request, user: User, form: FormData, *, typed: Typed = NOTHING, status: int = 200) -> Response:
    """The page of those who fit the form's `who`; `typed` is a decision that lacks something."""
    office = office_of(request)
    study = office.study(request.path_params["study"])
    if study is None or not user.may_see(study.id):
        return message(request, 404, "There is no such study here", "Choose one of the list.")
    if not user.sees_identity or not user.sees_candidates:
        return message(request, 403, "Not for your role", "Who a patient is cannot be asked for in your role.")
    text = " ".join(given(form, "who").split())
    patients = matching(office, text) if text else []
    return page(
        request,
        "found.html",
        status,
        **around(request, user, office, study, None, Wanted(), typed),
        **shown(request, user, office, _rows(office, study, patients), study),
        look_text="",
        text=text,
        patients=len(patients),
        most=MOST,
    )


def _rows(office: Office, study: Study, patients: list[str]) -> list[Any]:
    return office.pages.of_patients([study.id], patients) if patients else []


def matching(office: Office, text: str) -> list[str]:
    """The ids of the patients whose id or identifier this is, or whose name has these words; no more than `MOST`."""
    asked = [[("identifier", _token(text))], [("name", escaped(word)) for word in text.split()]]
    if _ID.fullmatch(text):
        asked.insert(0, [("_id", text)])
    found: dict[str, None] = {}
    for params in asked:
        try:
            found |= {str(one["id"]): None for one in searched(office, [*params, ("_count", str(MOST))]) if "id" in one}
        except (Refused, NotSupported):
            continue  # a source need not know every one of these parameters
    return list(found)[:MOST]


def _token(text: str) -> str:
    system, bar, value = text.rpartition("|")
    return f"{escaped(system)}|{escaped(value)}" if bar else escaped(text)
