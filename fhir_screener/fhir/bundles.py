"""Bundles from files (FHIR R4 Bundle: collection, searchset, transaction, batch, document) taken apart.

References by `urn:uuid:` or by full address that mean an entry of the same Bundle become `Type/id`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from fhir_screener.errors import DataError
from fhir_screener.fhir.decode import outline
from fhir_screener.fhir.decode.references import Target, parse
from fhir_screener.fhir.decode.tolerant import BROKEN, kind_of, plain


class Part(NamedTuple):
    """One entry: its type, its bytes, and the id its fullUrl gives it."""

    kind: str
    data: bytes
    spare_id: str | None
    clash: bool = False
    """Whether another server's resource of this Bundle has the same type and id, and says something else."""


class _Request(msgspec.Struct, gc=False):
    method: str | None = None
    url: str | None = None


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
    entries = _standing(_entries(body))
    parts: list[Part] = []
    names: dict[bytes, bytes] = {}
    homes = _Homes()
    for one in entries:
        data = bytes(one.resource)
        kind, url = _kind(data), (one.fullUrl or "").strip()
        target = parse(url) if url else None
        spare = target.id if target is not None and target.base.startswith("urn") else None
        if target is not None and target.base.startswith("http"):
            bases.add(target.base)
        if spare is not None:
            names[url.encode()] = f"{kind}/{_id(data) or spare}".encode()
        parts.append(Part(kind, data, spare, target is not None and homes.clash(kind, target, data)))
    for part in homes.split(parts):
        yield part._replace(data=_renamed(part.data, names)) if names and b'"urn:' in part.data else part


def clash_words(part: Part) -> str:
    """What is said of a part that clashes."""
    return f"a {part.kind} called as another server's in this Bundle, and not the same: they cannot be told apart"


_REFERRED = ("Medication", "ResearchStudy", "Specimen")
"""Types that records of patients refer to: of two with one id, neither can be told to be meant."""


class _Homes:
    """Which server each resource of a Bundle is from, to see two that share a type and an id."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], tuple[str, bytes]] = {}
        self._shared: set[bytes] = set()

    def clash(self, kind: str, target: Target, data: bytes) -> bool:
        """Whether another server's entry before this one is called the same and says something else."""
        if not target.base.startswith("http"):
            return False
        home = target.base.partition("://")[2]
        first, said = self._first.setdefault((kind, target.id), (home, data))
        if first == home or said == data:
            return False
        if kind in _REFERRED:
            self._shared.add(said)
        return True

    def split(self, parts: list[Part]) -> list[Part]:
        """The parts, those marked that were first and yet cannot be told from a later one."""
        return (
            [one._replace(clash=True) if one.data in self._shared else one for one in parts] if self._shared else parts
        )


def _kind(data: bytes) -> str:
    try:
        return kind_of(data)
    except DataError:
        return ""


def _renamed(data: bytes, names: dict[bytes, bytes]) -> bytes:
    return _URN.sub(lambda match: b'"%s"' % names.get(match.group(1), match.group(1)), data)


def _standing(entries: list[_Entry]) -> list[_Entry]:
    """The entries with a resource, without those that are deleted: in a history, newest first, all versions before it too."""
    gone: set[tuple[str, str | None]] = set()
    found: list[_Entry] = []
    for one in entries:
        if one.request is not None and one.request.method == "DELETE":
            target = parse(one.request.url or one.fullUrl or "")
            if target is not None:
                gone.add((target.kind, target.id))
        elif one.resource and not (gone and one.request and _called(bytes(one.resource)) in gone):
            found.append(one)
    return found


def _called(data: bytes) -> tuple[str, str | None]:
    """Type and id: the request by which a version came about may name neither (`POST Condition`)."""
    return _kind(data), _id(data)


def _id(data: bytes) -> str | None:
    try:
        return _named(data).id
    except BROKEN:
        return None


def _entries(body: bytes) -> list[_Entry]:
    try:
        return _bundle(body).entry or []
    except BROKEN:
        pass
    # Something in it is no JSON, or shaped oddly: it costs the entry that it is in, no more.
    listed = _member(outline.members(body), "entry")
    found = outline.items(listed) if listed is not None else None
    if found is None:
        raise DataError("a Bundle that cannot be read")
    return [entry for one in found if (entry := _entry(one)) is not None]


def _entry(data: bytes) -> _Entry | None:
    parts = outline.members(data)
    resource = _member(parts, "resource")
    if resource is None:
        return None
    url, request = plain(_member(parts, "fullUrl") or b""), plain(_member(parts, "request") or b"")
    method = request.get("method") if isinstance(request, dict) else None
    return _Entry(
        url if isinstance(url, str) else None,
        msgspec.Raw(resource),
        _Request(method) if isinstance(method, str) else None,
    )


def _member(parts: list[tuple[bytes, bytes]] | None, name: str) -> bytes | None:
    """The raw value of a member, the last where there are several."""
    wanted = b'"%s"' % name.encode()
    return next((value for key, value in reversed(parts or ()) if key == wanted), None)
