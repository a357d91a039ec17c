"""`plan`: what a sweep would ask a server for, and what that hides."""

from __future__ import annotations

import sys

from fhir_screener.bootstrap import Servers, server_source
from fhir_screener.cli.console import BOLD, YELLOW, Page, columns
from fhir_screener.cli.options import AsOf, SourceOption, StudyOption, catalog, day, new_app, read_settings
from fhir_screener.fhir.server_source import ServerSource

app = new_app()


@app.command()
def plan(study: StudyOption, source: SourceOption = "", as_of: AsOf = "") -> int:
    """The read plan for a study on a server: one row a resource type, and what it hides. Reads only /metadata."""
    settings = read_settings(source_url=source)
    loaded = catalog(settings).load([study])
    servers = Servers(settings)
    when = day(as_of, loaded.studies[0].zone)
    reader = server_source(settings, loaded, as_of=when, servers=servers)
    title = f"{loaded.studies[0].id} on {servers.source_url}"
    software = servers.source_capability.software
    sys.stdout.write(_text(title + (f" ({software})" if software else ""), reader, settings.cohort))
    return 0


def _text(title: str, reader: ServerSource, cohort: str) -> str:
    page = Page()
    page.line(title, BOLD)
    whose = "the study's own" if cohort == "study" else cohort
    page.line(f"Server profile {reader.plan.profile.name}; cohort: {whose}")
    page.line()
    grid = columns(
        "type", "request, for a batch of patients", "hides", wide=("request, for a batch of patients", "hides")
    )
    for kind, how, hides in reader.plan.rows():
        grid.add_row(kind, how, hides or "nothing")
    page.table(grid)
    if reader.hidden:
        page.line()
    for note in reader.hidden:
        page.item(note, style=YELLOW)
    return str(page)
