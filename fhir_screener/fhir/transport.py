"""HTTP to one server. The only module that imports requests; no failure leaves it but as an error of our tree."""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from time import perf_counter

import requests
from requests.adapters import HTTPAdapter

from fhir_screener.errors import NotFhir, NotTrusted, ServerError, SettingsError, Unreachable
from fhir_screener.fhir.answer import Answer, Exchange
from fhir_screener.fhir.origin import safe_url

_CHUNK = 1 << 20
# urllib3 logs each request with its whole query, identifiers included.
logging.getLogger("urllib3.connectionpool").addFilter(lambda record: False)


class Transport:
    """A pool of connections that threads may share; after a fork it opens its own. Arguments as those of FhirSession."""

    def __init__(
        self,
        timeout: tuple[float, float],
        ca_bundle: Path | None,
        proxy: str | None,
        connections: int,
        max_body: int,
        on_request: Callable[[Exchange], None] | None,
    ) -> None:
        _check_ca_bundle(ca_bundle)
        self._timeout, self._ca_bundle, self._proxy = timeout, ca_bundle, proxy
        self._connections, self._max_body, self._on_request = connections, max_body, on_request
        self._pool: requests.Session | None = None
        self._pid = 0

    def close(self) -> None:
        """Close the connections; a later exchange opens new ones."""
        if self._pool is not None and self._pid == os.getpid():
            self._pool.close()
        self._pool = None

    def exchange(self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, where: str) -> Answer:
        """One request and its answer, whatever its status; `where` is the address as it may be said.

        Raises Unreachable or NotTrusted without an answer, NotFhir for one that is too large.
        """
        started, status, received = perf_counter(), None, b""
        try:
            with self._connected().request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
                stream=True,
            ) as response:
                status = response.status_code
                received = self._read(response, where)
                return Answer(status, {k.lower(): v for k, v in response.headers.items()}, received, url)
        except (requests.RequestException, OSError) as error:
            failure = _failure(error, where, self._timeout)
        finally:
            if self._on_request is not None:
                seconds = perf_counter() - started
                self._on_request(Exchange(method, safe_url(url), status, seconds, len(received)))
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
