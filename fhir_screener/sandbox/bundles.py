"""Bundles put together from stored bytes: nothing stored is decoded or encoded again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

import msgspec
import orjson

from fhir_screener.sandbox.indexes import Stored
from fhir_screener.sandbox.moments import instant
from fhir_screener.sandbox.outcome import outcome

_ALWAYS_SHOWN = frozenset({"resourceType", "id", "meta"})
_SUBSETTED = {"system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue", "code": "SUBSETTED"}
_STATUS = {"POST": "201 Created", "PUT": "200 OK", "DELETE": "204 No Content"}


def link(relation: str, url: str) -> dict[str, str]:
    return {"relation": relation, "url": url}


def query_string(pairs: Iterable[tuple[str, str]]) -> str:
    return "&".join(f"{quote(name, safe=':_-.')}={quote(value, safe=':/|,-._')}" for name, value in pairs)


def bundle(kind: str, entries: Sequence[bytes], **head: Any) -> bytes:
    """A Bundle of type `kind`; `head` holds total, link and the like, None left out."""
    top = {"resourceType": "Bundle", "type": kind} | {name: it for name, it in head.items() if it is not None}
    start = orjson.dumps(top)
    return b'%b,"entry":[%b]}' % (start[:-1], b",".join(entries)) if entries else start


def match_entries(
    base: str, found: Iterable[Stored], mode: str = "match", elements: frozenset[str] = frozenset()
) -> list[bytes]:
    """Entries of a searchset; with `elements`, cut down to these and marked as such."""
    tail = b',"search":{"mode":"%b"}}' % mode.encode()
    out = []
    for one in found:
        data = subset(one, elements) if elements else one.data or b""
        out.append(b'{"fullUrl":"%b/%b/%b","resource":%b%b' % (*_url(base, one), data, tail))
    return out


def _url(base: str, one: Stored) -> tuple[bytes, bytes, bytes]:
    return base.encode(), one.kind.encode(), one.id.encode()


def subset(one: Stored, elements: frozenset[str]) -> bytes:
    """FHIR R4 search, `_elements`."""
    top: dict[str, Any] = {
        name: raw for name, raw in one.top().items() if name in _ALWAYS_SHOWN or name.lstrip("_") in elements
    }
    meta = msgspec.json.decode(top["meta"])
    tags = meta.get("tag")
    meta["tag"] = [*(tags if isinstance(tags, list) else ()), _SUBSETTED]
    return msgspec.json.encode(top | {"meta": meta})


def warning_entry(text: str) -> bytes:
    """An entry that speaks of the search itself."""
    resource = outcome("not-supported", text, severity="warning")
    return orjson.dumps({"resource": resource, "search": {"mode": "outcome"}})


def history(base: str, versions: Sequence[Stored]) -> bytes:
    """The versions of one resource, newest first."""
    entries = []
    for one in reversed(versions):
        method = "DELETE" if one.data is None else "POST" if one.version == 1 else "PUT"
        about = {
            "fullUrl": f"{base}/{one.kind}/{one.id}",
            "request": {"method": method, "url": one.kind if method == "POST" else f"{one.kind}/{one.id}"},
            "response": {"status": _STATUS[method], "etag": etag(one), "lastModified": instant(one.updated)},
        }
        start = orjson.dumps(about)
        entries.append(start if one.data is None else b'%b,"resource":%b}' % (start[:-1], one.data))
    return bundle("history", entries, total=len(entries))


def etag(one: Stored) -> str:
    return f'W/"{one.version}"'
