"""The hospital's diagnosis catalogue (`catalogue/diagnoses.txt`): every code a coder here might pick for one disease.

All codings of one entry mean the same thing to a clinician; a situation that needs one system says so itself.
"""

from __future__ import annotations

from typing import NamedTuple

from fhir_screener.sandbox.hospital import catalogue
from fhir_screener.sandbox.hospital.systems import Json, coding


class Diagnosis(NamedTuple):
    """`english` and `chinese` are how the doctor writes it; a record carries one of the `codings`."""

    key: str
    english: str
    chinese: str
    codings: tuple[Json, ...]

    def in_system(self, system: str) -> Json:
        """The coding of one system (a short name of the catalogue); KeyError where the catalogue has none."""
        wanted = coding(system, "")["system"]
        for one in self.codings:
            if one["system"] == wanted:
                return one
        raise KeyError(f"{self.key} has no code in {system}")


def _read() -> dict[str, Diagnosis]:
    found: dict[str, Diagnosis] = {}
    key = ""
    for line in catalogue.lines("diagnoses.txt"):
        if line.startswith(" "):
            system, code, display = line.split(maxsplit=2)
            entry = found[key]
            found[key] = entry._replace(codings=(*entry.codings, coding(system, code, display)))
        else:
            key, english, chinese = (part.strip() for part in line.split("|"))
            found[key] = Diagnosis(key, english, chinese, ())
    return found


DIAGNOSES = _read()
