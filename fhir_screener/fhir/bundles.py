"""Bundles from files (FHIR R4 Bundle: collection, searchset, transaction, batch, document) taken apart.

References by `urn:uuid:` or by full address that mean an entry of the same Bundle become `Type/id`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from fhir_screener.errors import DataError
from fhir_screener.fhir.decode.references import parse
from fhir_screener.fhir.decode.tolerant import BROKEN, kind_of, rescue


class Part(NamedTuple):
    """One entry: its type, its bytes, and the id its fullUrl gives it."""

    kind: str
    data: bytes
    spare_id: str | None


class _Request(msgspec.Struct, gc=False):
    method: str | None = None


class _Entry(msgspec.Struct, gc=False):
    fullUrl: str | None = None
    resource: msgspec.Raw = msgspec.Raw(b"")
    request: _Request | None = None


class _Bundle(msgspec.Struct, gc=False):
    entry: list[_Entry] | None = None


class _Named(msgspec.Struct, gc=False):
    id: str | None = None


_bundle = msgspec.json.Decoder(_Bundle).decode
_named = msgspec.json.Decoder(_Named).decode
_URN = re.compile(rb'"(urn:(?:uuid|oid):[^"\s]+)"')


def take_apart(body: bytes, bases: set[str]) -> Iterator[Part]:
    """The resources of a Bundle; the base addresses of its entries are added to `bases`. Raises DataError."""
    entries = [one for one in _entries(body) if one.resource and not _deleted(one)]
    parts: list[Part] = []
    names: dict[bytes, bytes] = {}
    for one in entries:
        data = bytes(one.resource)
        kind, url = kind_of(data), (one.fullUrl or "").strip()
        target = parse(url) if url else None
        spare = target.id if target is not None and target.base.startswith("urn") else None
        if target is not None and target.base.startswith("http"):
            bases.add(target.base)
        if spare is not None:
            names[url.encode()] = f"{kind}/{_id(data) or spare}".encode()
        parts.append(Part(kind, data, spare))
    for part in parts:
        yield part._replace(data=_renamed(part.data, names)) if names and b'"urn:' in part.data else part


def _renamed(data: bytes, names: dict[bytes, bytes]) -> bytes:
    return _URN.sub(lambda match: b'"%s"' % names.get(match.group(1), match.group(1)), data)


def _deleted(entry: _Entry) -> bool:
    return entry.request is not None and entry.request.method == "DELETE"


def _id(data: bytes) -> str | None:
    try:
        return _named(data).id
    except BROKEN:
        return None


def _entries(body: bytes) -> list[_Entry]:
    try:
        return _bundle(body).entry or []
    except BROKEN:
        tree = rescue(body)
    listed = tree.get("entry") if isinstance(tree, dict) else None
    if not isinstance(listed, list):
        raise DataError("a Bundle that cannot be read")
    found = []
    for one in listed:
        if isinstance(one, dict) and isinstance(one.get("resource"), dict):
            url = one.get("fullUrl")
            raw = msgspec.Raw(msgspec.json.encode(one["resource"]))
            found.append(_Entry(url if isinstance(url, str) else None, raw))
    return found
