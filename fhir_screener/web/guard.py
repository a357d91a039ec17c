"""What stands before every page: strict headers, a session with an end, and a token against forged forms (CSRF)."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
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
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
NO_STORE = "no-store"
"""Nothing of a page is kept: after log-out the back button shows nothing."""
IDLE, LONGEST = 3600, 12 * 3600
"""Seconds after which a session ends: without a request, and at the latest."""


class StrictHeaders:
    """Adds the headers to every answer; pages are never kept, files of the page itself for an hour."""

    def __init__(self, app: ASGIApp, secure: bool = False) -> None:
        self._app = app
        self._headers = HEADERS | (HTTPS_ONLY if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                kept = str(scope.get("path", "")).startswith("/static/")
                headers.setdefault("Cache-Control", "private, max-age=3600" if kept else NO_STORE)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class Ended:
    """Sessions that were signed out: a cookie that somebody kept opens nothing. Of this process; threads share it."""

    def __init__(self) -> None:
        self._lock, self._until = threading.Lock(), dict[str, float]()

    def add(self, session: str, now: float) -> None:
        with self._lock:
            self._until = {id: until for id, until in self._until.items() if until > now} | {session: now + LONGEST}

    def __contains__(self, session: str) -> bool:
        return session in self._until


def sign_in(request: Request, user: User) -> None:
    """Begin a session for this user; whatever session there was is gone, but for the language."""
    language = request.session.get("lang")
    request.session.clear()
    now, id = int(time.time()), secrets.token_urlsafe(16)
    request.session.update(id=id, user=user.to_session(), csrf=secrets.token_urlsafe(24), began=now, seen=now)
    if language:
        request.session["lang"] = language


def sign_out(request: Request) -> None:
    """End the session, for every copy of its cookie."""
    request.app.state.ended.add(str(request.session.get("id", "")), time.time())
    request.session.clear()


def user_of(request: Request) -> User | None:
    """Who is signed in, or None. Behind an identity proxy whoever it names now, whatever the session said before."""
    kept = _of_session(request)
    named: Callable[[Request], User | None] | None = request.app.state.proxy_users
    if named is None:
        return kept
    user = named(request)
    if user is None:
        request.session.clear()
    elif user != kept:
        sign_in(request, user)
    return user


def _of_session(request: Request) -> User | None:
    """The session's user; a session that is too old, was idle too long or was signed out is ended."""
    session, now = request.session, int(time.time())
    user = User.from_session(session.get("user"))
    if user is None:
        return None
    began, seen = _number(session.get("began")), _number(session.get("seen"))
    if now - began > LONGEST or now - seen > IDLE or str(session.get("id", "")) in request.app.state.ended:
        session.clear()
        return None
    session["seen"] = now
    return user


def form_token(request: Request) -> str:
    """The token of a form that is shown before anybody signed in: made where there is none."""
    token: str = request.session.setdefault("csrf", secrets.token_urlsafe(24))
    return token


def csrf_of(request: Request) -> str:
    """The token that every form of this session carries."""
    return str(request.session.get("csrf", ""))


def is_forged(request: Request, given: Any) -> bool:
    """Whether a form did not come from a page of this session."""
    wanted = csrf_of(request)
    return not wanted or not isinstance(given, str) or not hmac.compare_digest(given, wanted)


def _number(value: Any) -> int:
    return value if isinstance(value, int) else 0
