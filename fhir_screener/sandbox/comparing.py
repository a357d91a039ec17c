"""Tests of values that are compared: dates, quantities, strings (FHIR R4 search, 3.1.1.4)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from fhir_screener.sandbox.elements import Quantity
from fhir_screener.sandbox.moments import COMPARE, span
from fhir_screener.sandbox.outcome import Refusal
from fhir_screener.sandbox.query import Condition, unescaped

Test = Callable[[Sequence[Any]], bool]
"""Says whether any of a resource's values for a parameter is what was asked for."""

_PREFIX = re.compile(r"(eq|ne|gt|lt|ge|le|sa|eb|ap)(?=[-+\d.])")


def test_for(kind: str, condition: Condition) -> Test:
    """Raises Refusal 400 where a value of `condition` is not of this kind."""
    if kind in ("date", "updated"):
        tests = [_date_test(value) for value in condition.values]
    elif kind == "quantity":
        tests = [_quantity_test(unescaped(value)) for value in condition.values]
    else:
        tests = [_string_test(unescaped(value), condition.modifier) for value in condition.values]
    if len(tests) == 1:
        (only,) = tests
        return lambda values: any(map(only, values))
    return lambda values: any(test(value) for value in values for test in tests)


def _split(value: str) -> tuple[str, str]:
    found = _PREFIX.match(value)
    return (found[1], value[2:]) if found else ("eq", value)


def _date_test(value: str) -> Callable[[Any], bool]:
    prefix, text = _split(value)
    # In a query string an unescaped plus sign of a zone arrives as a space.
    asked = span(re.sub(r" (?=\d\d:?\d\d$)", "+", text))
    if asked is None:
        raise Refusal(400, "invalid", f"{value!r} is not a date; write 2025, 2025-03, 2025-03-31 or an instant")
    compare = COMPARE[prefix]
    return lambda found: compare(found, asked)


def _quantity_test(value: str) -> Callable[[Any], bool]:
    text, *unit = value.split("|")
    prefix, number = _split(text)
    try:
        asked = float(number)
    except ValueError:
        raise Refusal(400, "invalid", f"{value!r} is not a quantity; write 5.4 or gt5.4|system|code") from None
    digits = number.lower().partition("e")[0].partition(".")[2]
    half = 0.5 * 10.0 ** -len(digits)
    system, code = ([*unit, "", ""][:2]) if unit else ("", "")
    within = _number_test(prefix, asked, half)

    def test(found: Quantity) -> bool:
        named = not code or code == found[3] or (not system and code == found[4])
        return named and (not system or system == found[2]) and within(found[0], found[1])

    return test


def _number_test(prefix: str, asked: float, half: float) -> Callable[[float, float], bool]:
    def equal(low: float, high: float) -> bool:
        return asked - half <= low and high < asked + half

    tests: dict[str, Callable[[float, float], bool]] = {
        "eq": equal,
        "ne": lambda low, high: not equal(low, high),
        "gt": lambda low, high: high > asked,
        "lt": lambda low, high: low < asked,
        "ge": lambda low, high: high >= asked,
        "le": lambda low, high: low <= asked,
        "sa": lambda low, high: low > asked,
        "eb": lambda low, high: high < asked,
        "ap": lambda low, high: low <= asked + abs(asked) / 10 and high >= asked - abs(asked) / 10,
    }
    return tests[prefix]


def _string_test(asked: str, modifier: str) -> Callable[[Any], bool]:
    if modifier == "exact":
        return lambda found: bool(found == asked)
    plain = _plain(asked)
    if modifier == "contains":
        return lambda found: plain in _plain(found)
    return lambda found: _plain(found).startswith(plain)


def _plain(text: str) -> str:
    """Without case and accents."""
    if text.isascii():
        return text.lower()
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
