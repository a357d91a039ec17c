"""What a file lost, and whom that may concern: a failure to read is never an answer.

A record that cannot be read may be the one that excludes its patient. So its type counts as not fetched for the
patient it names; for whomever it may concern where it names nobody.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fhir_screener.fhir.decode.lean import DRUGS, FORMS
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.file_holdings import FEW, Holdings
from fhir_screener.fhir.r4_types import R4_TYPES
from fhir_screener.records.patient_record import CHART_TYPES

EVERY = frozenset(CHART_TYPES)
_LEANS: dict[str, frozenset[str]] = {
    "Patient": frozenset(),
    "Medication": frozenset(),
    "Encounter": frozenset({"Encounter", "Condition"}),
    "Specimen": frozenset({"Observation", "DiagnosticReport"}),
    "ResearchStudy": frozenset({"ResearchSubject", "Consent"}),
}
"""What else leans on a lost record. Whoever takes a lost Medication is told so by the reference to it."""
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


@dataclass(frozen=True)
class Loss:
    """Something unread at `place`. `types` None: any; `owners` None: anybody's."""

    place: str
    what: str
    file: Path
    types: frozenset[str] | None = None
    owners: frozenset[str] | None = None
    damaged: bool = True
    """False where the JSON is whole and only names nobody: such a record concerns no more than a file's one patient."""

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@dataclass
class Marks:
    """What counts as not fetched: `everybody`'s types, and {patient: types}; and why."""

    everybody: frozenset[str] = frozenset()
    of: dict[str, frozenset[str]] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    """{patient whose Patient could not be read: where and why}"""
    _common: dict[tuple[Path, frozenset[str]], str] = field(default_factory=dict)
    _own: dict[str, list[str]] = field(default_factory=dict)

    def failed(self, patient: str) -> frozenset[str]:
        """The types of which something may be missing for this patient."""
        return self.everybody | self.of.get(patient, frozenset())

    def said(self, patient: str) -> tuple[str, ...]:
        """The places at fault, for this patient's own answer."""
        return (*self._common.values(), *self._own.get(patient, ()))

    def summary(self) -> list[str]:
        """Who cannot be answered in full, and for want of what, in sentences for the report."""
        said = []
        if self.everybody:
            where = ", ".join(dict.fromkeys(file.name for file, _ in self._common))
            said.append(f"{_kinds(self.everybody)} may be missing for every patient ({where}){_SO}")
        alone: dict[frozenset[str], list[str]] = {}
        for patient, types in sorted(self.of.items()):
            if types - self.everybody:
                alone.setdefault(types - self.everybody, []).append(f"Patient/{patient}")
        for types, whose in alone.items():
            more = f" and {len(whose) - _NAMED} more" if len(whose) > _NAMED else ""
            said.append(f"{_kinds(types)} may be missing for {', '.join(whose[:_NAMED])}{more}{_SO}")
        return said

    def add(self, loss: Loss) -> None:
        """A loss whose types and owners are found out as far as they can be."""
        if loss.types == frozenset({"Patient"}):
            self.gone.update(dict.fromkeys(loss.owners or (), str(loss)))
        types = _concerned(loss.types)
        if types and loss.owners is None:
            self.everybody |= types
            self._common.setdefault((loss.file, types), str(loss))
        elif types:
            for patient in loss.owners or ():
                self.of[patient] = self.of.get(patient, frozenset()) | types
                self._own.setdefault(patient, []).append(str(loss))


_NAMED = 10
_SO = ": what hangs on that is unknown (not-fetched); mend the file and read again"


def marks(losses: Iterable[Loss], reach: Callable[[Loss], Loss]) -> Marks:
    """Whom the losses concern; `reach` finds out for those that do not say so themselves."""
    found = Marks()
    for loss in losses:
        found.add(loss if loss.types is not None and loss.owners is not None else reach(loss))
    return found


def _kinds(types: frozenset[str]) -> str:
    return "records of any type" if types == EVERY else ", ".join(sorted(types))


def _concerned(types: frozenset[str] | None) -> frozenset[str]:
    if types is None:
        return EVERY
    return frozenset(one for kind in types for one in _LEANS.get(kind, frozenset({kind}) & EVERY))


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
    target = references.parse(text)
    if target is None:
        return "" if "/" in text else None
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


def reaching(files: list[Path]) -> Callable[[Loss], Loss]:
    """Finds out whom a loss may concern from what its file, and the others beside it, hold."""
    seen: dict[Path, Holdings] = {}

    def holdings(file: Path) -> Holdings:
        if file not in seen:
            seen[file] = Holdings.of(file)
        return seen[file]

    def reach(loss: Loss) -> Loss:
        mine = holdings(loss.file)
        if not loss.damaged:
            return replace(loss, owners=loss.owners if loss.owners is not None else mine.own)
        others = [holdings(one) for one in files if one != loss.file]
        others = [one for one in others if one.types]
        types, owners = _layout(mine, others)
        return replace(
            loss,
            types=loss.types if loss.types is not None else types,
            owners=loss.owners if loss.owners is not None else owners,
        )

    return reach


def _layout(mine: Holdings, others: list[Holdings]) -> tuple[frozenset[str] | None, frozenset[str] | None]:
    """(types, owners) of what a file may have lost, by how the source is laid out."""
    if mine.named and mine.types <= mine.named:
        return mine.named, None
    if others and all(len(one.patients) <= 1 for one in others):
        if 0 < len(mine.patients) < FEW:
            return None, mine.patients
        whose = [patient for one in others for patient in one.patients]
        if not mine.patients and len(whose) > 1 and len(whose) == len(set(whose)):
            return None, frozenset()
    if len(others) > 1 and len(mine.types) == 1 and all(len(one.types) == 1 for one in others):
        return mine.types, None
    return None, None
