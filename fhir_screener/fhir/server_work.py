"""One batch of patients in the making: what came, what failed and for whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import msgspec

from fhir_screener.fhir.answer import Answer
from fhir_screener.fhir.decode.assemble import assemble
from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.lean import FORMS
from fhir_screener.fhir.decode.pending import Pending
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.search_warnings import Nobodys
from fhir_screener.fhir.server_batch import TypeResult
from fhir_screener.fhir.server_plan import WHERE_OFFERED, ReadPlan
from fhir_screener.fhir.session import FhirSession
from fhir_screener.records.facts import Patient
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.ports import Batch, Unread


@dataclass
class Work:
    """One batch in the making. `here`: the ids whose Patient came; `failed` {patient: types}."""

    session: FhirSession
    book: Book
    asked: list[str]
    unread: dict[str, str] = field(default_factory=dict)
    failed: dict[str, set[str]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)
    moved: dict[str, PatientRecord] = field(default_factory=dict)
    tried: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.collector = self._collector(self.asked)

    def _collector(self, patients: list[str]) -> Collector:
        bases = frozenset(str(one) for one in (self.session.origins.base, *self.session.origins.others))
        return Collector(self.book, References(bases), patients)

    @property
    def here(self) -> list[str]:
        charts = self.collector.charts
        return [one for one in self.asked if one in charts and "Patient" in charts[one].kept]

    def take(self, result: TypeResult) -> Nobodys | None:
        """Sort the resources of one type in; whatever else the server sent is dropped.

        What may be a patient's and names none of this source is counted: it is still to be found out whose it is.
        """
        lost = _sorted_in(result, self.collector)
        self._note(result, chart=result.type not in WHERE_OFFERED)
        for patient in result.failed if result.type not in WHERE_OFFERED else ():
            self.failed.setdefault(patient, set()).add(result.type)
        return Nobodys(result.type, lost) if lost and result.type not in WHERE_OFFERED else None

    def lacks(self, patient: str, result: TypeResult) -> bool:
        """Whether of what was read for this patient alone something names nobody, or could not be read."""
        return bool(_sorted_in(result, self._collector([patient])) or result.failed)

    def fail(self, kind: str, patients: Iterable[str], why: Nobodys) -> None:
        """These patients have records of this type that cannot be told to be theirs: it counts as not fetched."""
        self.warnings.append(str(why))
        for patient in patients:
            self.failed.setdefault(patient, set()).add(kind)

    def take_referred(self, result: TypeResult, whose: dict[str, Pending]) -> None:
        """Sort resources in that were asked for by their own ids; a failure is one of the records that refer to them."""
        for found in result.found:
            for entry in found.entries:
                wanted = whose.get(entry.id or "")
                if entry.type == result.type and wanted is not None:
                    owner = wanted.patients[0] if len(wanted.patients) == 1 else ""
                    where = f"{entry.type}/{entry.id}"
                    self.collector.take(entry.type, bytes(entry.resource), where, owner=owner)
        self._note(result, chart=False)
        if result.type in _MAY_BE_REFUSED and result.error is not None and not result.error.retryable:
            return
        for one in result.failed:
            for patient in whose[one].patients:
                self.failed.setdefault(patient, set()).update(whose[one].types)

    def _note(self, result: TypeResult, *, chart: bool = True) -> None:
        self.warnings += result.warnings
        if result.absent and chart:
            self.absent.add(result.type)
        elif result.absent:
            self.warnings.append(
                f"{result.type}: the server offers no search by id; what refers to them stays unresolved"
            )

    def found_alone(self, patient: str, answer: Answer) -> None:
        """A Patient read by id. One with another id is the survivor of a merger; one without any is nobody."""
        try:
            found = msgspec.json.decode(answer.body, type=_Named).id
        except msgspec.DecodeError:
            found = None
        if not found:
            self.unread[patient] = "the server answered with a Patient without an id that can be read"
        elif found == patient:
            self.collector.take("Patient", answer.body, f"Patient/{patient}")
        else:
            merged = Patient(id=patient, active=False, replaced_by=f"Patient/{found}")
            self.moved[patient] = PatientRecord(merged)

    def batch(self, plan: ReadPlan) -> Batch:
        """The records in the order asked for."""
        absent = self.absent | plan.absent
        records = []
        for patient in self.asked:
            chart = self.collector.charts.get(patient)
            record = assemble(self.collector, chart, self.failed.get(patient, ()), absent) if chart else None
            record = record or self.moved.get(patient)
            if record is not None:
                records.append(record)
            else:
                self.unread.setdefault(patient, "no such patient on this server")
        told = [f"{kind}: the server does not offer this type" for kind in sorted(absent)]
        problems = [str(one) for one in self.collector.problems]
        unread = tuple(Unread(one, self.unread[one]) for one in self.asked if one in self.unread)
        return Batch(tuple(records), unread, tuple(dict.fromkeys((*told, *self.warnings, *problems))))


def _sorted_in(result: TypeResult, collector: Collector) -> int:
    """How many records were left out that may be a patient's."""
    lost = 0

    def count(what: str, data: bytes, damaged: bool) -> None:
        nonlocal lost
        lost += 1

    collector.on_loss = count
    for found in result.found:
        for entry in found.entries:
            if entry.type == result.type and entry.type in FORMS:
                collector.take(entry.type, bytes(entry.resource), f"{entry.type}/{entry.id or '?'}")
    return lost


_MAY_BE_REFUSED = frozenset({"Specimen"})
"""Where a server will not show these, a warning says so, and the records that refer to them count as they stand."""


class _Named(msgspec.Struct):
    id: str | None = None
