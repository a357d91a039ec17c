"""Bytes to lean structs: fast when the resource is as FHIR says, element by element when it is not.

A bad element never loses the resource: it is left out, and everything else of it is read.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import msgspec

from fhir_screener.errors import DataError
from fhir_screener.fhir.decode import outline
from fhir_screener.fhir.decode.lean import EMPTY, FORMS, OURS, Lean, Meta, PatientMeta, Period, Raw, Valued, WholeLean

S = TypeVar("S", bound=msgspec.Struct)

BROKEN = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What msgspec raises for bytes it cannot read."""

loads = msgspec.json.Decoder(float_hook=str).decode
"""JSON to plain objects; numbers with a fraction or exponent stay text, so that their digits are kept."""


class _Head(msgspec.Struct, gc=False):
    resourceType: str | None = None


head = msgspec.json.Decoder(_Head).decode
"""The resourceType alone. Raises one of BROKEN."""
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
        return head(line).resourceType or ""
    except BROKEN:
        try:
            tree, _ = _rescued(line)
        except DataError:
            if (b'"resourceType"', b'"Bundle"') in (outline.members(line) or ()):
                return "Bundle"
            raise
        kind = tree.get("resourceType") if isinstance(tree, dict) else None
        return kind if isinstance(kind, str) else ""


class _TooDeep(DataError):
    """Nested deeper than any parser follows."""


def rescue(data: bytes | Raw) -> Any:
    """JSON as Python's own, most patient reader takes it: NaN, control characters and half surrogates included.

    Raises DataError, without quoting the data.
    """
    try:
        tree = _patient(bytes(data).decode("utf-8", "replace"))
        return _clean(tree)
    except RecursionError:
        raise _TooDeep("nested too deep") from None
    except ValueError:
        raise DataError("not complete JSON") from None


_DIGITS = 300
_patient = json.JSONDecoder(
    strict=False,
    parse_float=str,
    parse_constant=str,
    parse_int=lambda digits: int(digits) if len(digits) < _DIGITS else digits,
).decode


def _rescued(data: bytes | Raw) -> tuple[Any, list[str]]:
    """What can be read, and the names of the members that are nested too deep for it. Raises DataError."""
    try:
        return rescue(data), []
    except _TooDeep:
        members = outline.members(bytes(data))
        if members is None:
            raise
    tree, lost = {}, []
    for name, value in members:
        key = plain(name)
        try:
            tree[key] = rescue(value)
        except DataError:
            lost.append(str(key))
    return tree, lost


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
        tree, lost = _rescued(data)
        found = from_tree(form, _object(tree))
        found.spoilt = _of_form(form, [*(found.spoilt or ()), *lost])
        if lost and isinstance(found, WholeLean):
            found.spoilt, data = lost, msgspec.json.encode(tree)
    if isinstance(found, WholeLean):
        found.body = bytes(data)
    return found


def fast(kind: str) -> Callable[[bytes], Any]:
    """The decoder of a type, which raises one of BROKEN where `read` would take its patient way."""
    return _decoders[FORMS[kind]]


@cache
def strict(kind: str) -> Callable[[bytes], Any]:
    """The same for resources that do not begin with their type: raises one of BROKEN for those of another one too."""
    form = FORMS[kind]
    typed = msgspec.defstruct(form.__name__, [("resourceType", str | None, None)], bases=(form,), gc=False)
    decode = msgspec.json.Decoder(typed).decode

    def decoded(data: bytes) -> Any:
        found: Any = decode(data)
        if found.resourceType != kind:
            raise msgspec.DecodeError("another type")
        return found

    return decoded


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
    """An object as a form, element by element; what has the wrong type is left out, and named in `spoilt`."""
    found, spoilt = form(), []
    for field in msgspec.structs.fields(form):
        value = tree.get(field.encode_name)
        if value is not None and field.name not in OURS:
            made = _element(field.type, value)
            setattr(found, field.name, made)
            if _lost(made, value) and field.type != Meta | None:
                spoilt.append(field.encode_name)
    if spoilt and isinstance(found, Lean):
        found.spoilt = spoilt
    return found


def _of_form(form: type[Lean], names: list[str]) -> list[str] | None:
    """Those of the names that we would have read."""
    ours = {field.encode_name for field in msgspec.structs.fields(form)}
    return [name for name in names if name in ours] or None


def _lost(made: Any, value: Any) -> bool:
    """Whether something of a value is not in what was made of it."""
    if made is None or made is EMPTY:
        return True
    if isinstance(made, _PARTS):
        pairs = ((getattr(made, one.name), value.get(one.encode_name)) for one in msgspec.structs.fields(type(made)))
        return any(here is None and there is not None for here, there in pairs)
    return isinstance(made, list) and (not isinstance(value, list) or len(made) < len(value))


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
