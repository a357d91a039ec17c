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
FEW = 20


@dataclass(frozen=True)
class Holdings:
    """`types` that are read of it, `patients` it names (no more than FEW are told), `named` the type in its name.

    `own`: the one patient whom alone it names and whose Patient is in it, if it is such a file.
    """

    types: frozenset[str] = frozenset()
    patients: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()

    @classmethod
    def of(cls, file: Path) -> Holdings:
        """What can be read of it; never raises."""
        seen = _Sight()
        try:
            for _, lines in batches(file):
                seen.look(lines)
        except DataError:
            pass
        return seen.holdings(file.name)

    @classmethod
    def within(cls, data: bytes) -> Holdings:
        """What one document holds."""
        seen = _Sight()
        seen.look([data])
        return seen.holdings("")


class _Sight:
    """What has been seen so far, as bytes."""

    def __init__(self) -> None:
        self._types: set[bytes] = set()
        self._people: set[bytes] = set()
        self._patients: set[bytes] = set()

    def look(self, lines: list[bytes]) -> None:
        """Lines that follow one another."""
        if len(self._patients) < FEW:
            # Over the lines together: in a document laid out for people, type and id are not on one line.
            self._people.update(_PERSON.findall(b"".join(lines)))
            self._patients.update(self._people)
        for line in lines:
            if line.startswith(FIRST) and not line.startswith(FIRST + b"Bundle"):
                self._types.add(line[len(FIRST) : line.find(b'"', len(FIRST))])
            else:
                self._types.update(_KIND.findall(line))
            if len(self._patients) < FEW:
                self._patients.update(_WHOSE.findall(line))

    def holdings(self, name: str) -> Holdings:
        read = frozenset(kind.decode("ascii", "replace") for kind in self._types) & FORMS.keys()
        some = frozenset(one.decode("utf-8", "replace") for one in sorted(self._patients)[:FEW])
        alone = len(self._patients) == 1 and self._people == self._patients
        return Holdings(read if read <= SHARED else read - SHARED, some, named(name), some if alone else frozenset())


def named(name: str) -> frozenset[str]:
    """The resource type in a file's name (`Observation.000.ndjson.gz`, `conditions.json`), where it is a single one."""
    rest, found = name.lower(), set()
    for kind in _BY_LENGTH:
        if kind.lower() in rest:
            found.add(kind)
            rest = rest.replace(kind.lower(), "")
    return frozenset(found) if len(found) == 1 else frozenset()
