"""Opening a SOURCE: a path or a FHIR base URL, seen as one thing."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fhir_screener.errors import UsageError
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.settings import Settings
from fhir_screener.studies.load import Loaded


@dataclass
class Opened:
    """An open source. `problems` are whole lines for the report, `unread` {patient id: why}: filled while reading."""

    name: str
    read: Callable[[Opened], Iterator[PatientRecord]]
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    unread: dict[str, str] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    total: Callable[[], int | None] = lambda: None
    """How many patients there are, once that is known."""

    def records(self) -> Iterator[PatientRecord]:
        """The charts, each once."""
        for record in self.read(self):
            self.answered.add(record.patient.id)
            yield record


def is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


def open_source(source: str, settings: Settings, loaded: Loaded, as_of: date, patients: Sequence[str] = ()) -> Opened:
    """Open a source for reading all patients, or only those named. Raises UsageError where there is nothing to open."""
    if is_url(source):
        return _server(source, settings, loaded, as_of, patients)
    path = Path(source)
    if not path.exists():
        raise UsageError(
            f"{source}: there is no such file or folder (a server's address starts with http:// or https://)"
        )
    return _folder(path, loaded, patients)


def ended(opened: Opened, source: str, *, somebody: bool) -> int:
    """The exit code once all is read: 1 where something could not be, or, with a line that says so, nobody was found."""
    if not somebody:
        sys.stderr.write(f"fhir-screener: {source}: no patient was found there; give a folder or file of FHIR R4\n")
        return 1
    return 1 if opened.problems or opened.unread else 0


def _folder(path: Path, loaded: Loaded, patients: Sequence[str]) -> Opened:
    from fhir_screener.fhir.files import FolderSource

    folder = FolderSource(path, loaded.terminology, only=patients or None)

    def read(opened: Opened) -> Iterator[PatientRecord]:
        yield from folder.records()
        opened.problems, opened.warnings = folder.problems, folder.notes
        opened.unread.update({one: why for one, why in folder.unread.items() if one not in opened.answered})

    return Opened(str(path), read, total=lambda: folder.count)


def _server(source: str, settings: Settings, loaded: Loaded, as_of: date, patients: Sequence[str]) -> Opened:
    from fhir_screener.bootstrap import server_source
    from fhir_screener.screening.sweep_plan import batches

    reader = server_source(settings, loaded, source, as_of=as_of)
    ids = list(patients) or list(reader.cohort())

    def read(opened: Opened) -> Iterator[PatientRecord]:
        for some in batches(ids, settings.batch_size):
            batch = reader.read(some)
            opened.unread.update({item.patient: item.why for item in batch.unread})
            opened.warnings.extend(w for w in batch.warnings if w not in opened.warnings)
            yield from batch.records

    hidden = [] if patients else list(reader.hidden)
    return Opened(source, read, warnings=hidden, total=lambda: len(ids))
