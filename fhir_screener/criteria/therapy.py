"""A therapy over time: the records of one drug class laid on a time line, with the dose a day in equivalents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fhir_screener.criteria.dosage import NONE, Amount, Step, steps
from fhir_screener.criteria.intake import Intake
from fhir_screener.criteria.view import View
from fhir_screener.records.dates import FOREVER
from fhir_screener.terminology.equivalents import Ratio
from fhir_screener.terminology.valueset import Hit

ONE_OFF = 3
"""Days: what was given on no more than so many days is premedication or a single dose, no therapy."""

JOIN = 7
"""Days: a gap no longer than this between two records is one course (refills, weekends)."""


@dataclass
class Line:
    """One record on the time line. `start` and `end` are ordinals (end FOREVER while it goes on)."""

    intake: Intake
    hit: Hit
    start: int
    end: int
    steps: list[Step] = field(default_factory=list)
    ratio: Ratio | None = None

    @property
    def ingredient(self) -> str:
        return self.hit.ingredient

    def dose(self, day: int) -> Amount | None:
        """Equivalents on `day`; NONE outside the record, None where unreadable."""
        if not self.start <= day <= self.end:
            return NONE
        for step in self.steps:
            if step.first <= day <= step.last:
                if step.amount is None or self.ratio is None:
                    return None
                return Amount(step.amount.lo * self.ratio[0], step.amount.hi * self.ratio[1])
        return None


def line(view: View, taken: Intake, hit: Hit, table: Mapping[str, Ratio]) -> Line | None:
    """The record on the time line, or None where its beginning is not known."""
    if taken.first is None:
        return None
    start = taken.first.lo
    end = FOREVER if taken.ongoing else taken.last.hi
    laid = steps(view, taken.fact, hit, start, end)
    return Line(taken, hit, start, end, laid, table.get(hit.ingredient))


def one_offs(lines: Iterable[Line]) -> set[int]:
    """Which lines (by id) are single doses: given on at most three days in a row, nothing of the drug around them."""
    found: set[int] = set()
    by_drug: dict[str, list[Line]] = {}
    for item in lines:
        by_drug.setdefault(item.ingredient, []).append(item)
    for items in by_drug.values():
        for cluster in _clusters(sorted(items, key=lambda i: i.start)):
            first, last = cluster[0].start, max(i.end for i in cluster)
            if last - first < ONE_OFF:
                found.update(id(i) for i in cluster)
    return found


def _clusters(items: list[Line]) -> list[list[Line]]:
    groups: list[list[Line]] = []
    for item in items:
        if groups and item.start <= max(i.end for i in groups[-1]) + JOIN:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


def course_of(lines: list[Line], day: int) -> list[Line]:
    """The records that make up the course in force on `day`: those that cover it, and all that lead up to it."""
    course = [item for item in lines if item.start <= day <= item.end]
    while True:
        begin = min((item.start for item in course), default=day)
        more = [item for item in lines if item not in course and item.start < begin <= item.end + JOIN]
        if not more:
            return course
        course.extend(more)


def total(lines: Iterable[Line], day: int) -> Amount | None:
    """The dose on a day: records of one kind add up; different kinds of record of one drug tell of the same tablets.

    None where a dose in force cannot be read. Kinds that disagree give an interval.
    """
    by_drug: dict[str, dict[str, list[Amount | None]]] = {}
    for item in lines:
        if item.start <= day <= item.end:
            by_drug.setdefault(item.ingredient, {}).setdefault(item.intake.fact.kind, []).append(item.dose(day))
    low = high = 0.0
    for kinds in by_drug.values():
        sums = [_sum(amounts) for amounts in kinds.values()]
        readable = [amount for amount in sums if amount is not None]
        if not readable:
            return None
        low += min(amount.lo for amount in readable)
        high += max(amount.hi for amount in readable)
    return Amount(low, high)


def _sum(amounts: list[Amount | None]) -> Amount | None:
    known = [amount for amount in amounts if amount is not None]
    if len(known) < len(amounts):
        return None
    return Amount(sum(a.lo for a in known), sum(a.hi for a in known))
