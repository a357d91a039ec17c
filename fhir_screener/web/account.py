"""Signing in and out: by a local token on this machine, by an identity proxy, or by OpenID Connect."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fhir_screener.errors import AuthError
from fhir_screener.web import guard
from fhir_screener.web.doors import form_of, given
from fhir_screener.web.pages import message, page
from fhir_screener.web.who import Role, User, same_token

_LONGEST_NAME = 100


async def sign_in(request: Request) -> Response:
    """The way in that the settings name. A link with the token in it, as printed at the start, signs in at once."""
    way = request.app.state.settings.web_auth
    if way == "proxy":
        user = guard.user_of(request)
        return _nothing(request) if user is None else RedirectResponse(_onward(request), 303)
    if way == "oidc":
        onward = _onward(request)
        return page(request, "sign_in.html", way=way, onward=onward, wrong=False, user=None)
    return await _by_token(request)


async def _by_token(request: Request) -> Response:
    form = await request.form() if request.method == "POST" else request.query_params
    token, onward = given(form, "token"), inside(given(form, "next"))
    if not token:
        return _token_form(request, 200, onward)
    if request.method == "POST" and guard.is_forged(request, form.get("csrf")):
        return _token_form(request, 403, onward)
    if not same_token(token, request.app.state.token):
        await asyncio.sleep(0.3)  # nobody tries many
        return _token_form(request, 403, onward, wrong=True)
    name = given(form, "name")[:_LONGEST_NAME] or "coordinator"
    guard.sign_in(request, User(name, role=Role.COORDINATOR))
    return RedirectResponse(onward, 303)


def _token_form(request: Request, status: int, onward: str, *, wrong: bool = False) -> Response:
    guard.form_token(request)
    return page(request, "sign_in.html", status, way="token", onward=onward, wrong=wrong, user=None)


def begin(request: Request) -> Response:
    """Off to the provider; the session keeps what the answer must fit."""
    provider = request.app.state.provider
    if provider is None:
        return message(request, 404, "There is no such page", "Go back to the worklist.")
    address, kept = provider.begin(_onward(request))
    request.session["oidc"] = kept
    return RedirectResponse(address, 303)


def done(request: Request) -> Response:
    """Back from the provider: signed in, or told why not. What was kept is good for one answer."""
    provider = request.app.state.provider
    if provider is None:
        return message(request, 404, "There is no such page", "Go back to the worklist.")
    kept: dict[str, Any] = request.session.pop("oidc", None) or {}
    try:
        user = provider.end(kept, dict(request.query_params))
    except AuthError as error:
        return message(request, 403, "You are not signed in", str(error))
    if user is None:
        return _nothing(request)
    guard.sign_in(request, user)
    return RedirectResponse(inside(str(kept.get("onward", ""))), 303)


async def sign_out(request: Request) -> Response:
    """End the session; nothing of a page is kept by the browser, so going back shows nothing."""
    form = await form_of(request)
    if isinstance(form, Response):
        return form
    guard.sign_out(request)
    state = request.app.state
    if state.settings.web_auth == "token":
        return RedirectResponse("/sign-in", 303)
    # No redirect to another site: the policy against forms that lead elsewhere would stop it.
    elsewhere = str(state.settings.web_sign_out_url or "")
    if state.provider is not None:
        elsewhere = await run_in_threadpool(state.provider.sign_out_url)
    return page(request, "signed_out.html", elsewhere=elsewhere, user=None)


def _nothing(request: Request) -> Response:
    return message(
        request,
        403,
        "You may see nothing here",
        "Your groups grant no role at this site. Ask whoever runs these pages.",
        dead_end=True,
    )


def inside(path: str) -> str:
    """A path of ours to go on to; never another site's address, however it is written."""
    odd = any(character.isspace() or not character.isprintable() or character == "\\" for character in path)
    return path if path.startswith("/") and not path.startswith("//") and not odd else "/"


def _onward(request: Request) -> str:
    return inside(given(request.query_params, "next"))
