"""When somebody last put a patient's medication list in order: a FHIR List (R4 2.36). It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fhir_screener.fhir.decode import elements
from fhir_screener.terminology.coding import LOINC

_CODES = {
    (LOINC, "10160-0"),  # History of medication use
    (LOINC, "56445-0"),  # Medication summary
    ("http://terminology.hl7.org/CodeSystem/list-example-use-codes", "medications"),
}
_MODES = ("working", "snapshot")
"""A list of changes says nothing of the whole."""


def reconciled(lists: Iterable[Mapping[str, Any]]) -> str | None:
    """The newest date, as recorded, of the current Lists of medications; None where there is none with a date."""
    dates = [elements.words(one.get("date")) for one in lists if _is_of_medications(one)]
    return max(filter(None, dates), default=None)


def _is_of_medications(tree: Mapping[str, Any]) -> bool:
    if tree.get("status") != "current" or tree.get("mode") not in _MODES:
        return False
    return any((coding.system, coding.code) in _CODES for coding in elements.concept(tree.get("code")).codings)
