"""Rows in groups: by the one order that would settle them, and by the day on which they could qualify. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fhir_screener.fhir.task.worklist import Row
from fhir_screener.screening.screening import Outcome

CANDIDATE = Outcome.CANDIDATE.value


@dataclass(frozen=True)
class Day:
    """One day of a calendar; `rows` are those who could qualify from then on."""

    day: date
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True)
class Month:
    """One month as weeks of seven days, Monday first; None for days of another month. `undated` has rows without a day."""

    first: date | None
    weeks: tuple[tuple[Day | None, ...], ...] = ()
    undated: tuple[Row, ...] = ()

    @property
    def days(self) -> list[Day]:
        """The days with somebody in them."""
        return [day for week in self.weeks for day in week if day is not None and day.rows]

    @property
    def count(self) -> int:
        return sum(len(day.rows) for day in self.days) + len(self.undated)


def by_order(rows: Iterable[Row]) -> list[tuple[str, list[Row]]]:
    """(order, rows), the order that settles most first."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.one_away, []).append(row)
    return sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def by_day(rows: Iterable[Row], today: date) -> list[Month]:
    """The months in which somebody could qualify, in order; days gone by count as today. Last those without a day."""
    found: dict[date, list[Row]] = {}
    undated = []
    for row in rows:
        if row.eligible_from is None:
            undated.append(row)
        else:
            found.setdefault(max(row.eligible_from, today), []).append(row)
    months = [_month(first, found) for first in sorted({day.replace(day=1) for day in found})]
    return [*months, Month(None, undated=tuple(undated))] if undated else months


def _month(first: date, found: dict[date, list[Row]]) -> Month:
    start = first - timedelta(days=first.weekday())
    weeks = []
    while start <= first or start.month == first.month:
        days = (start + timedelta(days=number) for number in range(7))
        weeks.append(tuple(_day(day, first, found) for day in days))
        start += timedelta(days=7)
    return Month(first, tuple(weeks))


def _day(day: date, first: date, found: dict[date, list[Row]]) -> Day | None:
    return Day(day, tuple(found.get(day, ()))) if day.month == first.month else None


def orders_of(rows: Sequence[Row]) -> list[tuple[str, list[Row]]]:
    """(order, those for whom it is open), the order that is open for most candidates first.

    Within it candidates, first those it would settle; then whoever is looked at first, for whom it may prove needless.
    """
    found: dict[str, list[Row]] = {}
    for row in rows:
        for facet in row.facets:
            if facet.startswith("test:"):
                found.setdefault(facet.removeprefix("test:").strip(), []).append(row)
    for order, several in found.items():
        several.sort(key=lambda row: (row.outcome != CANDIDATE, row.one_away != order))
    return sorted(found.items(), key=lambda pair: (-sum(map(is_candidate, pair[1])), -len(pair[1]), pair[0]))


def is_candidate(row: Row) -> bool:
    return row.outcome == CANDIDATE
