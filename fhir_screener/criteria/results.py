"""The results of a test that count for a patient, each with its day and what it says."""

from __future__ import annotations

import msgspec

from fhir_screener.criteria.index import among
from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.reading import Reading, read_value
from fhir_screener.criteria.view import View
from fhir_screener.records.dates import Days
from fhir_screener.records.facts import Observation, Value
from fhir_screener.terminology.result_words import Polarity, points_elsewhere, read_words
from fhir_screener.terminology.stance import NOT_THERE
from fhir_screener.terminology.valueset import Hit

FINAL = frozenset({"final", "amended", "corrected"})
COUNTS = FINAL | {"preliminary"}


class Result(msgspec.Struct, frozen=True, gc=False):
    """One valid result of the wanted test, read."""

    fact: Observation
    value: Value
    hit: Hit
    days: Days | None
    reading: Reading
    preliminary: bool


Begun = list[tuple[Observation, Days | None]]
"""Facts of today or before, with their days."""


def results(view: View, sets: frozenset[str], limits: Limits, *, latest: bool = False) -> list[Result]:
    """The results of tests in `sets` that count: no controls, nobody else's, nothing withdrawn or not yet there.

    `latest`: only those of the newest day that has any, those that may be as new, and the undated ones; what is older
    is not even read.
    """
    begun: Begun = []
    for fact in among(view.index.observations, sets):
        if not fact.other_subject and fact.status in COUNTS:
            days = view.point(fact.effective, fact.issued)
            if days is None or view.begun(days):
                begun.append((fact, days))
    if not latest or len(begun) < 2:
        return _without_superseded(_read(view, begun, sets, limits))
    return _without_superseded(_newest(view, begun, sets, limits))


def _newest(view: View, begun: Begun, sets: frozenset[str], limits: Limits) -> list[Result]:
    by_days: dict[Days | None, Begun] = {}
    for fact, days in begun:
        by_days.setdefault(days, []).append((fact, days))
    found = _read(view, by_days.pop(None, []), sets, limits)
    newest = 0
    for days in sorted(filter(None, by_days), reverse=True):
        # A partial date that may be as new speaks too: which of the two is the latest, nobody knows.
        if days.hi >= newest and (read := _read(view, by_days[days], sets, limits)):
            found, newest = [*found, *read], max(newest, days.lo)
    return found


def _read(view: View, facts: Begun, sets: frozenset[str], limits: Limits) -> list[Result]:
    """Their values, as far as they are results."""
    found, ranges = [], view.terminology.site.ranges
    for fact, days in facts:
        for name, hit, value in _values(fact, sets):
            if hit.stance in NOT_THERE:
                continue
            reading = read_value(value, limits, view.terminology, ranges.get(name, ()))
            if reading.says is not Polarity.NONE and not _said_elsewhere(fact, value, reading):
                found.append(Result(fact, value, hit, days, reading, fact.status == "preliminary"))
    return found


def _said_elsewhere(fact: Observation, value: Value, reading: Reading) -> bool:
    """Whether the value only points to its members or components, or to a note that says that there is no result."""
    if reading.says is not Polarity.UNREADABLE or not points_elsewhere(value.text):
        return False
    return bool(fact.members or fact.components) or read_words(fact.note) is Polarity.NONE


def _without_superseded(found: list[Result]) -> list[Result]:
    """Without the preliminary results of which the final ones of the same test and day are here."""
    if True not in [result.preliminary for result in found]:
        return found
    superseded = {(_test(r), r.days) for r in found if not r.preliminary}
    return [r for r in found if not (r.preliminary and (_test(r), r.days) in superseded)]


def _test(result: Result) -> str:
    return str(result.hit.coding) if result.hit.coding else result.hit.words


def _values(fact: Observation, sets: frozenset[str]) -> list[tuple[str, Hit, Value]]:
    if fact.members and flags_only(fact):
        return []
    hits = fact.hits
    if len(hits) == 1 and not fact.components:
        (name,) = hits
        return [(name, hits[name], fact.value)] if name in sets else []
    found = []
    name = min(sets & hits.keys(), default="")
    if name and (not fact.value.empty or fact.value.absent or not fact.components):
        found.append((name, hits[name], fact.value))
    for component in fact.components:
        name = min(sets & component.hits.keys(), default="")
        if name:
            found.append((name, component.hits[name], component.value))
    return found


def flags_only(fact: Observation) -> bool:
    """A panel that leaves the answers to its members: its own flag belongs to no one test."""
    return bool(fact.members) and not fact.value.answered and not fact.components


def newest_first(result: Result) -> tuple[int, str]:
    return (-result.days.hi if result.days else -(10**9), result.fact.ref)
