"""Shorthand of the program in words for people."""

from __future__ import annotations

import re

_DURATION = re.compile(r"\bP(\d+)([DWMY])\b")
_UNITS = {"D": "day", "W": "week", "M": "month", "Y": "year"}
_SETTLE = {"ask": "asking the patient", "chart": "reading the chart", "consent": "the patient's consent"}
_SYSTEMS = {
    "http://loinc.org": "LOINC",
    "http://snomed.info/sct": "SNOMED CT",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "http://www.whocc.no/atc": "ATC",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://hl7.org/fhir/sid/icd-9-cm": "ICD-9-CM",
    "http://id.who.int/icd/release/11/mms": "ICD-11",
    "http://hl7.org/fhir/sid/cvx": "CVX",
}


def durations(text: str) -> str:
    """`P90D` as `90 days`."""
    return _DURATION.sub(_duration, text)


def _duration(found: re.Match[str]) -> str:
    number, unit = int(found.group(1)), _UNITS[found.group(2)]
    return f"{number} {unit}{'' if number == 1 else 's'}"


def settling(way: str) -> str:
    """How an unknown is settled, as a phrase."""
    return _SETTLE.get(way, f"a test ({way.removeprefix('test: ')})" if way.startswith("test: ") else way)


def system_name(uri: str) -> str:
    """The usual name of a code system; its URI where it has none here."""
    return _SYSTEMS.get(uri, uri)
