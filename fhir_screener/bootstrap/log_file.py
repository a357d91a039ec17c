"""A screening log as a file: CSV with the flow's numbers above the rows, or XLSX with them on a second sheet.

The file is whole before anybody gets it: a server that fails half-way leaves no half log. Rows pass one page at a time.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO, Any, Literal

from fhir_screener.bootstrap.office import Office
from fhir_screener.criteria.model import Study
from fhir_screener.fhir.task.study_log import StudyLog
from fhir_screener.screening.study_log import Entry, Flow, cells, headings

Format = Literal["csv", "xlsx"]
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
Naming = Callable[[Sequence[str]], Mapping[str, str]]
"""{patient id: name} of a batch of patients."""
_IN_MEMORY = 4_000_000
"""Bytes; a longer log waits on disk, in a file that nobody else can open."""


def log_file(office: Office, study: Study, format: Format, naming: Naming | None = None) -> IO[bytes]:
    """The log, to be read from the beginning and closed. With `naming`, also whose it is. Raises ServerError."""
    log = StudyLog(office.servers.target, office.servers.target_capability, office.setting)
    criteria = [criterion.id for criterion in study.criteria]
    flow = Flow(log.last_sweep(study.id), criteria)
    rows = _rows(log.entries(study.id), flow, criteria, naming)
    top = headings(criteria, named=naming is not None)
    return _csv(study, top, rows, flow) if format == "csv" else _xlsx(study, top, rows, flow)


def _rows(
    batches: Iterable[list[tuple[Entry, str]]], flow: Flow, criteria: Sequence[str], naming: Naming | None
) -> Iterator[list[str]]:
    for batch in batches:
        who = naming([patient for _, patient in batch]) if naming is not None and batch else {}
        for entry, patient in batch:
            flow.add(entry)
            shown = replace(entry, patient=patient, name=who.get(patient, "")) if naming is not None else entry
            yield cells(shown, criteria, named=naming is not None)


def _csv(study: Study, top: list[str], rows: Iterable[list[str]], flow: Flow) -> IO[bytes]:
    with TemporaryFile("w+", encoding="utf-8", newline="") as body:
        csv.writer(body).writerows(rows)
        file: Any = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (whoever asked for it closes it)
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow([f"# Screening log of {study.id}"])
        writer.writerows([f"# {what}", number] for what, number in flow.rows())
        writer.writerow(top)
        body.seek(0)
        while piece := body.read(65_536):
            text.write(piece)
        text.detach()
    file.seek(0)
    return file  # type: ignore[no-any-return]


def _xlsx(study: Study, top: list[str], rows: Iterable[list[str]], flow: Flow) -> IO[bytes]:
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Screening log")
    sheet.freeze_panes = "B2"
    sheet.append(top)
    for row in rows:
        sheet.append(row)
    numbers = book.create_sheet("CONSORT")
    numbers.append([f"Screening log of {study.id}"])
    for what, number in flow.rows():
        numbers.append([what, number])
    file: Any = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 (whoever asked for it closes it)
    book.save(file)
    file.seek(0)
    return file  # type: ignore[no-any-return]
