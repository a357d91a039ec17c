"""What every request passes, outermost first: a log line and a count, strict headers, host, origin and size, the net.

Our request log holds the route's pattern and, of a page that was shown, the Task's id: no address as it was asked for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fhir_screener.log import Log
from fhir_screener.settings import is_loopback
from fhir_screener.web.pages import message

_log = Log(__name__)
LARGEST, LONGEST_WAIT = 1 << 18, 20.0
"""Bytes of a form, and seconds to wait for the rest of one."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
QUIET = frozenset({"/health", "/metrics", "/static"})


class Watched:
    """Logs and counts each request by its route."""

    def __init__(self, app: ASGIApp, count: Callable[[str, int], None]) -> None:
        self._app, self._count = app, count

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        began, status = time.perf_counter(), 500

        async def noted(told: Message) -> None:
            nonlocal status
            if told["type"] == "http.response.start":
                status = told["status"]
            await send(told)

        try:
            await self._app(scope, receive, noted)
        finally:
            self._told(scope, status, time.perf_counter() - began)

    def _told(self, scope: Scope, status: int, seconds: float) -> None:
        route = str(getattr(scope.get("route"), "path", "none"))
        self._count(route, status)
        if route in QUIET:
            return
        shown = {"task": scope.get("path_params", {}).get("task")} if status < 400 else {}
        fields = {name: value for name, value in shown.items() if value}
        method = scope["method"] if scope["method"] in {*SAFE, "POST"} else "other"
        _log.info("web.request", method=method, route=route, status=status, seconds=round(seconds, 3), **fields)


class Gate:
    """Refuses other hosts' names (DNS rebinding), forms from other sites, and forms that are too large or too slow."""

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app, self._hosts = app, frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        headers = Headers(scope=scope)
        refused = self._refused(scope["method"], headers)
        if not refused and scope["method"] not in SAFE:
            body = await _body(headers, receive)
            if body is None:
                refused = PlainTextResponse("The form is too large, or came too slowly; nothing was changed.", 413)
            else:
                receive = _again(body, receive)
        await (refused or self._app)(scope, receive, send)

    def _refused(self, method: str, headers: Headers) -> PlainTextResponse | None:
        if not known_host(headers.getlist("host"), self._hosts):
            return PlainTextResponse("These pages are not served under this name.", 400)
        if method not in SAFE and headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return PlainTextResponse("This form is from another site; nothing was changed.", 403)
        return None


class Net:
    """Innermost: whatever no page expected becomes a page that says so, and one line in the log without its text."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noted(told: Message) -> None:
            nonlocal begun
            begun = True
            await send(told)

        try:
            await self._app(scope, receive, noted)
        except Exception as error:
            _log.error("web.broke", error=error)
            if begun or scope["type"] != "http":
                raise
            shown = message(
                Request(scope), 500, "Something went wrong", "It was logged. Try again, or tell your admin."
            )
            await shown(scope, receive, send)


def known_host(given: list[str], hosts: frozenset[str]) -> bool:
    """Whether a request names us: this machine, or one of `hosts`; once, and as a host."""
    try:
        parts = urlsplit(f"//{given[0]}") if len(given) == 1 else None
        name = parts.hostname if parts and not parts.path and not parts.username and parts.port != 0 else None
    except ValueError:
        return False
    return bool(name) and (name in hosts or is_loopback(f"//[{name}]" if ":" in str(name) else f"//{name}"))


async def _body(headers: Headers, receive: Receive) -> bytes | None:
    """The whole body, or None where it is more, or slower, than a form of ours."""
    said = headers.get("content-length", "0")
    if not said.isdigit() or int(said) > LARGEST:
        return None
    found = bytearray()
    try:
        async with asyncio.timeout(LONGEST_WAIT):
            while True:
                part = await receive()
                found += part.get("body", b"")
                if part["type"] == "http.disconnect" or len(found) > LARGEST:
                    return None
                if not part.get("more_body"):
                    return bytes(found)
    except TimeoutError:
        return None


def _again(body: bytes, receive: Receive) -> Receive:
    """The body as if it had just come; then whatever comes."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return left.pop() if left else await receive()

    return given
