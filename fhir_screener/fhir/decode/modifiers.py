"""Which records carry a modifier extension that is not understood, themselves or in a part that is read."""

from __future__ import annotations

from fhir_screener.fhir.decode.lean import Lean, ObservationLean, WholeLean
from fhir_screener.fhir.decode.tolerant import plain
from fhir_screener.records.modifiers import changes, is_modified

_NAME = b'"modifierExtension"'


def modified(record: Lean) -> bool:
    """Whether the record may mean something else than it says."""
    if record.modifierExtension and changes(plain(record.modifierExtension)):
        return True
    if isinstance(record, WholeLean):
        return _NAME in record.body and is_modified(plain(record.body))
    for name in record.parts:
        raw = getattr(record, name)
        if raw and _NAME in bytes(raw) and is_modified(plain(raw)):
            return True
    return isinstance(record, ObservationLean) and any(map(modified, record.component or ()))
