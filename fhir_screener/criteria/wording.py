"""Phrases that several rules use."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import Medication
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.unit_words import readable
from fhir_screener.terminology.valueset import Hit

_PART = re.compile(r"(\d+)([HDWMY])")
_ONE = {"H": say("1 hour"), "D": say("1 day"), "W": say("1 week"), "M": say("1 month"), "Y": say("1 year")}


@lru_cache(maxsize=10_000)
def named(sets: frozenset[str]) -> Text:
    """Value sets by name, in a row; each name is a message of its own."""
    return join(", ", [say(name) for name in sorted(sets)])


def words_say(hit: Hit) -> Text:
    """What the words around a name say of it."""
    return say("the words say {stance}", stance=say(hit.stance.value))


def no_drug(fact: Medication) -> Text:
    """That a record's reference to its drug leads nowhere."""
    return say("names no drug: {reference} could not be found", reference=fact.unresolved)


def length(span: Duration) -> Text:
    """`P90D` as `90 days`, `P1Y6M` as `1 year 6 months`; what has no such parts stays as it is written."""
    return _length(span.text)


@lru_cache(maxsize=10_000)
def _length(text: str) -> Text:
    return join(" ", [_so_many(int(n), unit) for n, unit in _PART.findall(text)]) or text


def _so_many(n: int, unit: str) -> Text:
    if n == 1:
        return _ONE[unit]
    if unit in "YM":
        return say("{n} years", n=n) if unit == "Y" else say("{n} months", n=n)
    if unit == "W":
        return say("{n} weeks", n=n)
    return say("{n} hours", n=n) if unit == "H" else say("{n} days", n=n)


def amounts(limits: Mapping[str, float]) -> Text:
    """`{"mg/dL": 3.6, "umol/L": 61.5}` as `3.6 mg/dL or 61.5 umol/L`."""
    return join(" or ", [f"{value:g} {readable(unit)}".strip() for unit, value in limits.items()])


def clauses(*parts: Text) -> Text:
    """Clauses of one sentence; empty ones are left out."""
    return join("; ", parts)
