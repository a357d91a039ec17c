"""One FHIR server over HTTP. The only module that imports requests; every failure leaves as an error of our tree.

FHIR R4 RESTful API. Messages and logs hold addresses without their queries, and issue codes without prose.
"""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self, TypeVar

import requests
from requests.adapters import HTTPAdapter

from fhir_screener.errors import NotFhir, NotTrusted, ServerError, SettingsError, Unreachable
from fhir_screener.fhir.answer import Answer, Exchange, checked, decoded, written
from fhir_screener.fhir.auth import Auth, NoAuth
from fhir_screener.fhir.origin import Origins, Params, encode, safe_url
from fhir_screener.fhir.outcome import error_for
from fhir_screener.fhir.retry import Retry
from fhir_screener.log import Log

T = TypeVar("T")
_log = Log(__name__)
_CHUNK = 1 << 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FHIR_JSON = "application/fhir+json"
_FORM = "application/x-www-form-urlencoded"
# urllib3 logs each request with its whole query, identifiers included.
logging.getLogger("urllib3.connectionpool").addFilter(lambda record: False)


@dataclass(frozen=True)
class _Call:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None
    repeatable: bool = True

    @property
    def where(self) -> str:
        return f"{self.method} {safe_url(self.url)}"


class FhirSession:
    """A pool of connections to one FHIR base. Threads may share it; after a fork it opens its own connections.

    `timeout` is (connect, read) in seconds. `allowed_origins` are further bases that links may lead to, credentials
    included. The environment's proxies, CA bundles and .netrc are not used: settings alone decide. `max_body` in bytes.
    Raises SettingsError for a base address or CA bundle that cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        auth: Auth | None = None,
        timeout: tuple[float, float] = (10.0, 120.0),
        ca_bundle: Path | None = None,
        proxy: str | None = None,
        retries: Retry | None = None,
        allowed_origins: Iterable[str] = (),
        user_agent: str = "fhir-screener",
        on_request: Callable[[Exchange], None] | None = None,
        connections: int = 8,
        max_body: int = 512 << 20,
    ) -> None:
        _check_ca_bundle(ca_bundle)
        self.origins = Origins.of(base_url, tuple(allowed_origins))
        self._auth = auth or NoAuth()
        self._timeout, self._ca_bundle, self._proxy = timeout, ca_bundle, proxy
        self._retries = retries or Retry()
        self._agent, self._on_request = user_agent, on_request
        self._connections, self._max_body = connections, max_body
        self._pool: requests.Session | None = None
        self._pid = 0

    @property
    def base_url(self) -> str:
        """The service base, without a slash at its end."""
        return str(self.origins.base)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        if self._pool is not None and self._pid == os.getpid():
            self._pool.close()
        self._pool = None

    def get(
        self,
        target: str,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        expect: str | None = None,
    ) -> Answer:
        """Read `target`: a path under the base, or an allowed URL. Anything but an `expect` resource is NotFhir."""
        return self.fetch(target, lambda answer: checked(answer, expect), params, headers)

    def fetch(
        self,
        target: str,
        decode: Callable[[Answer], T],
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        form: Params | None = None,
    ) -> T:
        """Read and decode in one go, so that a body cut inside its JSON is asked for again like any cut body.

        `decode` may raise msgspec's errors. With `form`, the reading is a POST (`[type]/_search`).
        """
        url, sent = self.url(target, params), self._headers(headers)
        if form is None:
            return self._run(_Call("GET", url, sent), decode)
        return self._run(_Call("POST", url, sent | {"Content-Type": _FORM}, encode(form).encode("ascii")), decode)

    def post(
        self,
        target: str,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        idempotent: bool = False,
        expect: str | None = None,
    ) -> Answer:
        """Send FHIR JSON; sent again after a failure only when the caller says that it is `idempotent`.

        Otherwise an Unreachable leaves it open whether the server has acted.
        """
        sent = {"Content-Type": _FHIR_JSON} | self._headers(headers)
        call = _Call("POST", self.url(target), sent, body, repeatable=idempotent)
        return self._run(call, written if expect is None else lambda answer: checked(answer, expect))

    def put(self, target: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Write FHIR JSON, `If-Match` in `headers`. A repeat after a cut answer may meet its own write: Conflict."""
        sent = {"Content-Type": _FHIR_JSON} | self._headers(headers)
        return self._run(_Call("PUT", self.url(target), sent, body), written)

    def delete(self, target: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Delete. A repeat after a cut answer may find it gone already: NotFound or Gone."""
        return self._run(_Call("DELETE", self.url(target), self._headers(headers)), written)

    def url(self, target: str, params: Params | None = None) -> str:
        """The absolute URL asked for `target` with `params`. Raises ForeignOrigin for one outside the origins."""
        path, mark, query = target.partition("?")
        whole = self.origins.resolve(path) + mark + query
        asked = encode(params) if params is not None else ""
        return whole + (("&" if mark else "?") + asked if asked else "")

    def _headers(self, extra: Mapping[str, str] | None) -> dict[str, str]:
        return {
            "Accept": f"{_FHIR_JSON}, application/json;q=0.9",
            "Accept-Encoding": "gzip",
            "Cache-Control": "no-cache",
            "User-Agent": self._agent,
            **(extra or {}),
        }

    def _run(self, call: _Call, decode: Callable[[Answer], T]) -> T:
        patience = self._retries.begin()
        while True:
            try:
                return decoded(self._attempt(call), decode, call.where)
            except ServerError as error:
                wait = patience.wait(error) if call.repeatable else None
                if wait is None:
                    raise
                _log.info(
                    "request.again", where=call.where, error=error, attempt=patience.attempts, seconds=round(wait, 1)
                )
            self._retries.sleep(wait)

    def _attempt(self, call: _Call) -> Answer:
        """One attempt: redirects inside the origins followed, credentials renewed at most once."""
        url, renewed = call.url, False
        for _ in range(6):
            answer = self._exchange(call, url)
            if answer.status == 401 and not renewed and self._auth.renew():
                renewed = True
            elif answer.status in _REDIRECTS and (call.method == "GET" or answer.status in (307, 308)):
                url = self._redirected(answer, call.where)
            elif 200 <= answer.status < 300:
                return answer
            else:
                raise error_for(answer, where=call.where, level=self.origins.level(answer.url))
        raise NotFhir("redirected in circles; check the base address", where=call.where)

    def _redirected(self, answer: Answer, where: str) -> str:
        location = answer.headers.get("location")
        if not location:
            raise NotFhir(f"redirected nowhere, HTTP {answer.status}; check the base address", where=where)
        return self.origins.redirect(location, answer.url)

    def _exchange(self, call: _Call, url: str) -> Answer:
        headers = dict(call.headers)
        self._auth.apply(headers)
        started, status, body = perf_counter(), None, b""
        try:
            with self._connected().request(
                call.method,
                url,
                data=call.body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                status = response.status_code
                body = self._read(response, call.where)
                return Answer(status, {k.lower(): v for k, v in response.headers.items()}, body, url)
        except (requests.RequestException, OSError) as error:
            failure = _failure(error, call.where, self._timeout)
        finally:
            if self._on_request is not None:
                seconds = perf_counter() - started
                self._on_request(Exchange(call.method, safe_url(url), status, seconds, len(body)))
        # Raised outside the handler: the library's own error quotes the whole URL and must not travel along.
        raise failure

    def _read(self, response: requests.Response, where: str) -> bytes:
        parts, size = [], 0
        for part in response.iter_content(_CHUNK):
            size += len(part)
            if size > self._max_body:
                what = f"the answer is larger than {self._max_body >> 20} MiB; ask for smaller pages"
                raise NotFhir(what, status=response.status_code, where=where)
            parts.append(part)
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def _connected(self) -> requests.Session:
        """Connections of this process: those inherited through a fork belong to the parent."""
        if self._pool is None or self._pid != os.getpid():
            pool = requests.Session()
            pool.trust_env = False
            pool.headers.clear()
            pool.verify = True if self._ca_bundle is None else str(self._ca_bundle)
            if self._proxy:
                pool.proxies = {"http": self._proxy, "https": self._proxy}
            adapter = HTTPAdapter(pool_connections=4, pool_maxsize=self._connections, max_retries=0)
            pool.mount("http://", adapter)
            pool.mount("https://", adapter)
            self._pool, self._pid = pool, os.getpid()
        return self._pool


def _check_ca_bundle(bundle: Path | None) -> None:
    if bundle is None:
        return
    try:
        if bundle.is_dir():
            return
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(bundle)
    except OSError:
        what = f"CA bundle {bundle} cannot be used; give a readable file of certificates in PEM form"
        raise SettingsError(what) from None


def _failure(error: Exception, where: str, timeout: tuple[float, float]) -> ServerError:
    """Our error for one of requests. Its text is not used: it quotes the whole URL."""
    said, kinds = str(error), requests.exceptions
    if "CERTIFICATE_VERIFY_FAILED" in said:
        what = "the server's TLS certificate was not accepted; set the CA bundle that signed it"
        return NotTrusted(what, where=where)
    if isinstance(error, kinds.ProxyError):
        what = "the proxy did not connect us; check the proxy setting"
    elif isinstance(error, kinds.ConnectTimeout):
        what = f"no connection within {timeout[0]:g} s; check address and network"
    elif isinstance(error, kinds.Timeout) or "Read timed out" in said:
        what = f"no answer within {timeout[1]:g} s; try again, or raise the time-out"
    elif isinstance(error, kinds.ChunkedEncodingError | kinds.ContentDecodingError):
        what = "the answer was cut short or garbled on its way; try again"
    elif isinstance(error, kinds.SSLError):
        what = "the TLS connection failed; check https or http in the address"
    else:
        what = "no connection; check address, network and proxy, and that the server runs"
    return Unreachable(what, where=where)
