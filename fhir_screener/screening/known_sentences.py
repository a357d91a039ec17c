"""Sentences of ours that were kept as English text, known again, so that they can be said in another language.

A text is taken for one of them only if it fits it in a single way and reads the same again; else it stays as it is written.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from string import Formatter
from typing import Any, NamedTuple

from fhir_screener.criteria.wording import length
from fhir_screener.i18n import said_in
from fhir_screener.records.dates import Duration
from fhir_screener.sentence import Sentence, Text, say
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.stance import Stance

_FEWEST = 3
"""Letters of its own by which a sentence is known."""
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]\d+)?")
_LENGTH = re.compile(r"(\d+) (hour|day|week|month|year)s?")
_ALONE = re.compile(r"\{(n|number)\} \w+")
_LENGTHS = frozenset({"window", "time", "pause"})
_COUNTS = frozenset({"times", "n", "more", "found", "count"})
_DATES = frozenset({"day", "start", "last", "since"})
_DATA = frozenset({"name", "unit", "wanted", "other", "words", "part", "type", "types", "organs", "reference", "end"})
"""Parts that are as recorded, in whatever language."""
_WORDS = frozenset([one.value for kind in (Polarity, Stance) for one in kind]) | {
    *("unconfirmed", "provisional", "differential"),
    *("coded value", "text", "value", "number", "interpretation", "a second interpretation", "abnormal flag"),
}
"""What rules say by one word, beside their sentences."""
_SET = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
"""How value sets are named."""
_PART = re.compile(r"\{[^}]*\}")


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


class Known:
    """Sentences to be known again. `sets`: whether parts that are named as value sets are have messages of their own."""

    def __init__(self, templates: Iterable[str], words: frozenset[str] = frozenset(), *, sets: bool = False) -> None:
        listed = list(templates)
        self._whole = words | frozenset(one for one in listed if "{" not in one and any(map(str.isalpha, one)))
        self._ways = tuple(way for one in listed if "{" in one and (way := _way(one)).weight >= way.fewest)
        self._sets = sets
        self.find = lru_cache(4096)(self._find)
        """The one sentence of these that a text is, its parts made again too; else the text."""

    def _find(self, text: str) -> Text:
        if text in self._whole:
            return say(text)
        fits = [(way.weight, made) for way in self._ways if (made := self._fitted(text, way)) is not None]
        best = max((weight for weight, _ in fits), default=0)
        chosen = [made for weight, made in fits if weight == best]
        if len({_PART.sub("{}", made.template) for made in chosen}) != 1:
            return text
        # They differ only in what they call their parts: `{what} within {window}` is said of records, `{time}` by rules.
        return max(chosen, key=lambda made: made.template)

    def _fitted(self, text: str, way: Way) -> Sentence | None:
        found = way.shortest.fullmatch(text)
        if found is None or (other := way.longest.fullmatch(text)) is None or other.groups() != found.groups():
            return None
        parts = {name: self._part(name, said, way) for name, said in found.groupdict().items()}
        made = say(way.template, **parts)
        return made if str(made) == text else None

    def _part(self, name: str, said: str, way: Way) -> Any:
        if name in way.numbers:
            return float(said)
        if name in way.quoted:
            return ast.literal_eval(said)
        if name in _LENGTHS and (span := _LENGTH.fullmatch(said)):
            hours = span.group(2) == "hour"
            return length(Duration.parse(f"P{'T' * hours}{span.group(1)}{span.group(2)[0].upper()}"))
        if name in _DATA or name in _DATES:
            return said
        found = self.find(said)
        return say(said) if self._sets and isinstance(found, str) and _SET.fullmatch(said) else found


@cache
def of_rules() -> Known:
    """What rules say, and what they say by one word."""
    return Known(said_in("criteria"), _WORDS, sets=True)


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
        return NUMBER.pattern
    if name == "why":
        return ".+"  # whatever a server said
    if name == "who":
        return "|".join(map(re.escape, sorted(_WORDS)))
    if name in _LENGTHS:
        return _LENGTH.pattern.replace("(", "(?:")
    if name in _COUNTS:
        return r"\d[\d.,]*"
    if name == "amount":
        return r"(?:(?!; | or (?:above|below) ).)+"
    if name in _DATES:
        return r"\d[\dT:.+Z-]*"
    return r"(?:(?!; |, ).)+" if says else r"(?:(?!; ).)+"
