"""Opening a SOURCE: a path or a FHIR base URL, seen as one thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fhir_screener.errors import UsageError
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.settings import Settings
from fhir_screener.studies.load import Loaded


@dataclass
class Opened:
    """An open source. `problems` are whole lines for the report, `unread` {patient id: why}, both filled while reading."""

    name: str
    records_of: Iterator[PatientRecord]
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)

    def records(self) -> Iterator[PatientRecord]:
        for record in self.records_of:
            self.answered.add(record.patient.id)
            yield record


def is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def open_source(source: str, settings: Settings, loaded: Loaded, patients: Sequence[str] = ()) -> Opened:
    """Open a source for reading all patients, or only those named. Raises UsageError where there is nothing to open."""
    if is_url(source):
        return _server(source, settings, loaded, patients)
    path = Path(source)
    if not path.exists():
        raise UsageError(
            f"{source}: there is no such file or folder (a server's address starts with http:// or https://)"
        )
    return _folder(path, loaded, patients)


def _folder(path: Path, loaded: Loaded, patients: Sequence[str]) -> Opened:
    from fhir_screener.fhir.files import FolderSource

    folder = FolderSource(path, loaded.terminology, only=patients or None)
    opened = Opened(str(path), iter(()), problems=folder.problems, warnings=folder.notes)

    def read() -> Iterator[PatientRecord]:
        yield from folder.records()

    opened.records_of = read()
    return opened


def _server(source: str, settings: Settings, loaded: Loaded, patients: Sequence[str]) -> Opened:
    from fhir_screener.bootstrap import server_source

    reader = server_source(settings, loaded, source)
    opened = Opened(source, iter(()))
    size = settings.batch_size

    def read() -> Iterator[PatientRecord]:
        ids = list(patients) or list(reader.cohort())
        for start in range(0, len(ids), size):
            batch = reader.read(ids[start : start + size])
            opened.unread.update({item.patient: item.why for item in batch.unread})
            opened.warnings.extend(w for w in batch.warnings if w not in opened.warnings)
            yield from batch.records

    opened.records_of = read()
    return opened
