"""The part of a study file that a rule is read from: values with their place, every key accounted for.

A rule kind asks for its keys by type; what nobody asked for is refused. Errors carry file, line and path.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from fhir_screener.errors import MappingError, UsageError
from fhir_screener.records.dates import Duration


@dataclass
class Spec:
    """A value of a study file. `line_of` maps paths (tuples of keys and indexes) to lines; `sets` are the known value sets."""

    value: Any
    path: tuple[str | int, ...] = ()
    file: str = ""
    line_of: Mapping[tuple[str | int, ...], int] = field(default_factory=dict)
    sets: Collection[str] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    """Keys that may stand here, used or not; for messages."""
    read: set[str] = field(default_factory=set)
    """Names of the parameters that some rule has read; shared by all parts of a study."""
    places: dict[int, tuple[str | int, ...]] = field(default_factory=dict)
    """{id of a rule: where it stands}; shared by all parts of a study."""
    called: Mapping[str, str] = field(default_factory=dict)
    """{value set as written: the name it goes by}, where two versions of one are at hand."""

    def fail(self, what: str, fix: str = "", key: str | int | None = None) -> MappingError:
        path = self.path if key is None else (*self.path, key)
        line = self.line_of.get(path) or self.line_of.get(self.path)
        return MappingError(what, file=self.file, line=line, path=".".join(map(str, path)), fix=fix)

    def child(self, key: str | int) -> Spec:
        if isinstance(key, str):
            self.used.add(key)
            if key not in self.mapping():
                raise self.fail(f"`{key}` is missing")
        return Spec(
            self.value[key],
            (*self.path, key),
            self.file,
            self.line_of,
            self.sets,
            self.parameters,
            read=self.read,
            places=self.places,
            called=self.called,
        )

    def parameter(self, key: str) -> Any:
        """The study parameter whose name stands at `key`."""
        name = self.text(key, among=self.parameters)
        self.read.add(name)
        return self.parameters[name]

    def mapping(self) -> Mapping[str, Any]:
        if not isinstance(self.value, dict):
            raise self.fail(f"expected `key: value` pairs, found {_kind(self.value)}")
        return self.value

    def items(self) -> Iterator[Spec]:
        """The members of a list; a single value counts as a list of one."""
        if not isinstance(self.value, list):
            yield self
            return
        for index in range(len(self.value)):
            yield self.child(index)

    def has(self, key: str) -> bool:
        self.known.add(key)
        return key in self.mapping()

    def only(self) -> tuple[str, Spec]:
        """The one key of a mapping with exactly one: `{exposure: ...}`."""
        keys = list(self.mapping())
        if len(keys) != 1:
            raise self.fail(
                f"expected exactly one rule here, found {', '.join(map(str, keys)) or 'none'}",
                "wrap several rules in all, any, prefer or weigh",
            )
        return keys[0], self.child(keys[0])

    def text(self, key: str, default: str | None = None, among: Collection[str] = ()) -> str:
        if not self.has(key):
            if default is None:
                raise self.fail(f"`{key}` is missing")
            return default
        value = self.child(key).value
        if not isinstance(value, str):
            raise self.fail(f"expected text, found {_kind(value)}", key=key)
        if among and value not in among:
            raise self.fail(f"{value!r} is not known here", f"one of {', '.join(sorted(among))}", key)
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        if not self.has(key):
            return default
        value = self.child(key).value
        if not isinstance(value, bool):
            raise self.fail(f"expected true or false, found {_kind(value)}", key=key)
        return value

    def number(self, key: str, default: float | None = None) -> float:
        if not self.has(key):
            if default is None:
                raise self.fail(f"`{key}` is missing")
            return default
        value = self.child(key).value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fail(f"expected a number, found {_kind(value)}", key=key)
        return value

    def duration(self, key: str) -> Duration | None:
        """An ISO 8601 duration, or None where the key is missing."""
        if not self.has(key):
            return None
        try:
            return Duration.parse(self.child(key).value)
        except UsageError as error:
            raise self.fail(str(error), key=key) from None

    def value_sets(self, key: str, needed: bool = False) -> frozenset[str]:
        """Names of value sets, each of which must exist."""
        if not self.has(key):
            if needed:
                raise self.fail(f"`{key}` is missing", "name one or more value sets")
            return frozenset()
        names = []
        for item in self.child(key).items():
            if not isinstance(item.value, str):
                raise item.fail(f"expected the name of a value set, found {_kind(item.value)}")
            if item.value not in self.sets:
                raise item.fail(
                    f"there is no value set {item.value!r}",
                    "write valuesets/<name>.yaml, or `study take NAME` copies one of our own library",
                )
            names.append(self.called.get(item.value, item.value))
        if needed and not names:
            raise self.fail("an empty list finds nothing", "name one or more value sets", key)
        return frozenset(names)

    def limits(self, key: str) -> dict[str, float]:
        """`{unit: number}`; a bare number has no unit and is refused."""
        if not self.has(key):
            return {}
        child = self.child(key)
        found: dict[str, float] = {}
        for unit, value in child.mapping().items():
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise child.fail(f"expected a number, found {_kind(value)}", key=unit)
            found[str(unit)] = value
        if not found:
            raise self.fail("no limit is given", "a number by unit: {mmol/L: 5}", key)
        return found

    def age(self, key: str) -> tuple[int, str] | None:
        """`18 a`: a whole number and one of a, mo, wk, d; None where missing."""
        if not self.has(key):
            return None
        return self.read_age(self.child(key).value, key)

    def read_age(self, value: Any, key: str) -> tuple[int, str]:
        """`18 a` as (18, "a")."""
        parts = value.split() if isinstance(value, str) else []
        if len(parts) != 2 or not parts[0].isdigit() or parts[1] not in ("a", "mo", "wk", "d"):
            raise self.fail(f"{value!r} is no age", "write a whole number and a unit: 18 a, 6 mo, 2 wk, 10 d", key)
        return int(parts[0]), parts[1]

    def done(self) -> None:
        """Refuse every key that nobody asked for."""
        for key in self.mapping():
            if key not in self.used:
                raise self.fail(
                    f"unknown key {key!r}", f"known here: {', '.join(sorted(self.used | self.known)) or 'none'}", key
                )


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    names = {dict: "pairs", list: "a list", str: f"{value!r}", bool: f"{value!r}"}
    return names.get(type(value), repr(value))
