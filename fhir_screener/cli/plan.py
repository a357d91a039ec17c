"""`plan`: what a sweep would ask a server for, and what that hides."""

from __future__ import annotations

import re
import sys

from rich.text import Text

from fhir_screener.bootstrap import Servers, server_source
from fhir_screener.cli.console import BOLD, YELLOW, Page, columns, width
from fhir_screener.cli.options import (
    AsOf,
    CohortOption,
    SourceOption,
    StudyOption,
    catalog,
    day,
    new_app,
    read_settings,
)
from fhir_screener.fhir.server_source import ServerSource

app = new_app()
_REQUEST = "request, for a batch of patients"


@app.command()
def plan(study: StudyOption, source: SourceOption = "", as_of: AsOf = "", cohort: CohortOption = "") -> int:
    """The read plan for a study on a server: what is asked for, type by type, and what that hides. Reads only /metadata."""
    settings = read_settings(source_url=source, cohort=cohort)
    loaded = catalog(settings).load([study])
    servers = Servers(settings)
    when = day(as_of, loaded.studies[0].zone)
    reader = server_source(settings, loaded, as_of=when, servers=servers)
    title = f"{loaded.studies[0].id} on {servers.source_url}"
    software = servers.source_capability.software
    sys.stdout.write(_text(title + (f" ({software})" if software else ""), reader, settings.cohort))
    return 0


def _lines(request: str, room: int) -> list[str]:
    """A request in lines of so much room, broken before a parameter and nowhere else."""
    lines = [""]
    for part in re.split("(?=&)", request):
        if lines[-1] and len(lines[-1]) + len(part) > room:
            lines.append("")
        lines[-1] += part
    return lines


def _text(title: str, reader: ServerSource, cohort: str) -> str:
    page = Page()
    page.line(title, BOLD)
    whose = "the study's own" if cohort == "study" else cohort
    page.line(f"Server profile {reader.plan.profile.name}; cohort: {whose}")
    page.line("A type is read whole where nothing is said to be hidden.")
    page.line()
    grid, rows = columns("type", _REQUEST, wide=[_REQUEST]), reader.plan.rows()
    room = width() - max(len(kind) for kind, _, _ in rows) - 2
    for kind, how, hides in rows:
        told = Text("\n".join(_lines(how, room)))
        if hides:
            told.append(f"\nhides {hides}", style=YELLOW)
        grid.add_row(kind, told)
    page.table(grid)
    if reader.hidden:
        page.line()
    for note in reader.hidden:
        page.item(note, style=YELLOW)
    return str(page)
