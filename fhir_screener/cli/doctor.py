"""`doctor`: what works here, what does not, and what to do about it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from rich.text import Text

from fhir_screener.cli.console import BOLD, GREEN, RED, YELLOW, Page
from fhir_screener.cli.doctor_checks import Level, Line, broker, fault, installation, mappings, warning
from fhir_screener.cli.doctor_servers import source_server, target_server
from fhir_screener.cli.options import SourceOption, TargetOption, new_app, sifted_settings
from fhir_screener.errors import ServerError
from fhir_screener.settings import Settings, variable

app = new_app()
STYLES = {Level.OK: GREEN, Level.WARNING: YELLOW, Level.FAULT: RED}


@app.command()
def doctor(source: SourceOption = "", target: TargetOption = "") -> int:
    """Check settings, mappings, both servers and the broker. Writes nothing anywhere; what is wrong stops no other check.

    Exit code: 0 nothing wrong (there may be warnings), 1 a fault, 3 a server or the broker cannot be reached.
    """
    settings, wrong = sifted_settings(source_url=source, target_url=target)
    worst = 0
    unusable: set[str] = set()
    for title, url, lines in _parts(settings, wrong, unusable):
        found = list(lines)
        sys.stdout.write(_part(title, found))
        sys.stdout.flush()
        worst = max([worst, *(line.exit_code for line in found)])
        if any(line.exit_code == ServerError.exit_code for line in found):
            unusable.add(url)
    return worst


def _parts(settings: Settings, wrong: dict[str, str], unusable: set[str]) -> Iterator[tuple[str, str, Iterable[Line]]]:
    """Each part with a title and address; one that breaks off has said why in its last line."""
    source, target = settings.source_url or "", settings.writes_to or ""
    if wrong:
        yield "settings", "", [fault(why, "") for why in wrong.values()]
    yield "installation", "", installation(settings, wrong)
    yield "mappings", "", _unless(wrong, ("mappings", "site"), mappings(settings))
    yield f"source {source}", source, _unless(wrong, ("source_",), source_server(settings))
    if target in unusable:
        yield f"target {target}", target, [Line(Level.FAULT, "the same server as the source", exit_code=3)]
    else:
        own = ("target_",) if settings.target_url else ("target_", "source_")
        yield f"target {target}", target, _unless(wrong, own, target_server(settings))
    yield "broker", "", _unless(wrong, ("broker_", "ledger_"), broker(settings))


def _unless(wrong: dict[str, str], settings: Sequence[str], lines: Iterable[Line]) -> Iterator[Line]:
    """The lines of a part; where a setting that begins so is wrong, that it was not looked at."""
    named = [name for name in wrong if name.startswith(tuple(map(variable, settings)))]
    if named:
        yield warning("not looked at", f"Correct {', '.join(named)} first")
        return
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
