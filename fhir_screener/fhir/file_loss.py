"""What a file lost, and whom that may concern: a failure to read is never an answer.

A record that cannot be read may be the one that excludes its patient. So its type counts as not fetched for the
patient it names; for whomever it may concern where it names nobody.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

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
