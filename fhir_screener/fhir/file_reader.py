"""One file after another into a Collector, with every line that is no FHIR R4 named."""

from __future__ import annotations

from pathlib import Path

from fhir_screener.errors import DataError
from fhir_screener.fhir.bundles import take_apart
from fhir_screener.fhir.decode.collector import Collector
from fhir_screener.fhir.decode.lean import FORMS
from fhir_screener.fhir.decode.tolerant import BROKEN, kind_of, loads
from fhir_screener.fhir.file_lines import batches

_OTHER_VERSIONS = {
    "MedicationOrder": "DSTU2",
    "DiagnosticOrder": "DSTU2",
    "ProcedureRequest": "STU3",
    "ReferralRequest": "STU3",
    "DeviceUseRequest": "STU3",
    "MedicationUsage": "R5",
}


class _Place:
    """Where we are; put into words only when there is a problem."""

    def __init__(self, name: str) -> None:
        self.name, self.line = name, 0

    def __str__(self) -> str:
        return f"{self.name}:{self.line}" if self.line else self.name


class FileReader:
    """Reads files under `root`. `problems` and `notes` as in FolderSource."""

    def __init__(self, root: Path, collector: Collector) -> None:
        self._root, self._collector = root, collector
        self.problems: list[str] = []
        self.notes: list[str] = []
        self._place = _Place("")
        self._trouble: dict[str, list[int]] = {}

    def read(self, file: Path) -> None:
        """Everything in one file. Never raises for what is in it."""
        self._place = place = _Place(str(file.relative_to(self._root)) if file != self._root else file.name)
        self._trouble = {}
        try:
            self._batches(file)
        except DataError as error:
            self.problems.append(f"{place}: {error.what}; what came before is read")
        for what, at in self._trouble.items():
            more = f" (and {len(at) - 1} more lines of this file)" if len(at) > 1 else ""
            self.problems.append(f"{place.name}{f':{at[0]}' if at[0] else ''}: {what}{more}")

    def _batches(self, file: Path) -> None:
        found = batches(file)
        for first, lines in found:
            kind = shape(lines) if self._place.line == 0 else "lines"
            if kind == "lines":
                self._lines(first, lines)
            elif kind == "whole":
                rest = [line for _, more in found for line in more]
                self._one(b"\n".join([*lines, *rest]), 0)
            else:
                self.notes.append(f"{self._place.name}: {kind}; left out")
                return

    def _lines(self, first: int, lines: list[bytes]) -> None:
        self._place.line = first + len(lines) - 1
        for number, line in self._collector.take_lines(lines, first):
            if line.strip():
                self._one(line, number)

    def _one(self, data: bytes, line: int) -> None:
        """One JSON object; `line` is 0 where it is the whole file."""
        self._place.line = line
        try:
            kind = kind_of(data)
            if kind in FORMS:
                self._collector.take(kind, data, self._place)
            else:
                self._odd(kind, data)
        except DataError as error:
            self._trouble.setdefault(error.what, []).append(line)

    def _odd(self, kind: str, data: bytes) -> None:
        """A Bundle; or what is no resource that we read. Raises DataError for what is no FHIR R4."""
        if kind == "Bundle":
            for part in take_apart(data, self._collector.references.bases):
                if part.kind in FORMS:
                    self._collector.take(part.kind, part.data, self._place, part.spare_id)
                    continue
                try:
                    self._odd(part.kind, part.data)
                except DataError as error:
                    # One odd entry costs itself, not the entries after it.
                    self.problems.append(f"{self._place}: an entry of the Bundle was left out: {error.what}")
        elif kind in _OTHER_VERSIONS:
            raise DataError(f"{kind} is a type of FHIR {_OTHER_VERSIONS[kind]}; only R4 is read")
        elif not kind:
            hint = " (it has `resources`; give one resource a line)" if b'"resources"' in data[:4096] else ""
            raise DataError(f"JSON, but no FHIR resource: it has no resourceType{hint}")


def shape(lines: list[bytes]) -> str:
    """What a file holds, by its first lines: `lines` (NDJSON), `whole` (one object over many lines), else in words."""
    filled = [line for line in lines[:50] if line.strip()]
    if not filled or any(line.startswith(b'{"') for line in filled[1:]):
        return "lines"
    start = filled[0].lstrip()
    if not start.startswith(b"{"):
        return "a JSON array, not a Bundle or NDJSON" if start.startswith(b"[") else "not JSON"
    try:
        loads(start)
    except BROKEN:
        return "whole" if len(filled) > 1 else "lines"
    return "lines"
