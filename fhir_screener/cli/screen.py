"""`screen`: judge every patient of a source, and print one answer each."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import IO, Annotated, Literal

import orjson
import typer

from fhir_screener.cli import render
from fhir_screener.cli.as_of import Reach, ahead
from fhir_screener.cli.options import (
    AsOf,
    ChartsArgument,
    OutOption,
    SiteOption,
    StudyOption,
    catalog,
    day,
    new_app,
    read_settings,
)
from fhir_screener.cli.progress import progress
from fhir_screener.cli.sources import Opened, ended, open_source
from fhir_screener.cli.speech import Speech
from fhir_screener.screening.screen import screen as judge
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.screening.wire import to_line, to_wire
from fhir_screener.studies.load import Loaded

app = new_app()
Format = Literal["table", "json", "ndjson"]
SHOWN = 20
"""Lines of a kind in the summary; the rest are counted."""


@app.command()
def screen(
    source: ChartsArgument,
    study: StudyOption,
    as_of: AsOf = "",
    site: SiteOption = "",
    patient: Annotated[
        list[str] | None, typer.Option("--patient", metavar="ID", help="Only this patient id; may be given again.")
    ] = None,
    format: Annotated[Format, typer.Option("--format", help="How to answer.")] = "table",
    out: OutOption = None,
    report: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE", help="Write counts, and all that could not be read, there as JSON."),
    ] = None,
) -> int:
    """Judge every patient of SOURCE against a study. Nothing is written to any server.

    A table shows who is worth a look; json and ndjson answer for everybody. The summary goes to standard error.
    """
    settings = read_settings(site=site)
    loaded = catalog(settings).load([study])
    when = day(as_of, loaded.studies[0].zone)
    reach = Reach(when)
    wanted = [name.removeprefix("Patient/") for name in patient or []]
    opened = open_source(source, settings, loaded, when, wanted)
    with ExitStack() as stack:
        stream = stack.enter_context(out.open("wb")) if out else sys.stdout.buffer
        counts = _write(_screenings(opened, loaded, when, reach), format, stream, loaded)
    missing = [name for name in wanted if name not in opened.answered]
    opened.unread.update({name: "there is no such patient" for name in missing if name not in opened.unread})
    opened.warnings.extend(said for said in (ahead(when), reach.said) if said)
    sys.stderr.write(_summary(loaded.studies[0].id, when, counts, opened))
    if report:
        report.write_bytes(_report(loaded.studies[0].id, when, counts, opened))
    return ended(opened, source, somebody=bool(opened.answered or opened.problems or missing))


def _screenings(opened: Opened, loaded: Loaded, when: date, reach: Reach) -> Iterator[Screening]:
    study = loaded.studies[0]
    with progress("screening") as step:
        for done, record in enumerate(opened.records(), 1):
            reach.look(record)
            yield judge(study, record, when, loaded.terminology)
            step(done, opened.total())


def _write(screenings: Iterator[Screening], form: Format, stream: IO[bytes], loaded: Loaded) -> Counter[Outcome]:
    """Writes each answer as it is found; only the table waits for the last, and keeps a few lines of each."""
    counts: Counter[Outcome] = Counter()
    rows: list[render.Row] = []
    minor, speech = loaded.studies[0].minor, Speech(loaded=loaded)
    for number, screening in enumerate(screenings):
        counts[screening.outcome] += 1
        if form == "ndjson":
            stream.write(to_line(screening) + b"\n")
        elif form == "json":
            stream.write((b",\n" if number else b"[\n") + orjson.dumps(to_wire(screening), option=orjson.OPT_INDENT_2))
        elif screening.outcome.kept:
            rows.append(render.Row.of(screening, minor, speech))
    if form == "json":
        stream.write(b"\n]\n" if counts else b"[]\n")
    elif form == "table":
        stream.write(render.table(rows).encode())
    stream.flush()
    return counts


def _summary(study: str, when: date, counts: Counter[Outcome], opened: Opened) -> str:
    """Counts and whatever could not be read."""
    patients = "patient" if counts.total() == 1 else "patients"
    lines = [f"{study} as of {when}: {counts.total():,} {patients} answered"]
    lines += [f"  {counts[outcome]:>9,} {outcome.value}" for outcome in reversed(Outcome) if counts[outcome]]
    lines += _some("could not be read", opened.problems)
    lines += _some("warning", opened.warnings)
    lines += _some("not answered", [f"Patient/{patient}: {why}" for patient, why in sorted(opened.unread.items())])
    return "\n".join(lines) + "\n"


def _report(study: str, when: date, counts: Counter[Outcome], opened: Opened) -> bytes:
    body = {
        "study": study,
        "as_of": when.isoformat(),
        "source": opened.name,
        "patients": counts.total(),
        "outcomes": {outcome.value: number for outcome, number in counts.items()},
        "unread": opened.unread,
        "problems": opened.problems,
        "warnings": opened.warnings,
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def _some(kind: str, said: list[str]) -> list[str]:
    lines = [f"{kind}: {one}" for one in said[:SHOWN]]
    return [*lines, f"{kind}: and {len(said) - SHOWN:,} more"] if len(said) > SHOWN else lines
