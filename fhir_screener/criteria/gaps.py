"""Days between the records of a therapy: single doses, entries that nobody made, pulses between two prescriptions."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from fhir_screener.criteria.amount import Amount
from fhir_screener.criteria.dosage import Step
from fhir_screener.criteria.therapy import JOIN, Line
from fhir_screener.records.dates import Days

ONE_OFF = 3
"""Days: what was given on no more than so many days is premedication or a single dose, no therapy."""


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


def bridged(lines: Iterable[Line]) -> list[Line]:
    """The lines, with short gaps between administrations of one drug filled: from nothing to the dose before.

    A day on which nobody wrote a dose down is no day without, and the next dose no raise.
    """
    found, given = [], sorted(lines, key=lambda i: i.start)
    for number, item in enumerate(given):
        after = next((other for other in given[number + 1 :] if _follows(item, other)), None)
        if after is not None and item.end + 1 < after.start <= item.end + JOIN:
            amount = item.steps[-1].amount if item.steps else None
            gap = Step(item.end + 1, after.start - 1, Amount(0, amount.hi) if amount else None)
            taken = replace(item.intake, last=Days(gap.last, gap.last))
            item = replace(item, intake=taken, end=gap.last, steps=[*item.steps, gap])
        found.append(item)
    return found


def carried(lines: list[Line], single: Iterable[Line]) -> list[Line]:
    """The lines, each carried on through single doses that fill every day until the next one.

    Three days of pulses between two doses of tablets are no days without, nor the dose the tablets are compared with.
    """
    given = {day for item in single for day in range(item.start, item.end + 1)}
    found = []
    for item in lines:
        day = item.end + 1
        while day in given:
            day += 1
        alone = not any(other.start <= item.end + 1 <= other.end for other in lines)
        if day > item.end + 1 and alone and any(other.start == day for other in lines):
            held = Step(item.end + 1, day - 1, item.steps[-1].amount if item.steps else None)
            taken = replace(item.intake, last=Days(held.last, held.last))
            item = replace(item, intake=taken, end=held.last, steps=[*item.steps, held])
        found.append(item)
    return found


def _follows(item: Line, other: Line) -> bool:
    """Whether the other is the next administration of the same drug."""
    kinds = {item.intake.fact.kind, other.intake.fact.kind}
    return kinds == {"administration"} and other.ingredient == item.ingredient and other.start > item.end


def _clusters(items: list[Line]) -> list[list[Line]]:
    groups: list[list[Line]] = []
    for item in items:
        if groups and item.start <= max(i.end for i in groups[-1]) + JOIN:
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups
