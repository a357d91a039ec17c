"""The shapes of JSON Schema 2020-12 that study files, value sets and site files share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]
TEXT, NUMBER = {"type": "string"}, {"type": "number"}


def document(title: str, body: Json) -> Json:
    """The schema of a whole file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **body}


def closed(properties: Mapping[str, Any], *required: str, **more: Any) -> Json:
    """An object of these keys, and of no others."""
    needed = {"required": list(required)} if required else {}
    return {"type": "object", "properties": dict(properties), **needed, **more, "additionalProperties": False}


def names(known: Iterable[str]) -> Json:
    """A name: known ones are offered, not demanded."""
    return {"anyOf": [{"enum": sorted(known)}, TEXT]}


def every_name(sets: Mapping[str, Sequence[str]]) -> Json:
    """The name of a value set of any kind."""
    return names(name for several in sets.values() for name in several)


def listed(item: Json) -> Json:
    return {"type": "array", "items": item}


def some(item: Json) -> Json:
    """One, or a list."""
    return {"anyOf": [item, listed(item)]}


def mapped(item: Json) -> Json:
    """An object of any keys, each with such a value."""
    return {"type": "object", "additionalProperties": item}


def about(shape: Json, description: str) -> Json:
    return {**shape, "description": description}
