"""Days and moments as their reader writes them, in the zone of a study."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from fhir_screener.records.dates import zone_info
from fhir_screener.sentence import Text, Translate, say

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_QUOTES = "\"'“‘《「"
_DAYS = re.compile(r"\"[^\"]*\"|“[^”]*”|‘[^’]*’|「[^」]*」|(?<![\w:/-])\d{4}-\d\d-\d\d(?![\w/-]|:\d)")
"""Dates in a sentence, and quotations, which are passed over."""


def as_day(value: Any, tell: Translate, zone: str = "") -> str:
    """A date as its reader writes it, a moment as its day in the zone; anything else as it is."""
    text = str(value or "")
    moment = _moment(text, zone)
    try:
        found = moment.date() if moment else date.fromisoformat(text[:10])
    except ValueError:
        return text
    return tell("{day} {month} {year}").format(
        day=found.day, month=tell(found.strftime("%b")), number=found.month, year=found.year
    )


def as_month(first: date, tell: Translate) -> str:
    """A month with its year."""
    return tell("{month} {year}").format(month=tell(first.strftime("%b")), number=first.month, year=first.year)


def as_moment(value: Any, tell: Translate, zone: str = "") -> str:
    """A moment as its reader writes it, to the minute: in the zone, without one in UTC, which is then said."""
    moment = _moment(str(value or ""), zone)
    if moment is None:
        return as_day(value, tell)
    return f"{as_day(moment.date(), tell)} {moment:%H:%M}{'' if zone else ' UTC'}"


def as_period(recorded: str, tell: Translate, zone: str = "") -> Text:
    """The day or days of a record: `2021-02-20..` as "from 20 Feb 2021"."""
    first, dots, last = recorded.partition("..")
    start, end = as_day(first, tell, zone), as_day(last, tell, zone)
    if not dots:
        return start
    if first and last:
        return say("{start} to {end}", start=start, end=end)
    return say("from {start}", start=start) if first else say("until {end}", end=end)


def with_days(text: str, tell: Translate) -> str:
    """A sentence with its dates as its reader writes them; what stands in quotation marks is a chart's own, and stays."""
    return _DAYS.sub(lambda found: found[0] if found[0][0] in _QUOTES else as_day(found[0], tell), text)


def _moment(text: str, zone: str) -> datetime | None:
    """A moment in the zone (UTC without one); None for a day, or for what is none."""
    try:
        found = datetime.fromisoformat(text) if len(text) > 10 else None
    except ValueError:
        return None
    return found.astimezone(zone_info(zone or "UTC")) if found and found.tzinfo else None
