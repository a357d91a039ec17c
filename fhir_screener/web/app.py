"""The application: routes, and what stands around them. One file a page; this is the visible list of them."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Callable
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from fhir_screener.bootstrap.office import Office
from fhir_screener.errors import AuthError, ScreenerError, ServerError, UsageError
from fhir_screener.log import Log
from fhir_screener.settings import Settings
from fhir_screener.web import account, candidate, decide, health, record, worklist
from fhir_screener.web.guard import StrictHeaders
from fhir_screener.web.pages import FOLDER, message

_log = Log(__name__)
ROUTES = (
    Route("/", worklist.home),
    Route("/study/{study}", worklist.overview),
    Route("/study/{study}/{view}", worklist.listed),
    Route("/candidate/{task}", candidate.shown),
    Route("/candidate/{task}/record/{number:int}", record.shown),
    Route("/candidate/{task}/decide", decide.decided, methods=["POST"]),
    Route("/sign-in", account.sign_in, methods=["GET", "POST"]),
    Route("/sign-out", account.sign_out, methods=["POST"]),
    Route("/health", health.health),
    Mount("/static", StaticFiles(directory=FOLDER / "static")),
)
COOKIE = "fhir_screener"


class Offices:
    """One Office a thread: sessions with servers are not shared between threads."""

    def __init__(self, make: Callable[[], Office]) -> None:
        self._make, self._local = make, threading.local()

    def __call__(self) -> Office:
        office: Office | None = getattr(self._local, "office", None)
        if office is None:
            office = self._local.office = self._make()
        return office


def make_app(settings: Settings, token: str, office: Callable[[], Office] | None = None) -> Starlette:
    """The pages over the servers of these settings. `token` signs people in; `office` makes what pages ask for."""
    secret = hmac.new(settings.key(settings.writes_to or ""), b"web session", hashlib.sha256).hexdigest()
    https = settings.web_auth != "token"
    app = Starlette(
        routes=list(ROUTES),
        middleware=[
            Middleware(StrictHeaders),
            Middleware(
                SessionMiddleware,
                secret_key=secret,
                session_cookie=COOKIE,
                same_site="lax",
                https_only=https,
                max_age=None,
            ),
        ],
        exception_handlers={ScreenerError: failed, 404: missing},
    )
    app.state.settings, app.state.token = settings, token
    app.state.office = Offices(office or (lambda: Office(settings)))
    return app


async def failed(request: Request, error: Exception) -> Response:
    """A page that says what is wrong and what to do; nothing was changed."""
    assert isinstance(error, ScreenerError)
    _log.warning("web.failed", where=type(error).__name__)
    if isinstance(error, UsageError):
        return message(request, 400, "This cannot be done", str(error))
    if isinstance(error, AuthError):
        return message(request, 502, "The FHIR server did not let us in", str(error))
    if isinstance(error, ServerError):
        return message(request, 502, "The FHIR server did not answer as it should", str(error))
    return message(request, 500, "This cannot be shown", str(error))


async def missing(request: Request, error: Any) -> Response:
    return message(request, 404, "There is no such page", "Go back to the worklist.")
