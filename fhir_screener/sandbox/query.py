"""A search as asked for: conditions, and how the answer is to be shown (FHIR R4 search, 3.1.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from fhir_screener.sandbox.outcome import Refusal
from fhir_screener.sandbox.resource_types import R4_TYPES
from fhir_screener.sandbox.search_parameters import parameters

_IGNORED = frozenset({"_format", "_pretty", "_contained", "_containedType"})
_MODIFIERS = {
    "token": {"not", "missing"},
    "exists": {"not", "missing"},
    "string": {"exact", "contains", "missing"},
    "reference": {"missing", "identifier"},
}
_COMMA = re.compile(r"(?<!\\),")
_ESCAPE = re.compile(r"\\([\\,|$])")


@dataclass(frozen=True, slots=True)
class Condition:
    """One parameter of a search: any of `values` will do. `name` keeps a chain or `_has` as written."""

    name: str
    modifier: str
    values: tuple[str, ...]

    @property
    def linked(self) -> bool:
        """Looks at another resource: a chain or `_has`."""
        return self.name.startswith("_has:") or "." in self.name


@dataclass(frozen=True, slots=True)
class Include:
    """`_include` or `_revinclude`: the type that holds the reference, its parameter (`*`: all), the target type."""

    source: str
    parameter: str
    target: str
    reverse: bool
    iterate: bool


@dataclass(slots=True)
class Query:
    """`count` is the page size asked for; `elements` the only ones wanted; `ignored` what was not understood."""

    conditions: list[Condition] = field(default_factory=list)
    sort: list[tuple[str, bool]] = field(default_factory=list)
    includes: list[Include] = field(default_factory=list)
    count: int | None = None
    count_only: bool = False
    show_total: bool = True
    elements: frozenset[str] = frozenset()
    ignored: list[str] = field(default_factory=list)


def unescaped(value: str) -> str:
    return _ESCAPE.sub(r"\1", value) if "\\" in value else value


def parse(kind: str, pairs: Iterable[tuple[str, str]], lenient: bool = False) -> Query:
    """The query in `pairs` on type `kind`. Raises Refusal 400 for what it cannot honour.

    With `lenient` (`Prefer: handling=lenient`) an unknown parameter is left out and named in `ignored`.
    """
    query = Query()
    for name, value in pairs:
        if name in _IGNORED or (value == "" and not name.startswith("_")):
            continue
        if name.startswith("_") and _control(query, name, value):
            continue
        try:
            query.conditions.append(condition(kind, name, value))
        except Refusal as refusal:
            if not lenient or refusal.issue != "not-supported":
                raise
            query.ignored.append(name)
    for name, _ in query.sort:
        _known(kind, name)
    return query


def _control(query: Query, name: str, value: str) -> bool:
    """Takes a parameter that shapes the answer; False where it is a condition."""
    head, _, modifier = name.partition(":")
    if head == "_count":
        query.count = _number(value)
    elif head == "_sort":
        query.sort += [(part.lstrip("-"), part.startswith("-")) for part in value.split(",") if part]
    elif head in ("_include", "_revinclude"):
        query.includes.append(_include(value, head == "_revinclude", modifier in ("iterate", "recurse")))
    elif head == "_summary":
        query.count_only = value == "count"
    elif head == "_total":
        query.show_total = value != "none"
    elif head == "_elements":
        query.elements = frozenset(part.rpartition(".")[2].strip() for part in value.split(","))
    else:
        return False
    return True


def _number(value: str) -> int:
    if not value.isdecimal():
        raise Refusal(400, "invalid", f"_count must be a whole number, not {value!r}")
    return int(value)


def _include(value: str, reverse: bool, iterate: bool) -> Include:
    source, _, rest = value.partition(":")
    parameter, _, target = rest.partition(":")
    if (source != "*" and source not in R4_TYPES) or ((parameter or source) != "*" and not parameter):
        raise Refusal(400, "invalid", f"cannot read {value!r}: an include is Type:parameter or Type:parameter:Target")
    if source != "*" and parameter != "*":
        known = parameters(source).get(parameter)
        if known is None or known.kind != "reference":
            raise Refusal(400, "invalid", f"{source} has no reference parameter {parameter!r} here")
    return Include(source, parameter or "*", target, reverse, iterate)


def condition(kind: str, name: str, value: str) -> Condition:
    """Raises Refusal 400 (`not-supported`) where the server does not know the parameter or its modifier."""
    values = tuple(_COMMA.split(value) if "\\" in value else value.split(","))
    if name.startswith("_has:"):
        parts = name.split(":", 3)
        if len(parts) < 4 or parts[1] not in R4_TYPES:
            raise Refusal(400, "invalid", f"cannot read {name!r}: _has is _has:Type:reference:parameter")
        _known(parts[1], parts[2])
        condition(parts[1], parts[3], value)
        return Condition(name, "", values)
    if "." in name:
        _known(kind, name.partition(".")[0].partition(":")[0])
        return Condition(name, "", values)
    plain, _, modifier = name.partition(":")
    allowed = _MODIFIERS.get(_known(kind, plain), {"missing"})
    if modifier and modifier not in allowed and modifier not in R4_TYPES:
        raise Refusal(400, "not-supported", f"modifier :{modifier} of {kind} parameter {plain} is not supported")
    return Condition(plain, modifier, values)


def _known(kind: str, name: str) -> str:
    """The kind of a search parameter."""
    known = parameters(kind).get(name)
    if known is None:
        names = ", ".join(sorted(parameters(kind)))
        raise Refusal(400, "not-supported", f"{kind} has no search parameter {name!r} here; it has: {names}")
    return known.kind
