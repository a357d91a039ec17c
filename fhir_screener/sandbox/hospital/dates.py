"""Days as the plan names them: so long before (or after) the as-of date. Steps of months clamp to the month's end."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

AS_OF = date(2026, 3, 2)


def months_back(day: date, months: int) -> date:
    """The same day `months` earlier (later when negative); 31 March back one month is 28 or 29 February."""
    index = day.year * 12 + day.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


@dataclass(frozen=True, slots=True)
class When:
    """A day relative to the as-of date: first `months` back by the calendar, then `days` back."""

    days: int = 0
    months: int = 0

    def on(self, as_of: date) -> date:
        """The calendar day this means for one as-of date."""
        start = months_back(as_of, self.months) if self.months else as_of
        return start - timedelta(days=self.days)


def days_ago(days: int) -> When:
    """So many days before the as-of date; negative lies in the future."""
    return When(days=days)


def months_ago(months: int, days: int = 0) -> When:
    """So many calendar months, and then `days` more, before the as-of date."""
    return When(days=days, months=months)


def years_ago(years: int, days: int = 0) -> When:
    """So many calendar years, and then `days` more, before the as-of date."""
    return When(days=days, months=12 * years)


def partial_across(edge: date) -> str | None:
    """A FHIR date without day (or month) that holds `edge` and the day before it; None where `edge` is 1 January."""
    if edge.day != 1:
        return f"{edge.year:04d}-{edge.month:02d}"
    if edge.month != 1:
        return f"{edge.year:04d}"
    return None


def birthday(birth: date, age: int) -> date:
    """The day on which this age is reached; born on 29 February: 1 March of an ordinary year (SEMANTICS 4)."""
    year = birth.year + age
    if birth.month == 2 and birth.day == 29 and not calendar.isleap(year):
        return date(year, 3, 1)
    return birth.replace(year=year)


def last_day_of(partial: str) -> date:
    """The last possible day of a FHIR date, month or year: "2010-05" is 31 May 2010."""
    parts = [int(part) for part in partial.split("-")]
    year = parts[0]
    month = parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) > 2 else calendar.monthrange(year, month)[1])
