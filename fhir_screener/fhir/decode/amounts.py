"""A raw Quantity as nearly all are spelled, read without a tree: its values hardly ever repeat, so no memory helps."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.lean import EMPTY, Raw
from fhir_screener.fhir.decode.tolerant import BROKEN, plain
from fhir_screener.records.facts import Quantity


class _Written(msgspec.Struct, gc=False):
    value: Raw = EMPTY
    comparator: str | None = None
    unit: str | None = None
    system: str | None = None
    code: str | None = None


_read = msgspec.json.Decoder(_Written).decode
_usual = re.compile(rb"(?:0|[1-9][0-9]{0,9})(?:\.[0-9]{1,15})?").fullmatch
"""Numbers that mean what their digits say: no sign, no exponent, within what is ever measured."""


def quantity(raw: bytes) -> Quantity | None:
    """The same as `elements.quantity` of the parsed JSON."""
    try:
        found = _read(raw)
    except BROKEN:
        return elements.quantity(plain(raw))
    if not _usual(found.value):
        return elements.quantity(plain(raw))
    digits = bytes(found.value).decode()
    comparator = found.comparator.strip() if found.comparator else ""
    return Quantity(float(digits), _unit(found.unit, found.system, found.code), comparator, digits)


@lru_cache(maxsize=4096)
def _unit(unit: str | None, system: str | None, code: str | None) -> str:
    return elements.unit({"unit": unit, "system": system, "code": code})
