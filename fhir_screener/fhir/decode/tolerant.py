"""Bytes to lean structs: fast when the resource is as FHIR says, element by element when it is not.

A bad element never loses the resource: it is left out, and everything else of it is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, TypeVar

import msgspec

from fhir_screener.errors import DataError
from fhir_screener.fhir.decode.lean import EMPTY, FORMS, Lean, Meta, PatientMeta, Period, Raw, Valued, WholeLean

S = TypeVar("S", bound=msgspec.Struct)

BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes it cannot read."""

loads = msgspec.json.Decoder(float_hook=str).decode
"""JSON to plain objects; numbers with a fraction or exponent stay text, so that their digits are kept."""


class _Head(msgspec.Struct, gc=False):
    resourceType: str | None = None


_head = msgspec.json.Decoder(_Head).decode
FIRST = b'{"resourceType":"'
_decoders = {form: msgspec.json.Decoder(form).decode for form in set(FORMS.values())}
_PARTS: tuple[type[msgspec.Struct], ...] = (Meta, PatientMeta, Period)


def kind_of(line: bytes) -> str:
    """The resourceType, "" where there is none. Raises one of BROKEN for what is no JSON object."""
    if line.startswith(FIRST):
        end = line.find(b'"', 17, 64)
        if end > 0:
            return line[17:end].decode("ascii", "replace")
    try:
        return _head(line).resourceType or ""
    except BROKEN:
        tree = rescue(line)
        kind = tree.get("resourceType") if isinstance(tree, dict) else None
        return kind if isinstance(kind, str) else ""


def rescue(data: bytes | Raw) -> Any:
    """JSON as Python's own, most patient reader takes it: NaN, control characters and half surrogates included.

    Raises DataError, without quoting the data.
    """
    try:
        tree = json.loads(bytes(data).decode("utf-8", "replace"), strict=False, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        raise DataError("not complete JSON") from None
    return _clean(tree)


def plain(data: bytes | Raw) -> Any:
    """A raw part as plain objects; None where there is nothing, or nothing readable."""
    if not data:
        return None
    try:
        return loads(data)
    except BROKEN:
        try:
            return rescue(data)
        except DataError:
            return None


def read(kind: str, data: bytes | Raw) -> Lean:
    """The resource as its form. Raises DataError where it is no JSON object at all."""
    form = FORMS[kind]
    try:
        found: Lean = _decoders[form](data)
    except BROKEN:
        found = from_tree(form, _object(rescue(data)))
    if isinstance(found, WholeLean):
        found.body = bytes(data)
    return found


def fast(kind: str) -> Callable[[bytes], Any]:
    """The decoder of a type, which raises one of BROKEN where `read` would take its patient way."""
    return _decoders[FORMS[kind]]


def tree_of(record: WholeLean) -> dict[str, Any]:
    """The whole resource as plain objects."""
    tree = plain(record.body)
    return tree if isinstance(tree, dict) else {}


def read_part(form: type[S], part: Any) -> S:
    """A part already read as plain objects (a contained resource) as a form."""
    try:
        return msgspec.json.decode(msgspec.json.encode(part), type=form)
    except (*BROKEN, TypeError, ValueError):
        return from_tree(form, part if isinstance(part, dict) else {})


def from_tree(form: type[S], tree: dict[str, Any]) -> S:
    """An object as a form, element by element; what has the wrong type is left out."""
    found = form()
    for field in msgspec.structs.fields(form):
        value = tree.get(field.encode_name)
        if value is not None and field.name != "body":
            setattr(found, field.name, _element(field.type, value))
    return found


def _element(kind: Any, value: Any) -> Any:
    """One element as its type, or nothing."""
    if kind is Raw:
        return _raw(value)
    if kind == list[Valued] | None:
        listed = value if isinstance(value, list) else [value]
        return [from_tree(Valued, one) for one in listed if isinstance(one, dict)]
    for part in _PARTS:
        if kind == part | None:
            return from_tree(part, value) if isinstance(value, dict) else None
    return _simple(kind, value)


def _object(tree: Any) -> dict[str, Any]:
    if not isinstance(tree, dict):
        raise DataError("not a JSON object")
    return tree


def _simple(kind: Any, value: Any) -> Any:
    """A string, boolean or integer of the wanted type, or None."""
    wants_bool, wants_int = kind == bool | None, kind == int | None
    if isinstance(value, bool):
        return value if wants_bool else None
    if wants_bool:
        return {"true": True, "false": False}.get(value) if isinstance(value, str) else None
    if wants_int:
        try:
            return int(value)
        except (TypeError, ValueError):
            return None
    return str(value) if isinstance(value, str | int) else None


def _raw(value: Any) -> Raw:
    try:
        return Raw(msgspec.json.encode(value))
    except (TypeError, ValueError, RecursionError):
        return EMPTY


def _clean(tree: Any) -> Any:
    """Half surrogates replaced, all through."""
    if isinstance(tree, str):
        return tree.encode("utf-8", "replace").decode() if not tree.isascii() else tree
    if isinstance(tree, list):
        return [_clean(one) for one in tree]
    if isinstance(tree, dict):
        return {_clean(key): _clean(one) for key, one in tree.items()}
    return tree
