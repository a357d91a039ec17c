"""The sentences that rules say, and how each is known again in a text."""

from __future__ import annotations

import re
from functools import cache
from string import Formatter
from typing import NamedTuple

from fhir_screener.i18n import said_in
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.stance import Stance

_FEWEST = 3
"""Letters of its own by which a sentence is known."""
LENGTH = re.compile(r"(\d+) (hour|day|week|month|year)s?")
_ALONE = re.compile(r"\{(n|number)\} \w+")
LENGTHS = frozenset({"window", "time", "pause"})
_COUNTS = frozenset({"times", "n", "more", "found", "count"})
DATES = frozenset({"day", "start", "last", "since"})
DATA = frozenset({"name", "unit", "wanted", "other", "words", "part", "type", "types", "organs", "reference", "end"})
"""Parts that are as recorded, in whatever language."""
_WORDS = frozenset([one.value for kind in (Polarity, Stance) for one in kind]) | {
    *("unconfirmed", "provisional", "differential"),
    *("coded value", "text", "value", "number", "interpretation", "a second interpretation", "abnormal flag"),
}
"""What is said by one word, beside the sentences."""


class Way(NamedTuple):
    """A template, how it is known (shortest and longest fit), and what its parts are; `weight`: its own letters."""

    weight: int
    template: str
    shortest: re.Pattern[str]
    longest: re.Pattern[str]
    numbers: frozenset[str]
    quoted: frozenset[str]

    @property
    def fewest(self) -> int:
        """Letters that make it known: where all its parts are numbers, there is no doubt."""
        return 1 if self.numbers == set(self.shortest.groupindex) else _FEWEST


@cache
def plain() -> frozenset[str]:
    """What is said whole, without parts."""
    return _WORDS | frozenset(one for one in said_in("criteria") if "{" not in one and any(map(str.isalpha, one)))


@cache
def ways() -> tuple[Way, ...]:
    """The sentences with parts."""
    return tuple(way for one in said_in("criteria") if "{" in one and (way := _way(one)).weight >= way.fewest)


def _way(template: str) -> Way:
    numbers, quoted = set(), set()
    lazy, greedy, weight, length_alone = "", "", 0, _ALONE.fullmatch(template)
    for literal, name, spec, conversion in Formatter().parse(template):
        weight += sum(map(str.isalpha, literal))
        lazy, greedy = lazy + re.escape(literal), greedy + re.escape(literal)
        if name is None:
            continue
        body = r"\d+" if length_alone else _body(name, spec or "", conversion or "", "{who}" in template)
        if conversion == "r":
            quoted.add(name)
        elif spec == "g":
            numbers.add(name)
        lazy, greedy = f"{lazy}(?P<{name}>{body}{'?' * body.endswith('+')})", f"{greedy}(?P<{name}>{body})"
    shortest, longest = re.compile(lazy, re.DOTALL), re.compile(greedy, re.DOTALL)
    # What is on record for so long is never said alone; an age is.
    return Way(
        0 if length_alone and length_alone.group(1) == "n" else weight,
        template,
        shortest,
        longest,
        frozenset(numbers),
        frozenset(quoted),
    )


def _body(name: str, spec: str, conversion: str, says: bool) -> str:
    if conversion == "r":
        return "'[^']*'|\"[^\"]*\""
    if spec == "g":
        return r"-?\d[\d.e+-]*"
    if name == "who":
        return "|".join(map(re.escape, sorted(_WORDS)))
    if name in LENGTHS:
        return LENGTH.pattern.replace("(", "(?:")
    if name in _COUNTS:
        return r"\d[\d.,]*"
    if name == "amount":
        return r"(?:(?!; | or (?:above|below) ).)+"
    if name in DATES:
        return r"\d[\dT:.+Z-]*"
    return r"(?:(?!; |, ).)+" if says else r"(?:(?!; ).)+"
