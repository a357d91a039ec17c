"""A therapy over time: the records of one drug class laid on a time line, with the dose a day in equivalents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import replace

from fhir_screener.criteria.amount import NONE, Amount
from fhir_screener.criteria.dosage import Step, steps
from fhir_screener.criteria.intake import Intake
from fhir_screener.criteria.view import View
from fhir_screener.records.dates import FOREVER
from fhir_screener.terminology.equivalents import Ratio
from fhir_screener.terminology.valueset import Hit

JOIN = 7
"""Days: a gap no longer than this between two records is one course (refills, weekends)."""


class Line(msgspec.Struct):
    """One record on the time line, in ordinals: `end` is FOREVER while it goes on, `said` the last day it speaks from."""

    intake: Intake
    hit: Hit
    start: int
    end: int
    steps: list[Step] = []
    ratio: Ratio | None = None
    said: int = 0

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
                return step.amount.times(*self.ratio)
        return None

    def shortest(self, day: int) -> Line:
        """The same record, begun as late and ended as early as its dates allow, as seen on `day`."""
        first, last = self.intake.first, self.intake.last
        start = min(first.hi, day) if first else self.start
        return replace(self, start=start, end=self.end if self.intake.ongoing else max(start, last.lo))


def line(view: View, taken: Intake, hit: Hit, table: Mapping[str, Ratio], weight: Amount | None = None) -> Line | None:
    """The record on the time line, as long as its dates allow; None where its beginning is not known. `weight` in kg."""
    if taken.first is None:
        return None
    start = taken.first.lo
    end = FOREVER if taken.ongoing else taken.last.hi
    laid = steps(view, taken.fact, hit, start, end, weight)
    stated = (view.days(text) for text in (taken.fact.asserted, taken.fact.authored))
    said = max([taken.first.hi, *(days.hi for days in stated if days)])
    return Line(taken, hit, start, end, laid, table.get(hit.ingredient), said)


def course_of(lines: list[Line], day: int) -> list[Line]:
    """The records that make up the course in force on `day`: those that cover it, and all that lead up to it."""
    course = [item for item in lines if item.start <= day <= item.end]
    while course:
        begin = min(item.start for item in course)
        more = [item for item in lines if item not in course and item.start < begin <= item.end + JOIN]
        if not more:
            break
        course.extend(more)
    return course


def total(lines: Iterable[Line], day: int) -> Amount | None:
    """The dose on a day: drugs add up; different kinds of record of one drug tell of the same tablets.

    None where a dose in force cannot be read. Kinds that disagree give an interval. On the day on which one record ends
    and another begins, the one that begins speaks.
    """
    on = [item for item in lines if item.start <= day <= item.end]
    begins = any(item.start == day for item in on)
    by_drug: dict[str, dict[str, list[Line]]] = {}
    for item in on:
        if not (begins and item.end == day and item.start < day):
            by_drug.setdefault(item.ingredient, {}).setdefault(item.intake.fact.kind, []).append(item)
    sums = [_of_drug(kinds, day) for kinds in by_drug.values()]
    known = [amount for amount in sums if amount is not None]
    return _plus(known) if len(known) == len(sums) else None


def last_dose(lines: Iterable[Line], day: int) -> tuple[Amount | None, int]:
    """The dose in force the day before, and its day; after a gap within a course, the last one on record."""
    known = list(lines)
    last = max((min(item.end, day - 1) for item in known if item.start < day), default=day - 1)
    last = last if day <= last + JOIN else day - 1
    return total(known, last), last


def _of_drug(kinds: Mapping[str, list[Line]], day: int) -> Amount | None:
    """The dose of one drug: kinds of record that disagree make an interval.

    A list of home drugs that was written before a newer order does not hold the dose down.
    """
    newest = max(item.start for items in kinds.values() for item in items)
    sums = {kind: amount for kind, items in kinds.items() if (amount := _of_kind(kind, items, day)) is not None}
    if not sums:
        return None
    speaking = [sums[kind] for kind in sums if any(_speaks(item, newest) for item in kinds[kind])]
    return Amount(min(a.lo for a in speaking or sums.values()), max(a.hi for a in sums.values()))


def _speaks(item: Line, newest: int) -> bool:
    """Whether a record knows of what began on day `newest`: an open one only if it was written since."""
    return not item.intake.ongoing or max(item.start, item.said) >= newest


def _of_kind(kind: str, items: list[Line], day: int) -> Amount | None:
    """The dose by the records of one kind of one drug.

    A newer record stands beside an older one whose end is known to come later; one that was never closed, or a supply
    that is not used up, it may replace. The same dose again is a renewal; another one makes an interval.
    """
    newest = max(item.start for item in items)
    sure = [item for item in items if item.start == newest or not (item.intake.ongoing or kind == "dispense")]
    older = [item for item in items if item not in sure]
    base = _sum([item.dose(day) for item in sure])
    if base is None or all(item.dose(day) == base for item in older):
        return base
    most = _sum([item.dose(day) for item in items])
    return Amount(base.lo, most.hi) if most else None


def _sum(amounts: list[Amount | None]) -> Amount | None:
    known = [amount for amount in amounts if amount is not None]
    return _plus(known) if len(known) == len(amounts) else None


def _plus(amounts: list[Amount]) -> Amount:
    return Amount(sum(a.lo for a in amounts), sum(a.hi for a in amounts))
