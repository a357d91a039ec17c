"""Charts from files: Bundles, single resources, NDJSON, folders of them; plain or gzip, whatever the names.

Nothing needs to be in order: a patient's records may lie in any file. What cannot be read is named, once and clearly, and
everything else is answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from fhir_screener.errors import DataError, UsageError
from fhir_screener.fhir.bundles import take_apart
from fhir_screener.fhir.decode.assemble import assemble
from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.chart import Chart
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.lean import FORMS
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.decode.tolerant import BROKEN, kind_of, loads
from fhir_screener.fhir.file_lines import batches
from fhir_screener.fhir.spill import Spill, part_of
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.terminology.valueset import Terminology

_OTHER_VERSIONS = {
    "MedicationOrder": "DSTU2",
    "DiagnosticOrder": "DSTU2",
    "ProcedureRequest": "STU3",
    "ReferralRequest": "STU3",
    "DeviceUseRequest": "STU3",
    "MedicationUsage": "R5",
}
_MEMORY = 128 << 20


class _Place:
    """Where we are; put into words only when there is a problem."""

    def __init__(self, name: str) -> None:
        self.name, self.line = name, 0

    def __str__(self) -> str:
        return f"{self.name}:{self.line}" if self.line else self.name


class FolderSource:
    """The charts in a file or folder. Iterate over `records()`, then look at `problems` and `notes`.

    `only`: the patient ids that are wanted, None for all. `memory`: bytes of records held before they go to a private
    temporary folder on disk. Raises UsageError where there is no such file or folder.
    """

    def __init__(
        self,
        path: str | Path,
        terminology: Terminology,
        *,
        only: Collection[str] | None = None,
        memory: int = _MEMORY,
    ) -> None:
        self.path = Path(path)
        if not self.path.exists():
            raise UsageError(f"{self.path}: no such file or folder; give a folder of NDJSON or Bundles, or one file")
        self._terminology, self._only, self._memory = terminology, only, memory
        self.problems: list[str] = []
        """What could not be read: `file:line: what`, or a Patient without an id."""
        self.notes: list[str] = []
        """What was left out for a good reason: files that are no JSON, records whose patient is not here."""
        self.count: int | None = None
        """How many patients there are; known once `records()` gives the first, unless there were too many for memory."""

    def __iter__(self) -> Iterator[PatientRecord]:
        return self.records()

    def records(self) -> Iterator[PatientRecord]:
        """Each distinct Patient once, in the newest version, with the whole chart."""
        self.problems, self.notes, self.count = [], [], None
        collector = Collector(Book(self._terminology), References(), self._only)
        with Spill() as spill:
            for file in self._files():
                self._file(file, collector, spill)
            stray: Counter[str] = Counter()
            if collector.overflow is None:
                self.count = sum("Patient" in chart for chart in collector.charts.values())
                yield from self._all(collector, collector.charts, stray)
            else:
                yield from self._parts(collector, spill, stray)
        self._close(collector, stray)

    def _files(self) -> list[Path]:
        if self.path.is_file():
            return [self.path]
        found = [one for one in self.path.rglob("*") if one.is_file()]
        return sorted(
            one for one in found if not any(part.startswith(".") for part in one.relative_to(self.path).parts)
        )

    def _file(self, file: Path, collector: Collector, spill: Spill) -> None:
        place = _Place(str(file.relative_to(self.path)) if file != self.path else file.name)
        trouble: dict[str, list[int]] = {}
        whole: list[bytes] | None = None
        try:
            for first, lines in batches(file):
                if whole is not None:
                    whole += lines
                    continue
                if place.line == 0:
                    shape = _shape(lines)
                    if shape == "":
                        self.notes.append(f"{place.name}: is not JSON; left out")
                        return
                    if shape == "whole":
                        whole = lines
                        continue
                self._lines(first, lines, place, collector, trouble)
                if collector.held > self._memory and collector.overflow is None:
                    collector.overflow = spill
        except DataError as error:
            self.problems.append(f"{place}: {error.what}; what came before it is read")
        if whole is not None:
            self._whole(b"\n".join(whole), place, collector, trouble)
        for what, at in trouble.items():
            more = f" (and {len(at) - 1} more lines of this file)" if len(at) > 1 else ""
            self.problems.append(f"{place.name}{f':{at[0]}' if at[0] else ''}: {what}{more}")

    def _lines(
        self, first: int, lines: list[bytes], place: _Place, collector: Collector, trouble: dict[str, list[int]]
    ) -> None:
        take = collector.take
        for place.line, line in enumerate(lines, first):
            try:
                kind = kind_of(line)
                if kind in FORMS:
                    take(kind, line, place)
                elif line.strip():
                    self._odd(kind, line, place, collector)
            except DataError as error:
                if line.strip():
                    trouble.setdefault(error.what, []).append(place.line)

    def _whole(self, body: bytes, place: _Place, collector: Collector, trouble: dict[str, list[int]]) -> None:
        """A file that is one JSON object over many lines."""
        place.line = 0
        try:
            kind = kind_of(body)
            if kind in FORMS:
                collector.take(kind, body, place)
            else:
                self._odd(kind, body, place, collector)
        except DataError as error:
            trouble.setdefault(error.what, []).append(0)

    def _odd(self, kind: str, data: bytes, place: _Place, collector: Collector) -> None:
        """A Bundle; or what is no resource that we read. Raises DataError for what is no FHIR R4."""
        if kind == "Bundle":
            for part in take_apart(data, collector.references.bases):
                if part.kind in FORMS:
                    collector.take(part.kind, part.data, place, part.spare_id)
                elif part.kind == "Bundle":
                    self._odd(part.kind, part.data, place, collector)
        elif kind in _OTHER_VERSIONS:
            raise DataError(f"{kind} is a type of FHIR {_OTHER_VERSIONS[kind]}; only R4 is read")
        elif not kind:
            hint = " (it has `resources`; give one resource a line)" if b'"resources"' in data[:4096] else ""
            raise DataError(f"JSON, but no FHIR resource: it has no resourceType{hint}")

    def _parts(self, collector: Collector, spill: Spill, stray: Counter[str]) -> Iterator[PatientRecord]:
        """Part by part: what is on disk, together with what stayed in memory."""
        collector.overflow = None
        held: dict[int, dict[str, Chart]] = {}
        for patient, chart in collector.charts.items():
            held.setdefault(part_of(patient), {})[patient] = chart
        for part in spill.parts():
            collector.charts = held.pop(part, {})
            spill.restore(part, collector)
            yield from self._all(collector, collector.charts, stray)

    def _all(self, collector: Collector, charts: dict[str, Chart], stray: Counter[str]) -> Iterator[PatientRecord]:
        for patient in list(charts):
            chart = charts.pop(patient)
            record = assemble(collector, chart)
            if record is not None:
                yield record
            else:
                stray["patients"] += 1
                stray["records"] += sum(map(len, chart.values()))

    def _close(self, collector: Collector, stray: Counter[str]) -> None:
        self.problems += map(str, collector.problems)
        if stray:
            self.notes.append(
                f"{stray['records']} records of {stray['patients']} patients were left out: their Patient is not in these files"
            )
        if collector.unowned:
            counts = ", ".join(f"{count} {kind}" for kind, count in sorted(collector.unowned.items()))
            self.notes.append(f"records that name no patient were left out: {counts}")


def _shape(lines: list[bytes]) -> str:
    """`lines` (NDJSON), `whole` (one object over many lines), "" (no JSON), from the first lines of a file."""
    filled = [line for line in lines[:50] if line.strip()][:2]
    if not filled:
        return "lines"
    if not filled[0].lstrip().startswith(b"{"):
        return ""
    try:
        loads(filled[0])
    except BROKEN:
        return "lines" if len(filled) < 2 or filled[1].startswith(b"{") else "whole"
    return "lines"
