"""The reference range that a result brings with it, as numbers or in words: "3-201 mg/dL", "<20", "0.03～2.01"."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from fhir_screener.records.facts import Quantity, Value
from fhir_screener.terminology.coding import fold

_NUMBER = r"(\d+(?:\.\d+)?)"
_UNIT = r"\s*((?![-/.,]\d)[^\d\s()][^()<>~]*)?"
_COMMA = re.compile(r"(?<![\d.,])(0(?=,)|\d+(?=,(?:\d{1,2}|\d{4,})(?!\d))),(\d+)(?![\d.,])")
"""A comma that can only be a decimal one; 1,250 stays unread."""
_LONGEST = 300
"""Characters of the longest text that is read as a range."""
_BOTH = re.compile(rf"\(?\s*{_NUMBER}{_UNIT}\s*(?:-{{1,2}}|~|–|—|to|至)\s*{_NUMBER}{_UNIT}\)?")
_UP_TO = re.compile(rf"\(?\s*(?:<=?|≤|up to|less than|小于)\s*{_NUMBER}{_UNIT}\)?")
_FROM = re.compile(rf"\(?\s*(?:>=?|≥|at least|more than|大于)\s*{_NUMBER}{_UNIT}\)?")


def upper(value: Value, unit: str) -> Quantity | None:
    """The upper end, in its own unit; `unit` where the range names none, for it stands beside the result."""
    return _in_unit(value.high or _written(value.range_text)[1], unit)


def lower(value: Value, unit: str) -> Quantity | None:
    """The lower end."""
    return _in_unit(value.low or _written(value.range_text)[0], unit)


def _in_unit(end: Quantity | None, unit: str) -> Quantity | None:
    same = end is not None and (not end.unit or end.unit == fold(unit))
    return msgspec.structs.replace(end, unit=unit) if end is not None and same else end


@lru_cache(maxsize=4096)
def _written(text: str) -> tuple[Quantity | None, Quantity | None]:
    """(low, high) of a range in words; None for what it does not say, or not in a way we read."""
    plain = _COMMA.sub(r"\1.\2", fold(text).strip()) if len(text) <= _LONGEST else ""
    if both := _BOTH.fullmatch(plain):
        unit = (both[4] or both[2] or "").strip()
        low, high = Quantity(float(both[1]), unit, "", both[1]), Quantity(float(both[3]), unit, "", both[3])
        return (low, high) if low.value <= high.value else (None, None)
    if up := _UP_TO.fullmatch(plain):
        return None, Quantity(float(up[1]), (up[2] or "").strip(), "", up[1])
    if down := _FROM.fullmatch(plain):
        return Quantity(float(down[1]), (down[2] or "").strip(), "", down[1]), None
    return None, None
