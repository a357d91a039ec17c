"""The server on the wire (ASGI): `/fhir` for clients, `/_stats` and `/_faults` for whoever runs it, on loopback only."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any

import orjson

from fhir_screener.errors import UsageError
from fhir_screener.sandbox.faults import ANSWERS, ENDINGS, Fault
from fhir_screener.sandbox.outcome import Hangup, outcome_bytes
from fhir_screener.sandbox.service import Service
from fhir_screener.sandbox.stats import Stats
from fhir_screener.sandbox.wire import FHIR_JSON, Call, Reply

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIX = "/fhir"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_log = logging.getLogger("fhir_screener.sandbox")
_SENTENCE = {429: "too many requests", 503: "not available just now", 500: "something went wrong", 403: "not allowed"}
_HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in.</body></html>"


def application(service: Service, stats: Stats, *, any_host: bool = False) -> App:
    """The ASGI application. Unless `any_host`, requests sent to a name that is not loopback are refused (421)."""
    from starlette.routing import Route, Router

    admin = _Admin(service, stats)
    fhir = _Fhir(service, stats)
    router = Router(
        routes=[
            Route("/_stats", admin.stats, methods=["GET", "DELETE"]),
            Route("/_faults", admin.faults, methods=["GET", "POST", "DELETE"]),
            Route(PREFIX, fhir),
            Route(PREFIX + "/{path:path}", fhir),
        ],
        redirect_slashes=False,
    )

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            if any_host or _host(scope) in LOOPBACK:
                await router(scope, receive, send)
            else:
                await _send(send, Reply(421, outcome_bytes("security", "this server answers on loopback only")))
        except Hangup:
            if not _hang_up(send):
                raise

    return app


class _Fhir:
    """The FHIR endpoint, faults included."""

    def __init__(self, service: Service, stats: Stats) -> None:
        self._service, self._stats = service, stats

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from starlette.requests import Request

        call = await _call(Request(scope, receive))
        about = self._service.about(call)
        reply, ending = await self._answer(call, about)
        self._stats.count(call.method, about.kind, len(reply.body))
        if ending is not None and ending.kind == "lost":
            raise Hangup("the answer is lost on purpose")
        await _send(send, reply, cut=ending is not None, head=call.method == "HEAD")

    async def _answer(self, call: Call, about: Call) -> tuple[Reply, Fault | None]:
        faults = self._service.faults
        fault = faults.take(*ANSWERS, method=call.method, of=about.kind, names=about.names)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        elif fault is not None:
            return _faulty(fault), None
        try:
            reply = self._service.handle(call)
        except Exception as error:
            at = traceback.extract_tb(error.__traceback__)[-1]
            _log.error("%s at %s:%s answering %s", type(error).__name__, at.name, at.lineno, call.method)
            reply = Reply(500, outcome_bytes("exception", f"the server failed: {type(error).__name__}"))
        return reply, faults.take(*ENDINGS, method=call.method, of=about.kind, names=about.names)


async def _call(request: Request) -> Call:
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return Call(
        request.method,
        raw.decode("latin-1").partition("?")[0].removeprefix(PREFIX),
        request.scope["query_string"].decode("latin-1"),
        dict(request.headers),
        await request.body(),
    )


def _faulty(fault: Fault) -> Reply:
    if fault.kind == "drop":
        raise Hangup("the connection is dropped on purpose")
    if fault.kind == "html":
        return Reply(fault.status or 200, _HTML, {"Content-Type": "text/html; charset=utf-8"})
    if fault.kind == "json":
        return Reply(fault.status or 200, b'{"message":"hello"}', {"Content-Type": "application/json"})
    if fault.kind == "unauthorized":
        return Reply(401, outcome_bytes("login", "sign in first"), {"WWW-Authenticate": 'Bearer realm="sandbox"'})
    status = {"busy": 429, "unavailable": 503, "forbidden": 403}.get(fault.kind) or fault.status or 500
    wait = fault.retry_after if fault.retry_after is not None else 1 if status == 429 else None
    headers = {} if wait is None else {"Retry-After": str(wait)}
    return Reply(status, outcome_bytes("transient", _SENTENCE.get(status, "a fault on purpose")), headers)


async def _send(send: Send, reply: Reply, *, cut: bool = False, head: bool = False) -> None:
    headers = {"Content-Type": FHIR_JSON + "; charset=utf-8"} if reply.body else {}
    headers |= reply.headers
    if reply.status not in (204, 304):
        headers["Content-Length"] = str(len(reply.body))
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": pairs})
    if cut:
        await send({"type": "http.response.body", "body": reply.body[: len(reply.body) // 2], "more_body": True})
        raise Hangup("the body is cut on purpose")
    await send({"type": "http.response.body", "body": b"" if head else reply.body})


def _hang_up(send: Send) -> bool:
    """Closes the connection under uvicorn, which offers no way to. False elsewhere: then the Hangup goes on."""
    cycle = getattr(send, "__self__", None)
    transport = getattr(cycle, "transport", None)
    if cycle is None or transport is None:
        return False
    cycle.disconnected = True
    transport.close()
    return True


def _host(scope: Scope) -> str:
    """Name in the Host header, without port and brackets; a request without one came by hand and is let in."""
    text = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "localhost")
    return text[1:].partition("]")[0] if text.startswith("[") else text.partition(":")[0].lower()


class _Admin:
    """What the runner of the server may ask and set."""

    def __init__(self, service: Service, stats: Stats) -> None:
        self._service, self._stats = service, stats

    async def stats(self, request: Request) -> Response:
        if not _from_here(request):
            return _json({"error": "only from this machine"}, 403)
        if request.method == "DELETE":
            self._stats.reset()
        return _json(self._stats.shown())

    async def faults(self, request: Request) -> Response:
        if not _from_here(request):
            return _json({"error": "only from this machine"}, 403)
        faults = self._service.faults
        if request.method == "DELETE":
            faults.clear()
        elif request.method == "POST":
            try:
                sent = orjson.loads(await request.body())
                faults.add(sent if isinstance(sent, list) else [sent])
            except (ValueError, TypeError, UsageError) as error:
                return _json({"error": f"not a fault or a list of faults: {error}"}, 400)
        return _json(faults.waiting())


def _from_here(request: Request) -> bool:
    return request.client is None or request.client.host in LOOPBACK


def _json(value: Any, status: int = 200) -> Response:
    from starlette.responses import Response

    return Response(orjson.dumps(value), status, media_type="application/json")
