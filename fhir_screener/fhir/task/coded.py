"""The FHIR shapes that a Task is made of, as plain dicts: codings, concepts, extensions. Nothing empty is ever made."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

Json = dict[str, Any]

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text(value: str) -> str:
    """The string as FHIR can hold it (R4, 2.24.0.1 `string`): no control characters, and "" where nothing is left."""
    plain = _CONTROL.sub("", value)
    return plain if plain.strip() else ""


def concept(*codings: Json, words: str = "") -> Json:
    """A CodeableConcept."""
    body: Json = {"coding": list(codings)} if codings else {}
    if plain := text(words):
        body["text"] = plain
    return body


def coding(system: str, code: str, display: str = "") -> Json:
    """A Coding."""
    return {"system": system, "code": code, **({"display": display} if display else {})}


def codes(element: Any, system: str) -> list[str]:
    """The codes of one system in a CodeableConcept, in their order; of anything else: none."""
    if not isinstance(element, dict):
        return []
    found = (c for c in dicts(element.get("coding")) if c.get("system") == system)
    return [code for c in found if isinstance(code := c.get("code"), str)]


def dicts(value: Any) -> list[Json]:
    """The objects of a JSON array; of anything else: none. Servers and people write what they like."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def held(element: Any, name: str) -> Json:
    """The object that an object has under this name; empty where either is none."""
    found = element.get(name) if isinstance(element, dict) else None
    return found if isinstance(found, dict) else {}


def part(url: str, value: str | bool | int | date | None, kind: str = "valueString") -> Iterator[Json]:
    """A simple extension, or nothing where there is no value."""
    if isinstance(value, str):
        value = text(value)
    if value is None or value == "":
        return
    yield {"url": url, kind: value.isoformat() if isinstance(value, date) else value}


def group(url: str, parts: Iterable[Json]) -> Iterator[Json]:
    """A complex extension, or nothing where it would be empty."""
    if inner := list(parts):
        yield {"url": url, "extension": inner}


def extensions(element: Json, url: str) -> list[Json]:
    """The extensions of one URL on an element."""
    return [e for e in dicts(element.get("extension")) if e.get("url") == url]


def value_of(element: Json, url: str, default: Any = "") -> Any:
    """The value of the first extension of this URL, of whatever type."""
    return next((value for extension in extensions(element, url) for value in _values(extension)), default)


def first_values(element: Json) -> Json:
    """{URL: value} of all extensions that have one, as `value_of` finds them one by one."""
    found: Json = {}
    for extension in dicts(element.get("extension")):
        url = extension.get("url")
        if isinstance(url, str) and url not in found:
            found.update((url, value) for value in _values(extension)[:1])
    return found


def values_of(element: Json, url: str) -> list[Any]:
    """The values of all extensions of this URL."""
    return [value for extension in extensions(element, url) for value in _values(extension)]


def _values(extension: Json) -> list[Any]:
    return [value for key, value in extension.items() if key.startswith("value")]
