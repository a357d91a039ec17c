"""What may stand in a study file: each key with its shape and its meaning, said once.

Rule kinds read themselves by these declarations; `schema.json` and the tables of the manual are written from them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fhir_screener.criteria.spec import Spec
from fhir_screener.records.dates import Duration

Build = Callable[[Spec], Any]
"""Reads a nested rule."""
Read = Callable[[Spec, "Key", Build], Any]
"""Reads the value of a key in the mapping that it stands in."""
Given = dict[str, Any]
"""{key: its value, or what stands for a missing one}"""


@dataclass(frozen=True)
class Key:
    """One key, or (with no name) the shape of a whole rule. `absent` is its value where it is not written.

    `shape` is one of `SHAPES`. `choices` are the words of a `choice`, `keys` the keys of a `mapping`; `hint` says what to
    write where a needed key is missing, `reader` how a shape of its own is read, `kinds` which kinds
    of value sets make sense (none: any).
    """

    name: str
    shape: str
    about: str
    needed: bool = False
    absent: Any = None
    choices: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    hint: str = ""
    reader: Read | None = None
    kinds: tuple[str, ...] = ()

    def read(self, spec: Spec, build: Build) -> Given:
        """The keys of the mapping at `spec`, every one accounted for. Raises MappingError."""
        given = {key.name: key.of(spec, build) for key in self.keys}
        spec.done()
        return given

    def of(self, spec: Spec, build: Build) -> Any:
        """The value of this key in the mapping at `spec`."""
        if not spec.has(self.name):
            if self.needed:
                raise spec.fail(f"`{self.name}` is missing", self.hint or self.about)
            return self.absent
        return (self.reader or SHAPES[self.shape])(spec, self, build)

    def must(self) -> Key:
        """The same key, where it cannot be left out."""
        return replace(self, needed=True)


def sets(name: str, about: str, *kinds: str) -> Key:
    """Names of value sets of some kinds, one or a list."""
    return Key(name, "sets", about, absent=frozenset(), hint="name one or more value sets", kinds=kinds)


def duration(name: str, about: str, absent: str = "") -> Key:
    """An ISO 8601 duration."""
    known = Duration.parse(absent) if absent else None
    return Key(name, "duration", about, absent=known, hint="write a duration such as P3M")


def choice(name: str, about: str, absent: str, *choices: str) -> Key:
    """One of some words; `absent` is what counts without it."""
    return Key(name, "choice", about, absent=absent, choices=choices)


def flag(name: str, about: str) -> Key:
    return Key(name, "flag", about, absent=False)


def text(name: str, about: str, absent: str = "") -> Key:
    return Key(name, "text", about, absent=absent)


def texts(name: str, about: str) -> Key:
    """Words, one or a list."""
    return Key(name, "texts", about, absent=())


def number(name: str, about: str) -> Key:
    return Key(name, "number", about)


def limits(name: str, about: str) -> Key:
    """`{unit: number}`, the unit in UCUM, or the word `range`: the result's own reference range."""
    return Key(name, "limits", about, absent={})


def zones(name: str, about: str) -> Key:
    """`{unit: [low, high]}`."""
    return Key(name, "zones", about, absent={})


def age(name: str, about: str) -> Key:
    """A whole number and a unit: 18 a, 6 mo, 2 wk, 10 d."""
    return Key(name, "age", about)


def parameter(name: str, about: str) -> Key:
    """The name of a parameter of the study."""
    return Key(name, "parameter", about)


def rule(name: str, about: str) -> Key:
    return Key(name, "rule", about, hint="write one rule: `kind: {...}`")


def rules(name: str, about: str) -> Key:
    return Key(name, "rules", about, absent=(), hint="write `- kind: {...}` lines")


def mapping(name: str, about: str, *keys: Key) -> Key:
    """Keys of its own. With no name it is the form of a rule."""
    return Key(name, "mapping", about, keys=keys)


def _choice(spec: Spec, key: Key, build: Build) -> str:
    return spec.text(key.name, among=key.choices)


def _texts(spec: Spec, key: Key, build: Build) -> tuple[str, ...]:
    items = tuple(spec.child(key.name).items())
    for item in items:
        if not isinstance(item.value, str):
            raise item.fail("expected text", "one word, or a list of words")
    return tuple(item.value for item in items)


def _limits(spec: Spec, key: Key, build: Build) -> dict[str, float] | str:
    if spec.mapping()[key.name] == "range":
        return spec.text(key.name)
    return spec.limits(key.name)


def _zones(spec: Spec, key: Key, build: Build) -> dict[str, tuple[float, float]]:
    child = spec.child(key.name)
    found: dict[str, tuple[float, float]] = {}
    for unit, pair in child.mapping().items():
        if not (isinstance(pair, list) and len(pair) == 2 and all(type(n) in (int, float) for n in pair)):
            raise child.fail("expected two numbers", "[low, high]", unit)
        if pair[0] > pair[1]:
            raise child.fail(f"nothing lies between {pair[0]:g} and {pair[1]:g}", "[low, high]", unit)
        found[str(unit)] = (pair[0], pair[1])
    if not found:
        raise spec.fail("no limit is given", '{"mg/d": [low, high]}', key.name)
    return found


def _rules(spec: Spec, key: Key, build: Build) -> tuple[Any, ...]:
    return rule_list(spec.child(key.name), build)


def rule_list(spec: Spec, build: Build) -> tuple[Any, ...]:
    """The rules of a list that must not be empty. Raises MappingError."""
    if not isinstance(spec.value, list) or not spec.value:
        raise spec.fail("expected a list of rules", "write `- kind: {...}` lines")
    return tuple(build(item) for item in spec.items())


SHAPES: Mapping[str, Read] = {
    "sets": lambda spec, key, build: spec.value_sets(key.name),
    "duration": lambda spec, key, build: spec.duration(key.name),
    "choice": _choice,
    "flag": lambda spec, key, build: spec.flag(key.name),
    "text": lambda spec, key, build: spec.text(key.name),
    "texts": _texts,
    "number": lambda spec, key, build: spec.number(key.name),
    "limits": _limits,
    "zones": _zones,
    "age": lambda spec, key, build: spec.age(key.name),
    "parameter": lambda spec, key, build: spec.parameter(key.name),
    "rule": lambda spec, key, build: build(spec.child(key.name)),
    "rules": _rules,
    "mapping": lambda spec, key, build: key.read(spec.child(key.name), build),
}
"""How each shape is read."""
