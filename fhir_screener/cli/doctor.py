"""`doctor`: what works here, what does not, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from rich.text import Text

from fhir_screener.cli.console import BOLD, GREEN, RED, YELLOW, Page
from fhir_screener.cli.doctor_checks import Level, Line, broker, installation, mappings
from fhir_screener.cli.doctor_servers import source_server, target_server
from fhir_screener.cli.options import SourceOption, TargetOption, new_app, read_settings
from fhir_screener.errors import ServerError
from fhir_screener.settings import Settings

app = new_app()
STYLES = {Level.OK: GREEN, Level.WARNING: YELLOW, Level.FAULT: RED}


@app.command()
def doctor(source: SourceOption = "", target: TargetOption = "") -> int:
    """Check settings, mappings, both servers and the broker. Writes nothing anywhere.

    Exit code: 0 nothing wrong (there may be warnings), 1 a fault, 3 a server or the broker cannot be reached.
    """
    settings = read_settings(source_url=source, target_url=target)
    worst = 0
    for title, lines in _parts(settings):
        found = list(lines)
        sys.stdout.write(_part(title, found))
        sys.stdout.flush()
        worst = max([worst, *(line.exit_code for line in found)])
    return worst


def _parts(settings: Settings) -> Iterator[tuple[str, Iterable[Line]]]:
    """Each part with a title; one that breaks off has said why in its last line."""
    yield "installation", installation(settings)
    yield "mappings", mappings(settings)
    yield f"source {settings.source_url or ''}", _guarded(source_server(settings))
    yield f"target {settings.writes_to or ''}", _guarded(target_server(settings))
    yield "broker", _guarded(broker(settings))


def _guarded(lines: Iterable[Line]) -> Iterator[Line]:
    try:
        yield from lines
    except ServerError as error:
        yield Line(Level.FAULT, str(error), exit_code=error.exit_code)


def _part(title: str, lines: Iterable[Line]) -> str:
    page = Page()
    page.line(title.strip(), BOLD)
    for line in lines:
        said = Text(line.what)
        if line.do:
            said.append(f". {line.do}")
        page.item(said, mark=Text(f"{line.level.value:<9}", style=STYLES[line.level]))
    return str(page)
