"""JSON Patch (RFC 6902) on decoded JSON."""

from __future__ import annotations

import copy
from typing import Any

from fhir_screener.sandbox.outcome import Refusal


def patched(document: Any, operations: Any) -> Any:
    """A patched copy. Raises Refusal 400 for a patch that is none, 422 for one that does not fit the document."""
    if not isinstance(operations, list) or not all(isinstance(one, dict) for one in operations):
        raise Refusal(400, "structure", "a JSON patch is a list of operations")
    root = {"": copy.deepcopy(document)}
    for one in operations:
        try:
            _apply(root, one)
        except (KeyError, IndexError, ValueError, TypeError) as error:
            what = f"{one.get('op')} {one.get('path')}"
            raise Refusal(422, "processing", f"patch operation {what!r} does not fit the resource") from error
    return root[""]


def _apply(root: dict[str, Any], one: dict[str, Any]) -> None:
    match one["op"]:
        case "add":
            _add(root, one["path"], copy.deepcopy(one["value"]))
        case "remove":
            _remove(root, one["path"])
        case "replace":
            _remove(root, one["path"])
            _add(root, one["path"], copy.deepcopy(one["value"]))
        case "move":
            _add(root, one["path"], _remove(root, one["from"]))
        case "copy":
            _add(root, one["path"], copy.deepcopy(_get(root, one["from"])))
        case "test":
            if _get(root, one["path"]) != one["value"]:
                raise ValueError(one["path"])
        case other:
            raise ValueError(other)


def _steps(path: str) -> list[str]:
    if path and not path.startswith("/"):
        raise ValueError(path)
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")]


def _parent(root: Any, path: str) -> tuple[Any, str]:
    *way, last = _steps(path)
    at = root
    for step in way:
        at = at[_place(at, step)]
    return at, last


def _place(holder: Any, step: str) -> Any:
    if not isinstance(holder, list):
        return step
    if not step.isdecimal():
        raise ValueError(step)
    return int(step)


def _get(root: Any, path: str) -> Any:
    at, last = _parent(root, path)
    return at[_place(at, last)]


def _add(root: Any, path: str, value: Any) -> None:
    at, last = _parent(root, path)
    if not isinstance(at, list):
        at[last] = value
    elif last == "-":
        at.append(value)
    elif _place(at, last) <= len(at):
        at.insert(int(last), value)
    else:
        raise IndexError(last)


def _remove(root: Any, path: str) -> Any:
    at, last = _parent(root, path)
    return at.pop(_place(at, last))
