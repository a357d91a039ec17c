"""Signing in and out. By default a local token, on this machine only."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fhir_screener.web import guard
from fhir_screener.web.doors import given
from fhir_screener.web.pages import message, page
from fhir_screener.web.who import Role, User, same_token


async def sign_in(request: Request) -> Response:
    """The form, or what came of it. A link with the token in it, as printed at the start, signs in at once."""
    form = await request.form() if request.method == "POST" else request.query_params
    token, onward = given(form, "token"), _inside(given(form, "next"))
    if not token:
        return page(request, "sign_in.html", onward=onward, wrong=False, user=None)
    if not same_token(token, request.app.state.token):
        return page(request, "sign_in.html", 403, onward=onward, wrong=True, user=None)
    guard.sign_in(request, User(given(form, "name") or "coordinator", role=Role.COORDINATOR))
    return RedirectResponse(onward, 303)


async def sign_out(request: Request) -> Response:
    """End the session; nothing of a page is kept by the browser, so going back shows nothing."""
    form = await request.form()
    if guard.is_forged(request, form.get("csrf")):
        return message(request, 403, "This form is too old", "Go back, load the page anew, and try again.")
    request.session.clear()
    return RedirectResponse("/sign-in", 303)


def _inside(path: str) -> str:
    """A path of ours to go on to; never another site's address."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
