"""Nothing leaves that `fhir.resources.R4B` does not find well formed."""

from __future__ import annotations

from typing import Any

from fhir_screener.errors import DataError
from fhir_screener.fhir.task.coded import Json

_MOST = 20_000
_seen: set[object] = set()
"""Extensions that were found well formed: a ledger repeats a few of them a hundred times, and checking is slow."""


def check(resource: Json) -> Json:
    """The resource itself, once it has been found well formed. Raises DataError, naming no value.

    An extension is well formed or not whatever stands beside it, so one that was checked before is not checked again.
    """
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    kind = resource["resourceType"]
    where = f"{kind}/{resource.get('id', '?')}"
    new: set[object] = set()
    try:
        get_fhir_model_class(kind).model_validate(_unseen(resource, new))
    except ValidationError as error:
        faults = {f"{'.'.join(map(str, e['loc']))} ({e['type']})" for e in error.errors(include_input=False)}
        raise DataError(f"not valid FHIR R4, so not sent: {', '.join(sorted(faults))}", where=where) from None
    if len(_seen) > _MOST:
        _seen.clear()
    _seen.update(new)
    return resource


def _unseen(value: Any, new: set[object]) -> Any:
    """The value without the extensions that are known to be well formed; `new` takes those that stay."""
    if isinstance(value, list):
        return [_unseen(item, new) for item in value]
    if not isinstance(value, dict):
        return value
    found = {name: _unseen(item, new) for name, item in value.items() if name != "extension"}
    inner = value.get("extension")
    if isinstance(inner, list):
        found["extension"] = [kept for item in inner if (kept := _kept(item, new)) is not None]
    elif inner is not None:
        found["extension"] = inner
    return found


def _kept(extension: Any, new: set[object]) -> Any:
    """What of an extension is still to be checked, or None. A complex one is as good as its parts and its own URL."""
    if not isinstance(extension, dict):
        return extension
    left = _unseen(extension, new)
    mark = _mark(left)
    if mark in _seen:
        return None
    if mark is not None:
        new.add(mark)
    return left


def _mark(extension: Json) -> object:
    """What makes a simple extension, or a complex one without unchecked parts, the same as another; None for others."""
    url = extension.get("url")
    if extension.keys() == {"url", "extension"} and not extension["extension"]:
        return (url, "extension")
    if len(extension) != 2 or not isinstance(url, str):
        return None
    name, value = next((n, v) for n, v in extension.items() if n != "url")
    # The type too: True is 1 to a set, and not to FHIR.
    return (url, name, type(value), value) if isinstance(value, str | bool | int) else None
