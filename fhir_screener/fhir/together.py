"""Several searches in one request: a batch Bundle (FHIR R4 http, 3.1.0.11), where the server takes one; else one by one."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import orjson

from fhir_screener.errors import NotFhir, NotSupported, Refused
from fhir_screener.fhir.answer import Answer
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
            try:
                found = self._batch(searches)
            except (NotSupported, Refused, NotFhir) as error:
                _log.info("batch.refused", error=error)
                self._batches = False
            else:
                return [read_page(self._checked(one, kind)) for one, (kind, _) in zip(found, searches, strict=True)]
        return [self._session.fetch(kind, read_page, params) for kind, params in searches]

    def _batch(self, searches: Sequence[Search]) -> list[_Entry]:
        entries = [{"request": {"method": "GET", "url": f"{kind}?{encode(params)}"}} for kind, params in searches]
        body = orjson.dumps({"resourceType": "Bundle", "type": "batch", "entry": entries})
        answer = self._session.post("", body, idempotent=True, expect="Bundle")
        found = _decoder.decode(answer.body).entry
        if len(found) != len(searches):
            raise NotFhir("the batch was answered with another number of entries than it had", where="batch")
        return found

    def _checked(self, entry: _Entry, kind: str) -> Answer:
        url = self._session.url(kind)
        status = int(entry.response.status[:3]) if entry.response.status[:3].isdigit() else 500
        if 200 <= status < 300:
            return Answer(status, _JSON, bytes(entry.resource), url)
        raise error_for(Answer(status, _JSON, bytes(entry.response.outcome), url), where=f"GET {url}", level="type")


class _Response(msgspec.Struct):
    status: str = ""
    outcome: msgspec.Raw = msgspec.Raw(b"{}")


class _Entry(msgspec.Struct):
    response: _Response = msgspec.field(default_factory=_Response)
    resource: msgspec.Raw = msgspec.Raw(b"{}")


class _Bundle(msgspec.Struct):
    entry: list[_Entry] = []


_decoder = msgspec.json.Decoder(_Bundle)
