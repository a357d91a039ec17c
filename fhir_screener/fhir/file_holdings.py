"""A second look at a file, taken only where something was lost: which types and whose records are in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from fhir_screener.errors import DataError
from fhir_screener.fhir.decode.lean import FORMS, SHARED
from fhir_screener.fhir.decode.tolerant import FIRST
from fhir_screener.fhir.file_lines import batches

_KIND = re.compile(rb'"resourceType"\s*:\s*"([A-Za-z]{1,60})"')
_PERSON = re.compile(rb'"resourceType"\s*:\s*"Patient"\s*,\s*"id"\s*:\s*"([^"\\]{1,128})"')
_WHOSE = re.compile(rb'"reference"\s*:\s*"(?:[^"\\]{0,500}/)?Patient/([^"\\/|#]{1,128})')
_BY_LENGTH = sorted(FORMS, key=len, reverse=True)
_TWO = 2


@dataclass(frozen=True)
class Holdings:
    """`types` that are read of it, `patients` it names (no more than two are told), `named` the type in its name."""

    types: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

    @classmethod
    def of(cls, file: Path) -> Holdings:
        """What can be read of it; never raises."""
        types: set[bytes] = set()
        patients: set[bytes] = set()
        try:
            for _, lines in batches(file):
                _look(lines, types, patients)
        except DataError:
            pass
        read = frozenset(kind.decode() for kind in types) & FORMS.keys()
        return cls(read if read <= SHARED else read - SHARED, _some(patients), named(file.name))


def patients_in(data: bytes) -> frozenset[str]:
    """The patients that some JSON names, no more than two of them."""
    patients: set[bytes] = set()
    _look([data], set(), patients)
    return _some(patients)


def _some(patients: set[bytes]) -> frozenset[str]:
    return frozenset(one.decode("utf-8", "replace") for one in sorted(patients)[:_TWO])


def _look(lines: list[bytes], types: set[bytes], patients: set[bytes]) -> None:
    if len(patients) < _TWO:
        # Over the lines together: in a document laid out for people, type and id are not on one line.
        patients.update(_PERSON.findall(b"\n".join(lines)))
    for line in lines:
        if line.startswith(FIRST) and not line.startswith(FIRST + b"Bundle"):
            end = line.find(b'"', len(FIRST))
            types.add(line[len(FIRST) : end])
        else:
            types.update(_KIND.findall(line))
        if len(patients) < _TWO:
            patients.update(_WHOSE.findall(line))


def named(name: str) -> frozenset[str]:
    """The resource type in a file's name (`Observation.000.ndjson.gz`, `conditions.json`), where it is a single one."""
    rest, found = name.lower(), set()
    for kind in _BY_LENGTH:
        if kind.lower() in rest:
            found.add(kind)
            rest = rest.replace(kind.lower(), "")
    return frozenset(found) if len(found) == 1 else frozenset()
