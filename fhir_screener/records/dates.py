"""FHIR dates as intervals of whole days, and calendar durations.

A FHIR date may be partial (FHIR R4, 2.24.0.1 "Primitive Types": date, dateTime, instant). `2021-03` is any day of that
month, so it becomes the interval 2021-03-01 .. 2021-03-31. Days are proleptic ordinals (`date.toordinal()`), both ends
inclusive. An instant with an offset is converted to the study's zone before its day is taken; a time without an offset
is read in that zone.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from fhir_screener.errors import DataError, UsageError

FOREVER = date.max.toordinal()
EVER = date.min.toordinal()

_DATE = re.compile(
    r"^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?\s*(Z|z|[+-]\d\d(?::?\d\d)?)?)?)?)?$",
    re.ASCII,
)


class Days(msgspec.Struct, order=True, frozen=True, gc=False):
    """The days on which something may have happened: `lo` .. `hi`, ordinals, both inclusive."""

    lo: int
    hi: int

    @property
    def exact(self) -> bool:
        return self.lo == self.hi

    def __str__(self) -> str:
        return iso(self.lo) if self.exact else f"{iso(self.lo)}..{iso(self.hi)}"


def iso(day: int) -> str:
    """The day as `YYYY-MM-DD`; open ends as `..`."""
    return ".." if day in (EVER, FOREVER) else date.fromordinal(day).isoformat()


@lru_cache(maxsize=256)
def zone_info(name: str) -> ZoneInfo:
    """The time zone called `name`; raises UsageError where no such zone exists."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise UsageError(f"no time zone is called {name!r}: use an IANA name such as Asia/Shanghai") from error


@lru_cache(maxsize=200_000)
def read_date(text: str | None, zone: str) -> Days | None:
    """The days that a FHIR date, dateTime or instant may mean, or None where it cannot be read.

    Also reads what servers send although FHIR forbids it: a blank instead of `T`, no seconds, an offset without colon.
    """
    match = _DATE.match(text.strip()) if text else None
    if match is None:
        return None
    year, month, day, hour, minute, second, offset = match.groups()
    try:
        if month is None:
            return Days(date(int(year), 1, 1).toordinal(), date(int(year), 12, 31).toordinal())
        if day is None:
            last = calendar.monthrange(int(year), int(month))[1]
            return Days(date(int(year), int(month), 1).toordinal(), date(int(year), int(month), last).toordinal())
        whole = date(int(year), int(month), int(day))
        if hour is not None and offset is not None:
            whole = _local_day(whole, int(hour), int(minute or 0), int(second or 0), offset, zone)
        return Days(whole.toordinal(), whole.toordinal())
    except (ValueError, OverflowError):
        return None


def _local_day(day: date, hour: int, minute: int, second: int, offset: str, zone: str) -> date:
    extra = timedelta(hours=hour, minutes=minute, seconds=min(second, 59))
    moment = datetime(day.year, day.month, day.day, tzinfo=_offset(offset)) + extra
    return moment.astimezone(zone_info(zone)).date()


def _offset(text: str) -> timezone:
    if text in "Zz":
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-delta if text[0] == "-" else delta)


_LONGEST_MONTHS = 12 * 200
_DURATION = re.compile(r"^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(\d+)H)?$")


@dataclass(frozen=True, slots=True)
class Duration:
    """A calendar duration (ISO 8601), kept as months and days; `text` is its spelling in the study file.

    `loose`: of so many days at the far end nobody can say whether they are in, since a length in hours is asked about a day.
    """

    months: int
    days: int
    text: str
    loose: int = 0

    def __str__(self) -> str:
        return self.text

    @classmethod
    def parse(cls, text: object) -> Duration:
        """Read `P6M`, `P84D`, `P12W`, `P10Y`, `P1Y6M`, `PT48H`. Raises UsageError.

        Hours round up to days: 48 hours before some moment of a day reach to some moment of the second day before it.
        """
        match = _DURATION.match(text) if isinstance(text, str) else None
        if match is None or not any(match.groups()) or not isinstance(text, str):
            raise UsageError(f"{text!r} is no duration: write P6M, P84D, P12W, P10Y or PT48H")
        years, months, weeks, days, hours = (int(part or 0) for part in match.groups())
        if 12 * years + months > _LONGEST_MONTHS or 7 * weeks + days + hours // 24 > 31 * _LONGEST_MONTHS:
            raise UsageError(f"{text!r} is longer than a life: write P6M, P84D, P12W, P10Y or PT48H")
        loose = 0 if not hours else 1 if hours % 24 == 0 else 2
        return cls(12 * years + months, 7 * weeks + days + -(-hours // 24), text, loose)

    def before(self, day: int) -> int:
        """The day this long before `day`; month ends clamp (31 August less P6M is 28 February)."""
        return _shift(day, -self.months) - self.days if self.months else day - self.days

    def after(self, day: int) -> int:
        """The day this long after `day`; month ends clamp."""
        return _shift(day, self.months) + self.days

    def first_beyond(self, day: int) -> int:
        """The first day whose look-back of this length no longer reaches `day`."""
        if not self.months:
            return day if day in (EVER, FOREVER) else day + self.days + 1
        return _first_beyond(self.months, self.days, day)


@lru_cache(maxsize=100_000)
def _first_beyond(months: int, days: int, day: int) -> int:
    if day in (EVER, FOREVER):
        return day
    length = Duration(months, days, "")
    found = max(length.after(day) - 4, day)
    while length.before(found) <= day:
        found += 1
    return found


@lru_cache(maxsize=100_000)
def _shift(day: int, months: int) -> int:
    if not months:
        return day
    if day in (EVER, FOREVER):
        return day
    at = date.fromordinal(day)
    count = at.year * 12 + at.month - 1 + months
    year, month = divmod(count, 12)
    if year < 1:
        return EVER
    if year > 9999:
        return FOREVER
    return date(year, month + 1, min(at.day, calendar.monthrange(year, month + 1)[1])).toordinal()


def birthday(born: date, years: int, months: int = 0) -> date:
    """The day on which somebody born on `born` completes this age: 29 February becomes 1 March."""
    count = born.year * 12 + born.month - 1 + years * 12 + months
    year, month = divmod(count, 12)
    if year > 9999:
        return date.max
    try:
        return date(year, month + 1, born.day)
    except ValueError:
        return date(year, month + 1, calendar.monthrange(year, month + 1)[1]) + timedelta(days=1)


def parse_day(text: str) -> date:
    """An `--as-of` or a setting: a full date. Raises DataError."""
    try:
        return date.fromisoformat(text)
    except (TypeError, ValueError) as error:
        raise DataError(f"{text!r} is no date: write YYYY-MM-DD") from error
