"""Dates in search: every FHIR date, dateTime, instant or Period is a half-open span of UTC seconds (FHIR R4 search, 3.1.1.4.5).

A time without a zone is taken as UTC; a day without a time is a UTC day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

Span = tuple[float, float]

ALWAYS = float("inf")
_FORM = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?\s?(Z|[+-]\d\d:?\d\d)?)?)?)?")


def span(text: str) -> Span | None:
    """From the first instant of `text` to the first one after it, in seconds; None where it is no FHIR date."""
    found = _FORM.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    try:
        start = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), tzinfo=_zone(zone)
        )
    except ValueError:
        return None
    begin = start.timestamp() + min(int(second or 0), 59)
    if hour is not None:
        step = 60.0 if second is None else 1.0
        if fraction:
            begin, step = begin + float(fraction), 10.0 ** -(len(fraction) - 1)
        return begin, begin + step
    if day is not None:
        return begin, begin + 86_400
    months = monthrange(start.year, start.month)[1] if month else 366 if monthrange(start.year, 2)[1] == 29 else 365
    return begin, begin + months * 86_400


def _zone(text: str | None) -> timezone:
    if text is None or text == "Z":
        return UTC
    sign = -1 if text[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(text[1:3]), minutes=int(text[-2:])))


def spans(value: Any) -> list[Span]:
    """Spans of a date-like element: a string, a Period (open ends reach for ever), a Timing."""
    if isinstance(value, str):
        one = span(value)
        return [one] if one else []
    if not isinstance(value, dict):
        return []
    if "event" in value or "repeat" in value:
        repeat = value.get("repeat")
        bounds = repeat.get("boundsPeriod") if isinstance(repeat, dict) else None
        events = value.get("event")
        return [found for part in [*(events if isinstance(events, list) else []), bounds] for found in spans(part)]
    start, end = spans(value.get("start")), spans(value.get("end"))
    if not start and not end:
        return []
    return [(start[0][0] if start else -ALWAYS, end[0][1] if end else ALWAYS)]


def _approximately(found: Span, asked: Span) -> bool:
    slack = 0.1 * abs(datetime.now(UTC).timestamp() - asked[0])
    return found[0] < asked[1] + slack and found[1] > asked[0] - slack


def _inside(found: Span, asked: Span) -> bool:
    return asked[0] <= found[0] and found[1] <= asked[1]


# What each prefix says of a found span and the span asked for.
COMPARE: dict[str, Callable[[Span, Span], bool]] = {
    "eq": _inside,
    "ne": lambda found, asked: not _inside(found, asked),
    "gt": lambda found, asked: found[1] > asked[1],
    "lt": lambda found, asked: found[0] < asked[0],
    "ge": lambda found, asked: found[1] > asked[1] or _inside(found, asked),
    "le": lambda found, asked: found[0] < asked[0] or _inside(found, asked),
    "sa": lambda found, asked: found[0] >= asked[1],
    "eb": lambda found, asked: found[1] <= asked[0],
    "ap": _approximately,
}


def instant(seconds: float) -> str:
    """UTC seconds as a FHIR instant with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
