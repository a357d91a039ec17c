"""When somebody last looked at a study's list and said so: kept in a signed cookie of its own, which outlives sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from fhir_screener.web import guard
from fhir_screener.web.doors import form_of, given, office_of
from fhir_screener.web.pages import message

COOKIE = "fhir_screener_looks"
_YEAR = 366 * 24 * 3600
_MOST = 20
"""People of one browser that are remembered."""


def look_of(request: Request, person: str, study: str) -> datetime | None:
    """When the person last looked at this study and said so; None for never."""
    return _moment(_looks(request).get(person, {}).get(study))


async def looked(request: Request) -> Response:
    """Remember that all that was on the page has been looked at: from the moment on which that page was made."""
    user, form = guard.user_of(request), await form_of(request)
    if isinstance(form, Response):
        return form
    if user is None:
        return message(request, 403, "This form is too old", "Go back, load the page anew, and try again.")
    office = await run_in_threadpool(office_of, request)
    study, seen = request.path_params["study"], _moment(given(form, "seen"))
    answer = RedirectResponse(f"/study/{study}/new", 303)
    if office.study(study) is None or not user.may_see(study) or seen is None:
        return message(request, 404, "There is no such study here", "Choose one of the list.")
    looks = _looks(request)
    mine = looks.pop(user.id, {}) | {study: min(seen, datetime.now(UTC)).isoformat()}
    kept = dict(list(looks.items())[1 - _MOST :]) | {user.id: mine}
    answer.set_cookie(
        COOKIE, _signer(request).dumps(kept), _YEAR, httponly=True, samesite="lax", secure=request.app.state.https
    )
    return answer


def _looks(request: Request) -> dict[str, dict[str, str]]:
    try:
        found: Any = _signer(request).loads(request.cookies.get(COOKIE, ""))
    except BadSignature:
        return {}
    return found if isinstance(found, dict) else {}


def _signer(request: Request) -> URLSafeSerializer:
    return URLSafeSerializer(request.app.state.secret, salt="looks")


def _moment(text: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found if found.tzinfo and found < datetime.now(UTC) + timedelta(minutes=5) else None
