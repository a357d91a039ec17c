"""What a spoilt line still says: of which type its record is, and whose."""

from __future__ import annotations

import json
import re
from typing import Any

from fhir_screener.fhir.decode.lean import DRUGS, FORMS
from fhir_screener.fhir.decode.references import References, parse
from fhir_screener.fhir.r4_types import R4_TYPES

OTHER_VERSIONS = {
    "MedicationOrder": ("DSTU2", "MedicationRequest"),
    "DiagnosticOrder": ("DSTU2", ""),
    "ProcedureRequest": ("STU3", ""),
    "ReferralRequest": ("STU3", ""),
    "DeviceUseRequest": ("STU3", ""),
    "MedicationUsage": ("R5", "MedicationStatement"),
}
"""{type: (version of FHIR, what R4 calls it where we read that)}"""
SUBJECTS = ("subject", "patient", "individual")


def told(data: bytes, references: References) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """(types, owners) as far as a spoilt line still says them; None for what it does not say."""
    text = data.decode("utf-8", "replace")
    found = _members(text)
    kind = found.get("resourceType")
    if kind == "Bundle":
        return None, None
    types = _types(kind) if isinstance(kind, str) else _guessed(_KIND.findall(text))
    if types is None and _dose_like(found):
        types = frozenset(DRUGS)
    if kind == "Patient":
        return types, frozenset({found["id"]}) if isinstance(found.get("id"), str) and found["id"] else None
    named = [found[name] for name in SUBJECTS if name in found]
    owners = [_owner(one, references) for one in named]
    if not named and text.rstrip().endswith("}"):
        # Damaged before it says whose it is, and yet it comes to its end.
        owners = [_owner({"reference": one}, references) for one in _SUBJECT.findall(text)]
    known = frozenset(one for one in owners if one)
    return types, known or (frozenset() if owners and None not in owners else None)


_KIND = re.compile(r'"resourceType"\s*:\s*"([A-Za-z]+)"')
_SUBJECT = re.compile(r'"(?:subject|patient|individual)"\s*:\s*\{[^{}]{0,1000}?"reference"\s*:\s*"([^"\\]{1,500})"')


def _types(kind: str) -> frozenset[str] | None:
    if kind in OTHER_VERSIONS:
        return frozenset(filter(None, OTHER_VERSIONS[kind][1:]))
    return frozenset({kind}) if kind in R4_TYPES else None


def _guessed(kinds: list[str]) -> frozenset[str] | None:
    """The type of a line that cannot be read from its start: only where it names a single one."""
    return frozenset(kinds) if len(set(kinds)) == 1 and kinds[0] in FORMS else None


def _dose_like(found: dict[str, Any]) -> bool:
    return "medicationCodeableConcept" in found or "medicationReference" in found


def _owner(value: Any, references: References) -> str | None:
    """The patient, "" for a reference to somebody or something else, None where nobody is named."""
    text = value.get("reference") if isinstance(value, dict) else value
    if not isinstance(text, str) or not text.strip():
        return None
    target = parse(text)
    if target is None:  # `patient/1`, `Patient:1`: somebody is meant, and nobody can say who
        return None
    if not references.own(target):
        return ""
    return target.id if target.kind in ("Patient", "") else ""


_decode = json.JSONDecoder(strict=False).raw_decode
_BLANK = re.compile(r"[ \t\r\n]*")


def _members(text: str) -> dict[str, Any]:
    """The members of an object up to where it is damaged."""
    found: dict[str, Any] = {}
    at = text.find("{") + 1
    try:
        while at:
            key, at = _decode(text, _after(text, at))
            at = _after(text, at)
            if not isinstance(key, str) or text[at] != ":":
                break
            found[key], at = _decode(text, _after(text, at + 1))
            at = _after(text, at)
            at = at + 1 if text[at] == "," else 0
    except (ValueError, IndexError, RecursionError):
        pass
    return found


def _after(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at
