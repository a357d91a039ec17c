"""A relay in front of any FHIR server, which can be told to fail as servers and the networks before them do."""

from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PASSED_ON = ("Content-Type", "Accept", "If-Match", "If-None-Match", "If-None-Exist", "Prefer", "Cache-Control")
PASSED_BACK = ("Content-Type", "ETag", "Location", "Last-Modified")
LOGIN = b"<!DOCTYPE html><html><body>Please sign in</body></html>"
EXPIRED = {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": "not-found"}]}
KINDS = ("html", "401", "500", "nothing", "silence", "expired")


@dataclass
class Relay:
    """`fault` strikes requests for `type` (any, if empty); `base` is what a client is given."""

    real: str
    base: str = ""
    fault: str = ""
    type: str = ""
    page: int = 0
    """Where set, whatever page size is asked for becomes this one, so that there are next links."""
    nexts: set[str] = field(default_factory=set)
    """Where next links led, as the client asks for them."""
    struck: int = 0

    def fails(self, fault: str, type: str = "") -> None:
        self.fault, self.type, self.struck = fault, type, 0

    def strikes(self, target: str) -> bool:
        """Whether this request fails; an expired page is never the first."""
        if self.fault == "expired":
            hit = target in self.nexts
        else:
            kind = target.partition("?")[0].rstrip("/").rpartition("/")[2].removesuffix("/_search")
            hit = bool(self.fault) and self.type in ("", kind, kind.partition("/")[0])
        self.struck += hit
        return hit

    def remember(self, body: bytes) -> None:
        """Note where the next link of a page leads."""
        if b'"next"' not in body:
            return
        for link in json.loads(body).get("link", ()):
            if link["relation"] == "next":
                self.nexts.add("/" + link["url"].partition("://")[2].partition("/")[2])


@contextmanager
def relay(real: str) -> Iterator[Relay]:
    """A Relay to the server at `real`, without any fault yet."""
    state = Relay(real)

    class Handler(_Handler):
        relay = state

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        state.base = f"http://127.0.0.1:{server.server_port}/{real.partition('://')[2].partition('/')[2]}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield state
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    relay: Relay
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        if self.relay.strikes(self.path):
            self._fail(self.relay.fault)
            return
        root = self.relay.real.partition("://")[2].partition("/")[0]
        target, body = self._paged(self.path), body and self._paged(body.decode()).encode()
        request = urllib.request.Request(f"http://{root}{target}", body, method=self.command)
        for name in PASSED_ON:
            if name in self.headers:
                request.add_header(name, self.headers[name])
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                self._answer(answer.status, answer.read(), dict(answer.headers))
        except urllib.error.HTTPError as error:
            with error:
                self._answer(error.code, error.read(), dict(error.headers))

    do_POST = do_PUT = do_DELETE = do_GET

    def _paged(self, query: str) -> str:
        return re.sub(r"(?<![A-Za-z])_count=\d+", f"_count={self.relay.page}", query) if self.relay.page else query

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        body = body.replace(self.relay.real.encode(), self.relay.base.encode())
        self.relay.remember(body)
        self.send_response(status)
        for name in PASSED_BACK:
            if name in headers:
                self.send_header(name, headers[name].replace(self.relay.real, self.relay.base))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _fail(self, fault: str) -> None:
        if fault == "silence":
            self.close_connection = True
            return
        status, kind, body = {
            "html": (200, "text/html", LOGIN),
            "401": (401, "application/fhir+json", b"{}"),
            "500": (500, "text/plain", b"java.lang.NullPointerException"),
            "nothing": (200, "application/fhir+json", b""),
            "expired": (410, "application/fhir+json", json.dumps(EXPIRED).encode()),
        }[fault]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests look at what our program says."""
