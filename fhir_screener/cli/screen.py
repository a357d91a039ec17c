"""`screen`: judge every patient of a source, and print one answer each."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO, Annotated

import orjson
import typer

from fhir_screener.cli import render
from fhir_screener.cli.options import AsOf, StudyOption, catalog, day
from fhir_screener.cli.sources import Opened, open_source
from fhir_screener.errors import UsageError
from fhir_screener.screening.screen import screen as judge
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.wire import to_wire
from fhir_screener.settings import Settings
from fhir_screener.studies.load import Loaded

FORMATS = ("table", "json", "ndjson")


def screen(
    source: Annotated[
        str, typer.Argument(help="A file or folder of FHIR (NDJSON or Bundles, .gz too), or a FHIR base URL.")
    ],
    study: StudyOption,
    as_of: AsOf = "",
    patient: Annotated[
        list[str] | None, typer.Option("--patient", help="Only this patient id; may be given again.")
    ] = None,
    format: Annotated[str, typer.Option("--format", help="table, json or ndjson.")] = "table",
    out: Annotated[Path | None, typer.Option("--out", help="Write there instead of to the screen.")] = None,
) -> int:
    """Judge every patient of SOURCE against a study. Nothing is written to any server."""
    if format not in FORMATS:
        raise UsageError(f"--format: {format!r} is not known: one of {', '.join(FORMATS)}")
    settings = Settings.from_env(os.environ)
    loaded = catalog(settings).load([study])
    when = day(as_of, loaded.studies[0].zone)
    wanted = [name.removeprefix("Patient/") for name in patient or []]
    opened = open_source(source, settings, loaded, wanted)
    with ExitStack() as stack:
        stream = stack.enter_context(out.open("wb")) if out else sys.stdout.buffer
        counts = _write(_screenings(opened, loaded, when), format, stream)
    missing = [name for name in wanted if name not in opened.answered]
    render.summary(loaded.studies[0], when, counts, opened, missing)
    return 1 if opened.problems or opened.unread or missing else 0


def _screenings(opened: Opened, loaded: Loaded, when: date) -> Iterator[Screening]:
    study = loaded.studies[0]
    for record in opened.records():
        yield judge(study, record, when, loaded.terminology)


def _write(screenings: Iterator[Screening], form: str, stream: IO[bytes]) -> Counter[str]:
    counts: Counter[str] = Counter()
    rows: list[Screening] = []
    for number, screening in enumerate(screenings):
        counts[screening.outcome.value] += 1
        if form == "ndjson":
            stream.write(orjson.dumps(to_wire(screening)) + b"\n")
        elif form == "json":
            stream.write((b",\n" if number else b"[\n") + orjson.dumps(to_wire(screening), option=orjson.OPT_INDENT_2))
        elif screening.outcome.kept:
            rows.append(screening)
    if form == "json":
        stream.write(b"\n]\n" if counts else b"[]\n")
    elif form == "table":
        stream.write(render.table(rows).encode())
    stream.flush()
    return counts
