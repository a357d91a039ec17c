"""Charts from files: Bundles, single resources, NDJSON, folders of them; plain or gzip, whatever the names.

Nothing needs to be in order: a patient's records may lie in any file. What cannot be read is named, once and clearly,
and everything else is answered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path

from fhir_screener.errors import UsageError
from fhir_screener.fhir.decode.assemble import assemble
from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.chart import Chart
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.file_layout import reaching
from fhir_screener.fhir.file_loss import Marks, marks
from fhir_screener.fhir.file_reader import FileReader
from fhir_screener.fhir.spill import Spill, part_of
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.terminology.terms import Terminology

_MEMORY = 128 << 20


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
        """What was left out for a good reason: files that are no JSON, records whose patient is not here.

        Also Patients that stand twice with different contents, neither of them newer.
        """
        self.unread: dict[str, str] = {}
        """{patient id: why} of those whose own Patient could not be read."""
        self.count: int | None = None
        """How many patients; known once `records()` gives the first, unless there were too many for memory."""

    def __iter__(self) -> Iterator[PatientRecord]:
        return self.records()

    def records(self) -> Iterator[PatientRecord]:
        """Each distinct Patient once, in the newest version, with the whole chart."""
        collector = Collector(self._book(), References(), self._only)
        reader = FileReader(self.path, collector)
        stray: Counter[str] = Counter()
        with Spill(self._terminology.whole) as spill:
            collector.limit, collector.spare = self._memory, spill
            files = self._files()
            for file in files:
                reader.read(file)
            lost = marks(reader.losses, reaching(files))
            self.problems[:] = [*reader.problems, *map(str, collector.problems)]
            self.unread = {one: why for one, why in lost.gone.items() if self._only is None or one in self._only}
            self.notes[:] = [*reader.notes, *lost.summary()]
            self.count = None
            if collector.overflow is None:
                self.count = sum("Patient" in chart.kept for chart in collector.charts.values())
                yield from _assembled(collector, stray, lost, self.notes)
            else:
                yield from _by_parts(collector, spill, stray, lost, self.notes)
        self.notes.extend(_left_out(collector, stray, self._only is None))

    def _book(self) -> Book:
        return Book.of(self._terminology)

    def _files(self) -> list[Path]:
        if self.path.is_file():
            return [self.path]
        return sorted(one for one in self.path.rglob("*") if one.is_file() and not _hidden(one.relative_to(self.path)))


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _by_parts(
    collector: Collector, spill: Spill, stray: Counter[str], lost: Marks, notes: list[str]
) -> Iterator[PatientRecord]:
    """Part by part: what is on disk, together with what stayed in memory."""
    collector.overflow = collector.spare = None
    held: dict[int, dict[str, Chart]] = {}
    for patient, chart in collector.charts.items():
        held.setdefault(part_of(patient), {})[patient] = chart
    for part in spill.parts():
        collector.charts = held.pop(part, {})
        spill.restore(part, collector)
        yield from _assembled(collector, stray, lost, notes)


def _assembled(collector: Collector, stray: Counter[str], lost: Marks, notes: list[str]) -> Iterator[PatientRecord]:
    charts = collector.charts
    for patient in list(charts):
        chart = charts.pop(patient)
        said = lost.said(patient)
        record = assemble(collector, chart, lost.failed(patient), problems=said)
        if record is not None:
            if chart.doubted():
                notes.append(f"Patient/{patient} stands twice, and says different things: the first was taken")
            yield record
        else:
            stray["patients"] += 1
            stray["records"] += len(chart)


def _left_out(collector: Collector, stray: Counter[str], all_wanted: bool) -> Iterator[str]:
    if stray:
        records, patients = stray["records"], stray["patients"]
        left = f"{records} record{_s(records)} of {patients} patient{_s(patients)} left out"
        yield f"{left}: their Patient is not in these files"
    if collector.unowned and all_wanted:
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(collector.unowned.items()))
        yield f"records that name no patient were left out: {counts}"


def _s(number: int) -> str:
    return "" if number == 1 else "s"
