"""Searching a FHIR server to the last page, and knowing when that was not all.

FHIR R4 search: next links are taken as they come, may lead to empty pages, repeat resources, or lead nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, urlsplit

from fhir_screener.errors import NotFhir, NotSupported, PageExpired, Refused, ServerError
from fhir_screener.fhir.search_warnings import Cut, Ignored, Notice, SearchWarning, Shortfall, Unreadable
from fhir_screener.fhir.searchset import Entry, Page, newest, read_page
from fhir_screener.fhir.session import FhirSession

Pairs = Sequence[tuple[str, str]]
_EXPIRED = frozenset({400, 404, 410})
_FILTERS = frozenset({"_id", "_lastUpdated", "_tag", "_profile", "_security", "_has"})
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
        got = sum(1 for entry in kept if _matches(entry, type))
        if total is not None and got < total:
            warnings.append(Shortfall(type, total, got))
    return Found(type, kept, tuple(warnings), total)


def pages(
    session: FhirSession,
    type: str,
    params: Pairs = (),
    *,
    max_pages: int = 10_000,
    on_warning: Callable[[SearchWarning], None] = lambda warning: None,
    post: bool = False,
    strict: bool = True,
) -> Iterator[Page]:
    """The pages of a search as they come; duplicates across pages are the caller's to merge (`newest`).

    `post` sends the first query as a form (`_search`), nothing in the address. `strict` asks the server to refuse
    parameters it does not know. Raises PageExpired when a next link is no longer known: start again from page 1.
    """
    walk = _Walk(session, type, {"Prefer": "handling=strict"} if strict else {}, on_warning)
    page = walk.first(params, post)
    ignored = _ignored(page.self_link, params)
    if ignored:
        on_warning(Ignored(type, ignored))
    while True:
        walk.note(page)
        yield page
        following = walk.following(page, max_pages)
        if following is None:
            break
        page = following
    walk.compare()


@dataclass
class _Walk:
    session: FhirSession
    type: str
    headers: dict[str, str]
    warn: Callable[[SearchWarning], None]
    visited: set[str] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    """Hashes of the ids of the matches: a million of them must fit."""
    nameless: int = 0
    total: int | None = None
    number: int = 0

    def first(self, params: Pairs, post: bool) -> Page:
        if post:
            return self.session.fetch(f"{self.type}/_search", read_page, headers=self.headers, form=params)
        self.visited.add(self.session.url(self.type, params))
        return self.session.fetch(self.type, read_page, params, self.headers)

    def note(self, page: Page) -> None:
        """Count a page, and pass on what the server remarks in it."""
        self.number += 1
        self.total = page.total if page.total is not None else self.total
        for entry in page.entries:
            if not _matches(entry, self.type):
                continue
            if entry.id is None:
                self.nameless += 1
            else:
                self.seen.add(hash((entry.type, entry.id)))
        for issue in page.issues:
            self.warn(Notice(self.type, issue))
        if page.unreadable:
            self.warn(Unreadable(self.type, page.unreadable))

    def following(self, page: Page, max_pages: int) -> Page | None:
        """The next page, or None at the end."""
        if page.next_link is None:
            return None
        try:
            url = self.session.origins.follow(page.next_link, page.url)
            why = self._halt(url, max_pages)
            if why:
                self.warn(Cut(self.type, self.number, why, partial=not self.whole))
                return None
            self.visited.add(url)
            return self.session.fetch(url, read_page, headers=self.headers)
        except ServerError as error:
            failure = error
        if self.whole:
            self.warn(Cut(self.type, self.number, "all matches had come, and one more next link failed", partial=False))
            return None
        if failure.status in _EXPIRED:
            what = f"page {self.number + 1} is no longer known (HTTP {failure.status}); ask again from page 1"
            raise PageExpired(what, status=failure.status, where=f"{self.session.base_url}/{self.type}")
        raise failure

    def _halt(self, url: str, max_pages: int) -> str:
        if url in self.visited:
            return "the next link leads back to a page already read"
        return f"no more than {max_pages} pages are read" if self.number >= max_pages else ""

    @property
    def whole(self) -> bool:
        """Whether the server's own count has been reached."""
        return self.total is not None and self.got == self.total

    @property
    def got(self) -> int:
        return len(self.seen) + self.nameless

    def compare(self) -> None:
        """Say so when the server counts more than it sent."""
        if self.total is not None and self.got < self.total:
            self.warn(Shortfall(self.type, self.total, self.got))


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


def by_ids(
    session: FhirSession,
    type: str,
    name: str,
    ids: Iterable[str],
    params: Pairs = (),
    *,
    prefix: str = "",
    longest: int = 1800,
    most: int = 500,
) -> Iterator[tuple[tuple[str, ...], list[tuple[str, str]]]]:
    """(ids, whole parameters) of as few searches as keep each URL within `longest` characters and `most` ids.

    `name=prefix+id,prefix+id,...` is added to `params`. An id too long for any URL goes alone.
    """
    room = longest - len(session.url(type, [*params, (name, "")]))
    batch: list[str] = []
    used = 0
    for one in ids:
        size = len(quote(prefix + escaped(one), safe=":/")) + 1
        if batch and (used + size > room or len(batch) >= most):
            yield _batch(batch, name, prefix, params)
            batch, used = [], 0
        batch.append(one)
        used += size
    if batch:
        yield _batch(batch, name, prefix, params)


def _batch(batch: list[str], name: str, prefix: str, params: Pairs) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    return tuple(batch), [*params, (name, ",".join(prefix + escaped(one) for one in batch))]


def escaped(value: str) -> str:
    """A value safe inside a search parameter (FHIR R4 search, "Escaping Search Parameters")."""
    for mark in "\\,$|":
        value = value.replace(mark, "\\" + mark)
    return value


def _matches(entry: Entry, type: str) -> bool:
    return entry.mode == "match" or (not entry.mode and entry.type == type)


def _ignored(self_link: str | None, params: Pairs) -> tuple[str, ...]:
    """Filters we sent that the `self` link lacks; none when it shows no query at all."""
    try:
        query = urlsplit(self_link or "").query
    except ValueError:
        return ()
    if not query:
        return ()
    applied = {name.partition(":")[0].partition(".")[0] for name, _ in parse_qsl(query, keep_blank_values=True)}
    asked = (name.partition(":")[0].partition(".")[0] for name, _ in params)
    filters = (name for name in asked if not name.startswith("_") or name in _FILTERS)
    return tuple(sorted(set(filters) - applied))
