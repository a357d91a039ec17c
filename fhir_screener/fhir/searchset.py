"""One page of a search: the Bundle's envelope decoded, each resource left as the bytes it came in.

FHIR R4 Bundle (searchset). Keeping one `Entry.resource` keeps its whole page in memory; decode it, then let it go.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from fhir_screener.fhir.answer import Answer, Head, json_only, wrong_type
from fhir_screener.fhir.outcome import Issue, read_issues


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One resource of a page. `mode` is `match`, `include` or, where the server does not say, empty."""

    type: str
    id: str | None
    version_id: str | None
    last_updated: str | None
    mode: str
    full_url: str | None
    resource: msgspec.Raw

    def newer_than(self, other: Entry) -> bool:
        """Whether this version came after the other; of two that cannot be told apart, the one met last is newer."""
        mine, theirs = _number(self.version_id), _number(other.version_id)
        if mine is not None and theirs is not None and mine != theirs:
            return mine > theirs
        now, then = _instant(self.last_updated), _instant(other.last_updated)
        return now >= then if now is not None and then is not None else True


@dataclass(frozen=True)
class Page:
    """A page. `issues` come from OperationOutcomes among its entries; `unreadable` counts entries of a bad shape."""

    entries: list[Entry]
    total: int | None
    issues: tuple[Issue, ...]
    unreadable: int
    self_link: str | None
    next_link: str | None
    url: str
    """Where it came from."""


def read_page(answer: Answer) -> Page:
    """Decoder for `FhirSession.fetch`. Raises NotFhir, or msgspec's errors, for what is no Bundle."""
    json_only(answer)
    bundle: _Bundle | _LooseBundle
    try:
        bundle = tidy = _bundles.decode(answer.body)
        parts, spoilt = tidy.entry or [], 0
    except msgspec.ValidationError:
        # One misshapen entry must not cost the others: go through them one by one.
        bundle = loose = _loose.decode(answer.body)
        parts, spoilt = _one_by_one(loose.entry or [])
    if bundle.resource_type != "Bundle":
        raise wrong_type(answer, bundle.resource_type, "Bundle")
    entries, issues, unheaded = _entries(parts)
    links = {link.relation: link.url for link in reversed(bundle.link or []) if link.url}
    return Page(
        entries, bundle.total, tuple(issues), spoilt + unheaded, links.get("self"), links.get("next"), answer.url
    )


def newest(entries: Iterable[Entry]) -> list[Entry]:
    """Each (type, id) once, in its newest version, in the order first met. Resources without an id all stay."""
    kept: dict[object, Entry] = {}
    for number, entry in enumerate(entries):
        key: object = (entry.type, entry.id) if entry.id else number
        held = kept.get(key)
        if held is None or entry.newer_than(held):
            # A match stays a match, in whatever role its newer version came.
            match = held is not None and held.mode == "match"
            kept[key] = msgspec.structs.replace(entry, mode="match") if match else entry
        elif entry.mode == "match" and held.mode != "match":
            kept[key] = msgspec.structs.replace(held, mode="match")
    return list(kept.values())


def _entries(parts: list[_Part]) -> tuple[list[Entry], list[Issue], int]:
    entries: list[Entry] = []
    issues: list[Issue] = []
    unreadable = 0
    for part in parts:
        try:
            head = _heads.decode(part.resource)
        except msgspec.DecodeError:
            unreadable += 1
            continue
        if head.resource_type == "OperationOutcome":
            issues.extend(read_issues(bytes(part.resource)) or ())
            continue
        meta, mode = head.meta, part.search.mode if part.search else None
        version, updated = (meta.version_id, meta.last_updated) if meta else (None, None)
        entries.append(Entry(head.resource_type, head.id, version, updated, mode or "", part.full_url, part.resource))
    return entries, issues, unreadable


def _one_by_one(raw: list[msgspec.Raw]) -> tuple[list[_Part], int]:
    parts: list[_Part] = []
    for one in raw:
        try:
            parts.append(_parts.decode(one))
        except msgspec.ValidationError:
            continue
    return parts, len(raw) - len(parts)


def _number(version: str | None) -> int | None:
    return int(version) if version and version.isascii() and version.isdigit() else None


def _instant(text: str | None) -> datetime | None:
    try:
        when = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=UTC)


class _Search(msgspec.Struct, gc=False):
    mode: str | None = None


class _Part(msgspec.Struct, rename="camel"):
    full_url: str | None = None
    search: _Search | None = None
    resource: msgspec.Raw = msgspec.Raw(b"")


class _Link(msgspec.Struct, gc=False):
    relation: str | None = None
    url: str | None = None


class _Bundle(msgspec.Struct, rename="camel"):
    resource_type: str
    total: int | None = None
    link: list[_Link] | None = None
    entry: list[_Part] | None = None


class _LooseBundle(msgspec.Struct, rename="camel"):
    resource_type: str
    total: int | None = None
    link: list[_Link] | None = None
    entry: list[msgspec.Raw] | None = None


_bundles = msgspec.json.Decoder(_Bundle)
_loose = msgspec.json.Decoder(_LooseBundle)
_parts = msgspec.json.Decoder(_Part)
_heads = msgspec.json.Decoder(Head)
