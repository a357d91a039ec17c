"""What stands before every page: strict headers, a session with an end, and a token against forged forms (CSRF)."""

from __future__ import annotations

import hmac
import secrets
import time
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fhir_screener.web.who import User

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
NO_STORE = "no-store"
"""Nothing of a page is kept: after log-out the back button shows nothing."""
IDLE, LONGEST = 3600, 12 * 3600
"""Seconds after which a session ends: without a request, and at the latest."""


class StrictHeaders:
    """Adds the headers to every answer; pages are never kept, files of the page itself for an hour."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                kept = str(scope.get("path", "")).startswith("/static/")
                headers.setdefault("Cache-Control", "private, max-age=3600" if kept else NO_STORE)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def sign_in(request: Request, user: User) -> None:
    """Begin a session for this user; whatever session there was is gone."""
    request.session.clear()
    now = int(time.time())
    request.session.update(user=user.to_session(), csrf=secrets.token_urlsafe(24), began=now, seen=now)


def user_of(request: Request) -> User | None:
    """Who is signed in, or None; a session that is too old, or was idle too long, is ended."""
    session, now = request.session, int(time.time())
    user = User.from_session(session.get("user"))
    began, seen = _number(session.get("began")), _number(session.get("seen"))
    if user is None or now - began > LONGEST or now - seen > IDLE:
        session.clear()
        return None
    session["seen"] = now
    return user


def csrf_of(request: Request) -> str:
    """The token that every form of this session carries."""
    return str(request.session.get("csrf", ""))


def is_forged(request: Request, given: Any) -> bool:
    """Whether a form did not come from a page of this session."""
    wanted = csrf_of(request)
    return not wanted or not isinstance(given, str) or not hmac.compare_digest(given, wanted)


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
