"""The pages of a search, one after another.

FHIR R4 search: next links are taken as they come, may lead to empty pages, repeat resources, or lead nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from fhir_screener.errors import PageExpired, ServerError
from fhir_screener.fhir.origin import Pairs
from fhir_screener.fhir.search_warnings import Cut, Ignored, Notice, SearchWarning, Shortfall, Unreadable
from fhir_screener.fhir.searchset import Entry, Page, read_page
from fhir_screener.fhir.session import FhirSession

EXPIRED = frozenset({400, 404, 410})
"""What servers answer to a next link that they have forgotten."""
_FILTERS = frozenset({"_id", "_lastUpdated", "_tag", "_profile", "_security", "_has"})


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
            if not matches(entry, self.type):
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
        if failure.status in EXPIRED:
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


def matches(entry: Entry, type: str) -> bool:
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
