"""The resources of one type, and the indexes over them.

Whose chart a resource belongs to is always indexed; any other parameter is indexed when a search first needs it, and
kept up from then on. Nothing decoded is kept: a resource is its bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from fhir_screener.sandbox.elements import (
    ANY_SYSTEM,
    Token,
    Top,
    quantities,
    references,
    split_top,
    strings,
    times,
    tokens,
)
from fhir_screener.sandbox.search_parameters import Parameter, patient_parameter

Ids = dict[str, None]
"""A set of ids that keeps the order in which they came."""


class Stored:
    """One version of a resource. `updated` is in UTC seconds; `data` is its JSON, or None for a deletion."""

    __slots__ = ("data", "id", "kind", "updated", "version")

    def __init__(self, kind: str, identifier: str, version: int, updated: float, data: bytes | None) -> None:
        self.kind, self.id, self.version, self.updated, self.data = kind, identifier, version, updated, data

    def top(self) -> Top:
        return split_top(self.data) if self.data is not None else {}


class KeyIndex:
    """Ids by token (system, code) or by reference."""

    def __init__(self, parameter: Parameter, base: str) -> None:
        self.parameter, self.base = parameter, base
        self.ids: dict[Any, Ids] = {}
        self.systems: dict[str, tuple[str, ...]] = {}

    def _keys(self, top: Top) -> list[Any]:
        if self.parameter.kind == "reference":
            return references(top, self.parameter, self.base)
        if self.parameter.kind == "uri":
            return strings(top, self.parameter)
        return tokens(top, self.parameter)

    def add(self, identifier: str, top: Top) -> None:
        for key in self._keys(top):
            held = self.ids.get(key)
            if held is None:
                held = self.ids[key] = {}
                if isinstance(key, tuple):
                    self.systems[key[1]] = (*self.systems.get(key[1], ()), key[0])
            held[identifier] = None

    def remove(self, identifier: str, top: Top) -> None:
        for key in self._keys(top):
            held = self.ids.get(key)
            if held is not None:
                held.pop(identifier, None)

    def of_token(self, system: str | None, code: str) -> Iterator[Ids]:
        """Ids with this code: in any system for None, without a system for the empty one."""
        if not code:
            yield from (ids for key, ids in self.ids.items() if key[0] == system)
            return
        for known in self.systems.get(code, ()):
            if system is None or system == known or (system and known == ANY_SYSTEM):
                yield self.ids[known, code]

    def of_reference(self, keys: Iterable[str]) -> Iterator[Ids]:
        yield from (ids for key in keys if (ids := self.ids.get(key)))

    def where(self, test: Callable[[str], bool]) -> Iterator[Ids]:
        yield from (ids for key, ids in self.ids.items() if test(key))


class ValueIndex:
    """Dates, quantities or strings by id: looked through, not looked up."""

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.values: dict[str, list[Any]] = {}

    def add(self, identifier: str, top: Top) -> None:
        values = comparable(top, self.parameter)
        if values:
            self.values[identifier] = values

    def remove(self, identifier: str, top: Top) -> None:
        self.values.pop(identifier, None)


def comparable(top: Top, parameter: Parameter) -> list[Any]:
    """Values of a parameter that is compared rather than looked up."""
    if parameter.kind == "date":
        return list(times(top, parameter))
    if parameter.kind == "quantity":
        return list(quantities(top, parameter))
    return list(strings(top, parameter))


Index = TypeVar("Index", KeyIndex, ValueIndex)


class Table:
    """Current resources of one type, in order of arrival."""

    def __init__(self, kind: str, base: str) -> None:
        self.kind, self.base = kind, base
        self.rows: dict[str, Stored] = {}
        self._indexes: dict[tuple[str, tuple[str, ...]], KeyIndex | ValueIndex] = {}
        owner = patient_parameter(kind)
        if owner is not None:
            self._indexes[owner.key] = KeyIndex(owner, base)

    def add(self, stored: Stored, top: Top) -> None:
        self.rows[stored.id] = stored
        for index in self._indexes.values():
            index.add(stored.id, top)

    def remove(self, stored: Stored, keep_place: bool = False) -> None:
        """Out of the indexes; with `keep_place` a newer version is about to take its row."""
        top = stored.top()
        for index in self._indexes.values():
            index.remove(stored.id, top)
        if not keep_place:
            del self.rows[stored.id]

    def has_index(self, parameter: Parameter) -> bool:
        return parameter.key in self._indexes

    def keys(self, parameter: Parameter) -> KeyIndex:
        index = self._indexes.get(parameter.key)
        if not isinstance(index, KeyIndex):
            index = self._fill(parameter, KeyIndex(parameter, self.base))
        return index

    def values(self, parameter: Parameter) -> dict[str, list[Any]]:
        index = self._indexes.get(parameter.key)
        if not isinstance(index, ValueIndex):
            index = self._fill(parameter, ValueIndex(parameter))
        return index.values

    def _fill(self, parameter: Parameter, index: Index) -> Index:
        for stored in self.rows.values():
            index.add(stored.id, stored.top())
        self._indexes[parameter.key] = index
        return index


def token_matches(held: Token, system: str | None, code: str) -> bool:
    """One token against `code` (system None), `|code` (system empty), `system|code` or `system|` (code empty)."""
    if not code:
        return held[0] == system
    return held[1] == code and (system is None or system == held[0] or (bool(system) and held[0] == ANY_SYSTEM))
