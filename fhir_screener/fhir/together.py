"""Several searches in one request: a batch Bundle (FHIR R4 http, 3.1.0.11), where the server takes one; else one by one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import orjson

from fhir_screener.errors import NotFhir, NotSupported, Refused
from fhir_screener.fhir.answer import Answer, decoded
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.origin import Params, encode
from fhir_screener.fhir.outcome import error_for
from fhir_screener.fhir.searchset import Page, read_page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.log import Log

_log = Log(__name__)
_JSON = {"content-type": "application/fhir+json"}
Search = tuple[str, Params]
"""Resource type and parameters."""


class Together:
    """Asks a server several things at once. HAPI takes batches and names only transactions, so that either is tried."""

    def __init__(self, session: FhirSession, capability: Capability) -> None:
        self._session = session
        self._batches = capability.batch or capability.transaction

    def pages(self, searches: Sequence[Search]) -> list[Page]:
        """The first page of each search, in their order. Raises the error of the first that failed."""
        if self._batches and len(searches) > 1:
            found = self._batch(searches)
            if found is not None:
                return found
            self._batches = False
        return [self._session.fetch(kind, read_page, params) for kind, params in searches]

    def _batch(self, searches: Sequence[Search]) -> list[Page] | None:
        """The pages, or None where the server does not answer a batch as one."""
        entries = [{"request": {"method": "GET", "url": f"{kind}?{encode(params)}"}} for kind, params in searches]
        body = orjson.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries})
        try:
            found = self._entries(self._session.post("", body, idempotent=True, expect="Bundle"))
        except (NotSupported, Refused, NotFhir) as error:
            _log.info("batch.refused", error=error)
            return None
        if len(found) != len(searches):
            _log.info("batch.refused", why="it was answered with another number of entries than it had")
            return None
        try:
            return [self._page(one, kind) for one, (kind, _) in zip(found, searches, strict=True)]
        except NotFhir as error:
            _log.info("batch.refused", error=error)
            return None

    def _entries(self, answer: Answer) -> list[_Entry]:
        return decoded(answer, lambda one: _decoder.decode(one.body), "batch").entry or []

    def _page(self, entry: _Entry, kind: str) -> Page:
        url = self._session.url(kind)
        where = f"GET {url}"
        status = int(entry.response.status[:3]) if entry.response.status[:3].isdigit() else 500
        if 200 <= status < 300:
            return decoded(Answer(status, _JSON, bytes(entry.resource), url), read_page, where)
        outcome = bytes(entry.response.outcome).removeprefix(b"null")
        raise error_for(Answer(status, _JSON, outcome, url), where=where, level="type")


class _Response(msgspec.Struct):
    status: str = ""
    outcome: msgspec.Raw = msgspec.Raw(b"{}")


class _Entry(msgspec.Struct):
    response: _Response = msgspec.field(default_factory=_Response)
    resource: msgspec.Raw = msgspec.Raw(b"{}")


class _Bundle(msgspec.Struct):
    entry: list[_Entry] | None = None


_decoder = msgspec.json.Decoder(_Bundle)
