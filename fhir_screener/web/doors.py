"""What pages ask of a request before they show anything: who it is, for which study, from which office."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.web.guard import is_forged, user_of
from fhir_screener.web.pages import language_of, message
from fhir_screener.web.who import User

Page = Callable[..., Response]


def office_of(request: Request) -> Office:
    """The office of the thread that serves this request."""
    found: Office = request.app.state.office()
    return found


def signed_in(show: Page) -> Callable[[Request], Response]:
    """`show(request, user)` for whoever is signed in; others go to the sign-in page and come back."""

    @wraps(show)
    def shown(request: Request) -> Response:
        user = user_of(request)
        language_of(request)  # Remembered here, for a redirect does not take `?lang=` along.
        if user is None:
            if request.method != "GET":
                return message(request, 401, "You are not signed in", "Sign in again; nothing was changed.")
            return RedirectResponse(f"/sign-in?next={quote(request.url.path)}", 303)
        return show(request, user)

    return shown


def for_study(show: Callable[[Request, User, Office, Study], Response]) -> Callable[[Request], Response]:
    """`show(request, user, office, study)` for a study in the path that the user may see."""

    @signed_in
    @wraps(show)
    def shown(request: Request, user: User) -> Response:
        office, id = office_of(request), request.path_params["study"]
        study = office.study(id)
        if study is None or not user.may_see(study.id):
            return message(request, 404, "There is no such study here", "Choose one of the list.")
        if not user.sees_candidates:
            return message(request, 403, "Not for your role", "Operators see sweeps only.")
        return show(request, user, office, study)

    return shown


def for_sweeps(show: Callable[[Request, User, Office, Study], Response]) -> Callable[[Request], Response]:
    """As `for_study`, for whatever role: of sweeps everybody sees something."""

    @signed_in
    @wraps(show)
    def shown(request: Request, user: User) -> Response:
        office = office_of(request)
        study = office.study(request.path_params["study"])
        if study is None or not user.may_see(study.id):
            return message(request, 404, "There is no such study here", "Choose one of the list.")
        return show(request, user, office, study)

    return shown


async def form_of(request: Request) -> FormData | Response:
    """The form that came from a page of this session; for any other, the answer that says so."""
    form = await request.form()
    if is_forged(request, form.get("csrf")):
        return message(request, 403, "This form is too old", "Go back, load the page anew, and try again.")
    return form


def for_deciders(decide: Callable[[Request, User, FormData], Response]) -> Callable[[Request], Awaitable[Response]]:
    """`decide(request, user, form)`, in a thread, for a form of whoever may decide; nothing is done for others."""

    @wraps(decide)
    async def decided(request: Request) -> Response:
        user = user_of(request)
        if user is None or not user.decides:
            return message(request, 403, "You may not decide here", "Sign in as a coordinator; nothing was changed.")
        form = await form_of(request)
        if isinstance(form, Response):
            return form
        return await run_in_threadpool(decide, request, user, form)

    return decided


def studies_of(user: User, office: Office) -> list[Study]:
    """The studies that the user may see."""
    return [study for study in office.studies if user.may_see(study.id)]


def given(form: Any, name: str) -> str:
    """A field of a form as text, "" where it is none."""
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
