"""Finding many names in a text at once: by the word a name begins with, not by trying each name everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol, TypeVar

_LATIN = re.compile(r"[a-z0-9]+")


class Names:
    """Names in folded text, each with the number of its owner. Latin words count only as whole words.

    For each owner the names found are those of `valueset.names_pattern`: from left to right, the longest at each place,
    none overlapping another of the same owner.
    """

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        self._by_start: dict[str, list[tuple[str, int]]] = {}
        for name, owner in sorted(set(names), key=lambda one: (-len(one[0]), one)):
            run = _LATIN.match(name)
            self._by_start.setdefault(run.group() if run else name[0], []).append((name, owner))
        others = "".join(re.escape(start) for start in self._by_start if not _LATIN.match(start))
        self._starts = re.compile("[a-z0-9]+" + (f"|[{others}]" if others else ""))

    def find(self, text: str) -> Iterator[tuple[int, int, int]]:
        """(owner, start, end) of every name in folded `text`, from left to right."""
        ends: dict[int, int] = {}
        for place in self._starts.finditer(text):
            for name, owner in self._by_start.get(place.group(), ()):
                start = place.start()
                end = start + len(name)
                if start >= ends.get(owner, 0) and text.startswith(name, start) and _closed(text, end):
                    ends[owner] = end
                    yield owner, start, end


class Span(Protocol):
    """Where something stands in a text."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...


S = TypeVar("S", bound=Span)


def outermost(places: Iterable[S]) -> Iterator[S]:
    """The places of one text from left to right, without those inside a longer one: old tuberculosis is not tuberculosis."""
    longest: S | None = None
    for place in sorted(places, key=lambda one: (one.start, -one.end)):
        if longest is None or place.end > longest.end:
            longest = place
        if (place.start, place.end) == (longest.start, longest.end):
            yield place


def _closed(text: str, end: int) -> bool:
    """Whether no Latin word goes on across `end`."""
    return end >= len(text) or not (_is_latin(text[end - 1]) and _is_latin(text[end]))


def _is_latin(char: str) -> bool:
    return "a" <= char <= "z" or "0" <= char <= "9"
