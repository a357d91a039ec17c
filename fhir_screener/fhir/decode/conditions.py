"""Condition resources as facts."""

from __future__ import annotations

from types import NoneType
from typing import Any

import msgspec

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.coded_values import CLINICAL, VERIFICATION
from fhir_screener.fhir.decode.context import Context
from fhir_screener.fhir.decode.lean import ConditionLean, Period, Raw
from fhir_screener.fhir.decode.tolerant import plain
from fhir_screener.records.facts import NO_SPAN, UNREADABLE, Condition, Span

_CLINICAL = {
    "55561003": "active",
    "73425007": "inactive",
    "413322009": "resolved",
    "277022003": "remission",
    "246455001": "recurrence",
    "263855007": "relapse",
    "活动": "active",
    "活动期": "active",
    "现患": "active",
    "已治愈": "resolved",
    "治愈": "resolved",
    "痊愈": "resolved",
    "已愈": "resolved",
    "缓解": "remission",
    "缓解期": "remission",
    "复发": "recurrence",
}
"""SNOMED CT finding status, and the words of Chinese charts -> condition-clinical."""
_VERIFICATION = {
    "410605003": "confirmed",
    "415684004": "provisional",
    "410590009": "provisional",
    "410592001": "provisional",
    "410516002": "refuted",
    "723510000": "entered-in-error",
}
"""SNOMED CT finding context -> condition-ver-status."""
_CERTAINTY = b"icd-10-gm-diagnosesicherheit"
"""The extension of de.basisprofil.r4 in which German charts say how certain a diagnosis is."""
_CATEGORY = {
    "55607006": "problem-list-item",
    "75326-9": "problem-list-item",
    "problem list item": "problem-list-item",
    "encounter diagnosis": "encounter-diagnosis",
    "visit diagnosis": "encounter-diagnosis",
}
_FAMILY = ("family-history", "family history", "家族史", "416471007", "57177007", "10157-6")


def condition(record: ConditionLean, context: Context) -> Condition:
    """The fact of a Condition."""
    known = context.book.concept[bytes(record.code)]
    categories = tuple(_CATEGORY.get(code.lower(), code) for code in context.book.codes[bytes(record.category)])
    abatement, abated = _abatement(record, context.born)
    clinical = _checked("clinicalStatus", record, CLINICAL, _CLINICAL, context)
    verification = _checked("verificationStatus", record, VERIFICATION, _VERIFICATION, context)
    if _CERTAINTY in bytes(record.code):
        clinical, verification = _german(plain(record.code), clinical, verification)
    return Condition(
        **context.common("Condition", record),
        concept=known.concept,
        hits=known.hits,
        note=elements.notes(plain(record.note)) if record.note else "",
        clinical=clinical,
        verification=verification,
        categories=categories,
        onset=_onset(record, context.born),
        abatement=abatement,
        abated=abated,
        recorded=record.recordedDate or record.assertedDate,
        encounter=_encounter(record.encounter, context),
        family=any(code.lower() in _FAMILY for code in categories),
    )


def _german(code: Any, clinical: str, verification: str) -> tuple[str, str]:
    """The statuses as the certainty beside an ICD-10-GM code makes them: V suspected, A ruled out, Z a state after."""
    codings = elements.many(code.get("coding")) if isinstance(code, dict) else []
    marks = [one for coding in codings if isinstance(coding, dict) for one in elements.many(coding.get("extension"))]
    for mark in marks:
        if not isinstance(mark, dict) or not str(mark.get("url", "")).endswith(_CERTAINTY.decode()):
            continue
        coded = mark.get("valueCoding")
        said = coded.get("code") if isinstance(coded, dict) else mark.get("valueCode")
        if verification in ("", "confirmed"):
            verification = {"V": "provisional", "A": "refuted"}.get(str(said), verification)
        if said == "Z" and not clinical:
            clinical = "resolved"
    return clinical, verification


def _checked(
    name: str, record: ConditionLean, allowed: frozenset[str], snomed: dict[str, str], context: Context
) -> str:
    """The code of a status; UNREADABLE, and said, where what is there is none."""
    raw: Raw = getattr(record, name)
    found = _status(raw, context, snomed)
    if found in allowed or (not found and (not raw or isinstance(plain(raw), dict | list | NoneType))):
        return found
    context.unreadable("Condition", record, name)
    return UNREADABLE


def _status(raw: Raw, context: Context, snomed: dict[str, str]) -> str:
    """The code of a status, whichever system it is in; a bare string or a text stands for its code."""
    found = context.book.codes[bytes(raw)]
    for code in found:
        if code in snomed:
            return snomed[code]
    return found[0].strip().lower() if found else ""


def _onset(record: ConditionLean, born: str | None) -> Span:
    found = _when(record.onsetDateTime, record.onsetPeriod, record.onsetAge, record.onsetRange, born)
    if found.empty and record.onsetString:
        return msgspec.structs.replace(found, text=record.onsetString)
    return found


def _abatement(record: ConditionLean, born: str | None) -> tuple[Span, bool]:
    """(abatement, whether there is one without a date)."""
    found = _when(record.abatementDateTime, record.abatementPeriod, record.abatementAge, record.abatementRange, born)
    if found.empty and record.abatementString:
        found = msgspec.structs.replace(found, text=record.abatementString)
    return found, found.empty and (bool(found.text) or record.abatementBoolean is True)


def _when(date: str | None, period: Period | None, age: Raw, between: Raw, born: str | None) -> Span:
    if date:
        return elements.point(date)
    if period is not None:
        return elements.ends(period)
    if age:
        exact = plain(age)
        return elements.age_span(exact, exact, born)
    if between:
        ends = plain(between)
        return elements.age_span(ends.get("low"), ends.get("high"), born) if isinstance(ends, dict) else NO_SPAN
    return NO_SPAN


def _encounter(raw: Raw, context: Context) -> Span:
    if not raw:
        return NO_SPAN
    ref = context.references.ref(plain(raw))
    return context.encounters.get(ref.rpartition("/")[2], NO_SPAN)
