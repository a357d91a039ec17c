"""The application: routes, and what stands around them. One file a page; this is the visible list of them."""

from __future__ import annotations

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

from fhir_screener.bootstrap.office import Mappings, Office
from fhir_screener.errors import AuthError, NoSuch, NotAudited, ScreenerError, ServerError, UsageError
from fhir_screener.log import Log
from fhir_screener.settings import Settings
from fhir_screener.web import (
    account,
    candidate,
    decide,
    find,
    health,
    looks,
    orders,
    record,
    report,
    several,
    study_log,
    sweeps,
    worklist,
)
from fhir_screener.web.deployment import check, cookie, hosts, is_secure, list_key, session_key
from fhir_screener.web.failures import words_of
from fhir_screener.web.gate import Gate, Net, Watched
from fhir_screener.web.guard import Ended, StrictHeaders, user_of
from fhir_screener.web.metrics import Metrics
from fhir_screener.web.oidc import Provider
from fhir_screener.web.pages import FOLDER, message
from fhir_screener.web.proxy import proxy_users
from fhir_screener.web.who import User

_log = Log(__name__)
ROUTES = (
    Route("/", worklist.home),
    Route("/study/{study}", worklist.overview),
    Route("/study/{study}/sweeps", sweeps.listed),
    Route("/study/{study}/sweeps/{sweep}", report.shown),
    Route("/study/{study}/log.csv", study_log.as_csv),
    Route("/study/{study}/log.xlsx", study_log.as_xlsx),
    Route("/study/{study}/orders", orders.listed),
    Route("/study/{study}/orders.csv", orders.as_csv),
    Route("/study/{study}/found", find.found, methods=["GET", "POST"]),
    Route("/study/{study}/decide", several.decided, methods=["POST"]),
    Route("/study/{study}/looked", looks.looked, methods=["POST"]),
    Route("/study/{study}/{view}", worklist.listed),
    Route("/candidate/{task}", candidate.shown),
    Route("/candidate/{task}/record/{number:int}", record.shown),
    Route("/candidate/{task}/decide", decide.decided, methods=["POST"]),
    Route("/sign-in", account.sign_in, methods=["GET", "POST"]),
    Route("/sign-in/oidc", account.begin),
    Route("/sign-in/oidc/done", account.done),
    Route("/sign-out", account.sign_out, methods=["POST"]),
    Route("/health", health.health),
    Route("/metrics", health.metrics),
    Mount("/static", StaticFiles(directory=FOLDER / "static")),
)


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
    """The pages over the servers of these settings. `token` signs people in; `office` makes what pages ask for.

    Raises SettingsError where people could not be told apart, or the pages would be open to others than they should.
    """
    check(settings)
    mappings = Mappings(settings)
    offices = Offices(office or (lambda: Office(settings, mappings=mappings)))
    metrics = Metrics(lambda: offices().last_sweeps())
    app = Starlette(
        routes=list(ROUTES),
        middleware=[
            Middleware(Watched, count=metrics.page),
            Middleware(StrictHeaders, secure=is_secure(settings)),
            Middleware(Gate, hosts=hosts(settings)),
            Middleware(SessionMiddleware, secret_key=session_key(settings, token), max_age=None, **cookie(settings)),
            Middleware(Net),
        ],
        exception_handlers={ScreenerError: failed, 404: missing},
    )
    state = app.state
    state.settings, state.token, state.office, state.metrics = settings, token, offices, metrics
    state.secret, state.https = list_key(settings), is_secure(settings)
    state.ended = Ended()
    state.proxy_users = proxy_users(settings) if settings.web_auth == "proxy" else None
    state.provider = Provider(settings) if settings.web_auth == "oidc" else None
    return app


async def failed(request: Request, error: Exception) -> Response:
    """A page that says what is wrong and what to do; nothing was changed."""
    assert isinstance(error, ScreenerError)
    # A person's slip is told to the person; a warning is for whoever runs the service.
    log = _log.info if isinstance(error, UsageError) else _log.warning
    log("web.failed", where=type(error).__name__)
    said = words_of(error, named=names_patients(user_of(request)))
    if isinstance(error, UsageError):
        refused = request.url.path.removesuffix("/decide")
        back = refused if refused.startswith("/candidate/") and request.method == "POST" else ""
        if isinstance(error, NoSuch) and request.method == "GET":
            return message(request, 404, "This cannot be shown", said)
        return message(request, 404 if isinstance(error, NoSuch) else 400, "This cannot be done", said, back=back)
    if isinstance(error, NotAudited):
        return message(request, 503, "Not shown, for it could not be recorded that you looked", said)
    if isinstance(error, AuthError):
        return message(request, 502, "The FHIR server did not let us in", said)
    if isinstance(error, ServerError):
        again = request.url.path if request.method == "GET" else ""
        return message(request, 502, "The FHIR server did not answer as it should", said, again=again)
    return message(request, 500, "This cannot be shown", said)


def names_patients(user: User | None) -> bool:
    """Whether an error may be told with the record it is about, by its id, and the server's address."""
    return user is not None and user.sees_identity


async def missing(request: Request, error: Any) -> Response:
    return message(request, 404, "There is no such page", "Go back to the worklist.")
