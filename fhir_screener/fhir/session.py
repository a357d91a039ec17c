"""One FHIR server: reading and writing as FHIR R4's RESTful API has it, with patience; failures are errors of our tree.

Messages and logs hold addresses without their queries, and issue codes without prose.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from fhir_screener.errors import NotFhir, ServerError
from fhir_screener.fhir.answer import Answer, Exchange, checked, decoded, written
from fhir_screener.fhir.auth import Auth, NoAuth
from fhir_screener.fhir.origin import Origins, Params, encode, safe_url
from fhir_screener.fhir.outcome import error_for
from fhir_screener.fhir.retry import Retry
from fhir_screener.fhir.transport import Transport
from fhir_screener.log import Log

T = TypeVar("T")
_log = Log(__name__)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FHIR_JSON = "application/fhir+json"
_FORM = "application/x-www-form-urlencoded"


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
        self._transport = Transport(timeout, ca_bundle, proxy, connections, max_body, on_request)
        self.origins = Origins.of(base_url, tuple(allowed_origins))
        self._auth = auth or NoAuth()
        self._retries = retries or Retry()
        self._agent = user_agent

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
        self._transport.close()

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
            headers = dict(call.headers)
            self._auth.apply(headers)
            answer = self._transport.exchange(call.method, url, headers, call.body, call.where)
            if answer.status == 401 and not renewed and self._auth.renew(headers):
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
