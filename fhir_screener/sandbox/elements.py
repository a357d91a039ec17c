"""Reading the values of a search parameter out of a stored resource, without decoding more of it than needed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from fhir_screener.sandbox.moments import ALWAYS, Span, spans
from fhir_screener.sandbox.search_parameters import Parameter

Top = dict[str, msgspec.Raw]
"""The top-level elements of a resource, each still the bytes that were sent: decimals keep their digits."""

Token = tuple[str, str]
Quantity = tuple[float, float, str, str, str]  # low, high, system, code, unit

ANY_SYSTEM = "*"
"""System of a plain `code` element: its code system is implied, so a search by any system finds it."""

split_top = msgspec.json.Decoder(Top).decode


def found(top: Top, element: str) -> list[Any]:
    """Every value at a dotted path, lists flattened."""
    head, _, rest = element.partition(".")
    raw = top.get(head)
    if raw is None:
        return []
    value = msgspec.json.decode(raw)
    values = value if isinstance(value, list) else [value]
    for name in rest.split(".") if rest else ():
        deeper: list[Any] = []
        for item in values:
            inner = item.get(name) if isinstance(item, dict) else None
            if isinstance(inner, list):
                deeper += inner
            elif inner is not None:
                deeper.append(inner)
        values = deeper
    return values


def _all(top: Top, parameter: Parameter) -> list[Any]:
    return [value for element in parameter.elements for value in found(top, element)]


def tokens(top: Top, parameter: Parameter) -> list[Token]:
    values = _all(top, parameter)
    if parameter.kind == "exists":
        return [(ANY_SYSTEM, "true" if any(value is not False for value in values) else "false")]
    return [token for value in values for token in _token(value)]


def _token(value: Any) -> list[Token]:
    if isinstance(value, bool):
        return [(ANY_SYSTEM, "true" if value else "false")]
    if isinstance(value, str):
        return [(ANY_SYSTEM, value)]
    if not isinstance(value, dict):
        return []
    codings = value.get("coding", () if "text" in value else [value])
    return [
        (_text(coding.get("system")), _text(coding.get("value", coding.get("code"))))
        for coding in (codings if isinstance(codings, list) else ())
        if isinstance(coding, dict)
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def references(top: Top, parameter: Parameter, base: str) -> list[str]:
    """`Type/id` for a reference into this server, else the reference as written; versions are cut off."""
    out = []
    for value in _all(top, parameter):
        text = value.get("reference") if isinstance(value, dict) else value
        if isinstance(text, str) and text:
            out.append(local_reference(text, base))
    return out


def local_reference(text: str, base: str) -> str:
    if base and text.startswith(base + "/"):
        text = text[len(base) + 1 :]
    return text.partition("/_history/")[0]


def times(top: Top, parameter: Parameter) -> list[Span]:
    return [one for value in _all(top, parameter) for one in spans(value)]


def quantities(top: Top, parameter: Parameter) -> list[Quantity]:
    return [one for value in _all(top, parameter) if (one := _quantity(value))]


def _quantity(value: Any) -> Quantity | None:
    number = value.get("value") if isinstance(value, dict) else None
    if not isinstance(number, int | float) or isinstance(number, bool):
        return None
    sign = value.get("comparator", "")
    low = -ALWAYS if sign in ("<", "<=") else float(number)
    high = ALWAYS if sign in (">", ">=") else float(number)
    return low, high, _text(value.get("system")), _text(value.get("code")), _text(value.get("unit"))


def strings(top: Top, parameter: Parameter) -> list[str]:
    """Strings as they stand; of a HumanName or an Address, each of its parts."""
    out: list[str] = []
    for value in _all(top, parameter):
        parts = value.values() if isinstance(value, dict) else (value,)
        for part in parts:
            out += [one for one in (part if isinstance(part, list) else (part,)) if isinstance(one, str)]
    return out


def latest_or_earliest(spans: Sequence[Span], last: bool) -> float | None:
    """The moment that a resource with these dates is sorted by."""
    return None if not spans else max(one[1] for one in spans) if last else min(spans)[0]


def sort_value(top: Top, parameter: Parameter, last: bool) -> Any:
    """What `_sort` orders by, or None: the earliest date, or with `last` the latest."""
    values: list[Any]
    if parameter.kind == "date":
        return latest_or_earliest(times(top, parameter), last)
    if parameter.kind == "quantity":
        values = [one[0] for one in quantities(top, parameter)]
    elif parameter.kind in ("token", "exists"):
        values = [one[1] for one in tokens(top, parameter)]
    elif parameter.kind == "reference":
        values = references(top, parameter, "")
    else:
        values = [one.casefold() for one in strings(top, parameter)]
    return None if not values else max(values) if last else min(values)
