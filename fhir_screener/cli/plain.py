"""Shorthand of the program in words for people."""

from __future__ import annotations

import re

_DURATION = re.compile(r"\bP(\d+)([DWMY])\b")
_UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year"}


def durations(text: str) -> str:
    """`P90D` as `90 days`."""
    return _DURATION.sub(_duration, text)


def _duration(found: re.Match[str]) -> str:
    number, unit = int(found.group(1)), _UNITS[found.group(2)]
    return f"{number} {unit}{'' if number == 1 else 's'}"
