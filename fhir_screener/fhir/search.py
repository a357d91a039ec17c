"""Searching a FHIR server to the last page, and knowing when that was not all.

FHIR R4 search: next links are taken as they come, may lead to empty pages, repeat resources, or lead nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from fhir_screener.errors import NotFhir, NotSupported, PageExpired, Refused, ServerFault
from fhir_screener.fhir.origin import Pairs
from fhir_screener.fhir.search_pages import matches, pages
from fhir_screener.fhir.search_warnings import SearchWarning, Shortfall
from fhir_screener.fhir.searchset import Entry, newest, read_page
from fhir_screener.fhir.session import FhirSession

_SHAPING = frozenset({"_count", "_include", "_revinclude", "_sort", "_elements", "_summary", "_total"})


@dataclass(frozen=True)
class Found:
    """All pages of one search: each (type, id) once, newest version, matches and includes."""

    type: str
    entries: list[Entry]
    warnings: tuple[SearchWarning, ...] = ()
    total: int | None = None

    @property
    def complete(self) -> bool:
        """Whether this may be taken as everything there is."""
        return not any(warning.partial for warning in self.warnings)


def search_all(
    session: FhirSession,
    type: str,
    params: Pairs = (),
    *,
    max_pages: int = 10_000,
    post: bool = False,
    strict: bool = True,
    ask_count: bool = True,
    restarts: int = 1,
) -> Found:
    """Every page of a search, held in memory; begun anew, at most `restarts` times, when a page link has expired.

    `ask_count`: where the Bundles of a search of several pages give no total, ask for it with `_summary=count`.
    Raises ServerError when a page cannot be had: half a result is never returned as one.
    """
    left = restarts
    while True:
        try:
            return _search_once(session, type, params, max_pages, post, strict, ask_count)
        except PageExpired:
            if left <= 0:
                raise
            left -= 1


def search_whole(session: FhirSession, type: str, params: Pairs = ()) -> list[Entry]:
    """The resources of this type that match. Raises ServerFault where the server does not send all of them."""
    found = search_all(session, type, params, strict=False)
    if not found.complete:
        raise ServerFault("the server did not send all that match; try again", where=type)
    return [entry for entry in found.entries if entry.type == type]


def _search_once(
    session: FhirSession, type: str, params: Pairs, max_pages: int, post: bool, strict: bool, ask_count: bool
) -> Found:
    warnings: list[SearchWarning] = []
    entries: list[Entry] = []
    total, number = None, 0
    for page in pages(session, type, params, max_pages=max_pages, on_warning=warnings.append, post=post, strict=strict):
        entries.extend(page.entries)
        total = page.total if page.total is not None else total
        number += 1
    kept = newest(entries)
    if total is None and number > 1 and ask_count:
        total = _count_if_able(session, type, params, post)
        got = sum(1 for entry in kept if matches(entry, type))
        if total is not None and got < total:
            warnings.append(Shortfall(type, total, got))
    return Found(type, kept, tuple(warnings), total)


def count(session: FhirSession, type: str, params: Pairs = (), *, post: bool = False) -> int | None:
    """How many resources match (`_summary=count`), or None when the server does not say."""
    asked = [pair for pair in params if pair[0].partition(":")[0] not in _SHAPING] + [("_summary", "count")]
    if post:
        return session.fetch(f"{type}/_search", read_page, form=asked).total
    return session.fetch(type, read_page, asked).total


def _count_if_able(session: FhirSession, type: str, params: Pairs, post: bool) -> int | None:
    try:
        return count(session, type, params, post=post)
    except (Refused, NotSupported, NotFhir):
        return None
