"""FHIR data types, read from plain objects as they come: whatever is odd is left out, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from fhir_screener.fhir.decode.lean import Period
from fhir_screener.records.dates import birthday, read_date
from fhir_screener.records.facts import NO_SPAN, Quantity, Span
from fhir_screener.terminology.coding import NOTHING, STANDARD, UCUM, Coding, Concept, normal_system

_NUMBER = re.compile(r"\s*(<=|>=|<|>)?\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*$", re.ASCII)


def words(value: Any) -> str:
    """A string, trimmed; numbers as they are spelled; "" for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def many(value: Any) -> list[Any]:
    """A list as it is; one element as a list of one (older versions of FHIR); nothing as none."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def first(value: Any) -> Any:
    """The first of a list, or the element itself."""
    return (value[0] if value else None) if isinstance(value, list) else value


def coding(value: Any) -> Coding | None:
    """A Coding; None where it has neither code nor display."""
    if not isinstance(value, dict):
        return None
    code, display = words(value.get("code")), words(value.get("display"))
    if not (code or display):
        return None
    uri = value.get("system")
    system = normal_system(uri) if isinstance(uri, str) else ""
    if not display and system not in STANDARD and _WORD.search(code):
        # Some hospitals' codes are the names themselves: {"code": "Methylprednisolone"}.
        display = code
    return Coding(system, code, display)


_WORD = re.compile(r"(?<![A-Za-z0-9])(?:(?=[A-Za-z]*[a-z])[A-Za-z]{4,}|[A-Z]{8,})(?![A-Za-z0-9])|[\u4e00-\u9fff]{2,}")


def concept(value: Any) -> Concept:
    """A CodeableConcept; a bare string is its text."""
    value = first(value)
    if isinstance(value, str):
        return Concept((), value.strip())
    if not isinstance(value, dict):
        return NOTHING
    found = tuple(one for one in map(coding, many(value.get("coding"))) if one is not None)
    text = words(value.get("text"))
    return Concept(found, text) if found or text else NOTHING


def withheld(value: Any) -> bool:
    """Whether an element says no more than why it says nothing (the data-absent-reason extension)."""
    return isinstance(value, dict) and bool(value.get("extension")) and value.keys() <= {"id", "extension"}


def misshapen(value: Any) -> bool:
    """Whether a part of a CodeableConcept that says what it is has a type that none of it can have."""
    value = first(value)
    if not isinstance(value, dict):
        return False
    listed = many(value.get("coding"))
    parts = [
        value.get("text"),
        *(one.get(key) for one in listed if isinstance(one, dict) for key in ("code", "display")),
    ]
    return any(not isinstance(one, dict) for one in listed) or any(
        isinstance(one, bool | float | dict | list) for one in parts
    )


def concepts(value: Any) -> tuple[Concept, ...]:
    """A list of CodeableConcepts, the empty ones left out."""
    return tuple(found for found in map(concept, many(value)) if found is not NOTHING)


def codes(value: Any) -> tuple[str, ...]:
    """All codes of one or several CodeableConcepts; the text where there is no code. Lower case for comparison."""
    found: list[str] = []
    for one in concepts(value):
        found += [c.code for c in one.codings if c.code] or [one.label.lower()]
    return tuple(found)


def label(value: Any) -> str:
    """What a person would call a CodeableConcept."""
    return concept(value).label


def number(value: Any) -> tuple[float, str, str] | None:
    """(number, its digits as recorded, a comparator written into it); None where it is none."""
    if isinstance(value, bool):
        return None
    text = words(value)
    match = _NUMBER.match(text) if len(text) <= _LONGEST else None
    if match is None:
        return None
    found = float(match.group(2))
    if not _LEAST <= abs(found) <= _MOST and (found or _SOME.search(match.group(2))):
        return None
    return found, match.group(2), match.group(1) or ""


_LONGEST = 200
"""Characters of the longest number."""
_LEAST, _MOST = 1e-18, 1e18
"""No measurement of medicine lies beyond: such a number is a mistake."""
_SOME = re.compile(r"^[^eE]*[1-9]")


def quantity(value: Any) -> Quantity | None:
    """A Quantity; a bare number has no unit. None where there is no number."""
    if not isinstance(value, dict):
        found = number(value)
        return Quantity(found[0], "", found[2], found[1]) if found else None
    found = number(value.get("value"))
    if found is None:
        return None
    comparator = words(value.get("comparator")) or found[2]
    return Quantity(found[0], unit(value), comparator, found[1])


def unit(value: dict[str, Any]) -> str:
    """The UCUM code where the system says so, else the unit as written, else the code; a bare 1 says less than the words."""
    code, written, system = words(value.get("code")), words(value.get("unit")), value.get("system")
    if code and not (code == "1" and written) and isinstance(system, str) and normal_system(system) == UCUM:
        return code
    return written or code


_DAYS = {"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 365.25 / 12, "a": 365.25}
_UNITS = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), "s"),
    **dict.fromkeys(("min", "minute", "minutes"), "min"),
    **dict.fromkeys(("h", "hr", "hour", "hours", "小时"), "h"),
    **dict.fromkeys(("d", "day", "days", "天", "日"), "d"),
    **dict.fromkeys(("wk", "week", "weeks", "周"), "wk"),
    **dict.fromkeys(("mo", "month", "months", "月"), "mo"),
    **dict.fromkeys(("a", "y", "yr", "year", "years", "年", "岁"), "a"),
}


def time_unit(text: Any) -> str:
    """A unit of time as FHIR spells it (s, min, h, d, wk, mo, a); "" where it is none."""
    return _UNITS.get(words(text).lower(), "")


def in_days(value: Any) -> float | None:
    """A Duration in days; None where its unit is no time."""
    found = quantity(value)
    if found is None:
        return None
    per = _DAYS.get(time_unit(found.unit) or ("d" if not found.unit else ""))
    return found.value * per if per else None


def days_of(unit_of_time: str) -> float | None:
    """How many days one s, min, h, d, wk, mo or a has."""
    return _DAYS.get(unit_of_time)


def span(value: Any) -> Span:
    """A Period; a bare string is a point."""
    if isinstance(value, str):
        return point(value)
    if not isinstance(value, dict):
        return NO_SPAN
    start, end = words(value.get("start")) or None, words(value.get("end")) or None
    return Span(start, end) if start or end else NO_SPAN


def ends(value: Period | None) -> Span:
    """A Period that is already read."""
    return Span(value.start or None, value.end or None) if value is not None else NO_SPAN


def point(text: str | None) -> Span:
    """A single date."""
    return Span(text, text) if text else NO_SPAN


def age_span(low: Any, high: Any, born: str | None) -> Span:
    """The days on which somebody born on `born` has these ages: 45 a lasts from a birthday to the day before the next.

    Without a readable birth date, or with an age in no unit of time, only `text` is set.
    """
    ages = [found for found in (quantity(low), quantity(high)) if found is not None]
    if not ages:
        return NO_SPAN
    text = "age " + " to ".join(dict.fromkeys(str(age) for age in ages))
    days = read_date(born, "UTC")
    if days is None or any(not time_unit(age.unit) for age in ages):
        return Span(text=text)
    try:
        start = _reaches(date.fromordinal(days.lo), ages[0], 0)
        end = _reaches(date.fromordinal(days.hi), ages[-1], 1) - timedelta(days=1)
    except (ValueError, OverflowError):
        return Span(text=text)
    first, last = start.isoformat() if quantity(low) else None, end.isoformat() if quantity(high) else None
    return Span(first, last, text, spread=True)


def _reaches(born: date, age: Quantity, more: int) -> date:
    """The day on which this age, `more` units later, is completed."""
    units, count = time_unit(age.unit), int(age.value) + more
    if units in ("a", "mo"):
        return birthday(born, count if units == "a" else 0, count if units == "mo" else 0)
    return born + timedelta(days=(days_of(units) or 1.0) * count)


def notes(value: Any) -> str:
    """The texts of Annotations, one a line; plain strings too."""
    texts = (words(one.get("text")) if isinstance(one, dict) else words(one) for one in many(value))
    return "\n".join(text for text in texts if text)


def timed_notes(value: Any) -> Iterator[tuple[str, str | None]]:
    """(text, time) of Annotations: those without a time as one text."""
    timed: list[tuple[str, str | None]] = []
    untimed: list[Any] = []
    for one in many(value):
        if isinstance(one, dict) and (time := words(one.get("time"))) and (text := words(one.get("text"))):
            timed.append((text, time))
        else:
            untimed.append(one)
    if rest := notes(untimed):
        yield rest, None
    yield from timed
