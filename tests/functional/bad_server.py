"""Servers as they fail: a login page, a refusal, a breakdown, JSON that is no FHIR, another version of FHIR."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ANSWERS = {
    "html": (200, "text/html", b"<html><body>Please sign in</body></html>"),
    "401": (401, "application/json", b"{}"),
    "403": (403, "application/json", b"{}"),
    "500": (500, "text/plain", b"Traceback (most recent call last): oops"),
    "json": (200, "application/json", b'{"hello": "world"}'),
    "stu3": (200, "application/fhir+json", b'{"resourceType":"CapabilityStatement","fhirVersion":"3.0.2","rest":[]}'),
    "nothing": (200, "application/fhir+json", b""),
}


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, kind, body = ANSWERS[self.path.split("/")[1]]
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests look at what our program says."""


@contextmanager
def bad_server() -> Iterator[str]:
    """Its address; `/html`, `/401` and so on are the bases."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
