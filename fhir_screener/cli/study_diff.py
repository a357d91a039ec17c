"""`study diff`: who would change outcome, and why, before a rule is changed."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from typing import Annotated, Literal

import orjson
import typer

from fhir_screener.cli.console import Page, columns, is_narrow
from fhir_screener.cli.options import AsOf, catalog, day, read_settings
from fhir_screener.cli.plain import durations
from fhir_screener.cli.progress import progress
from fhir_screener.cli.sources import Opened, open_source
from fhir_screener.screening.compare import Difference, compare
from fhir_screener.screening.screen import screen
from fhir_screener.studies.pair import Pair, pair_of

LONGEST = 120


def diff(
    old: Annotated[str, typer.Argument(help="The study as it is: registry id, or a study file.")],
    new: Annotated[str, typer.Argument(help="The study as it would be: a study file.")],
    on: Annotated[
        str, typer.Option("--on", metavar="CHARTS", help="The charts: a file or folder of FHIR, or a FHIR base URL.")
    ],
    as_of: AsOf = "",
    format: Annotated[Literal["table", "json"], typer.Option("--format", help="How to answer.")] = "table",
    every: Annotated[
        bool, typer.Option("--all", help="Also those whose outcome stays, and only criteria change.")
    ] = False,
) -> int:
    """Who would change outcome with NEW instead of OLD, which criterion does it, and why. Writes nothing anywhere."""
    settings = read_settings()
    pair = pair_of(old, new, catalog(settings))
    when = day(as_of, pair.new.zone)
    opened = open_source(on, settings, pair.loaded, when)
    found = list(_differences(pair, opened, when))
    moved = [one for one in found if one.moves]
    shown = found if every else moved
    if format == "json":
        sys.stdout.buffer.write(orjson.dumps([asdict(one) for one in shown], option=orjson.OPT_INDENT_2) + b"\n")
    else:
        sys.stdout.write(_table(shown))
    sys.stderr.write(_summary(pair, opened, when, moved, len(found) - len(moved)))
    return 1 if opened.problems or opened.unread else 0


def _differences(pair: Pair, opened: Opened, when: date) -> Iterator[Difference]:
    with progress("judging twice") as step:
        for done, record in enumerate(opened.records(), 1):
            was, now = (screen(study, record, when, pair.terminology) for study in (pair.old, pair.new))
            found = compare(was, now)
            step(done, opened.total())
            if found is not None:
                yield found


def _table(found: list[Difference]) -> str:
    if not found:
        return "Nobody changes outcome.\n"
    page, rows = Page(), list(_rows(found))
    names = ("patient", "outcome", "criterion", "verdict", "why")
    if is_narrow():
        grid, below = columns(*names[:2]), list[list[str]]()
        for patient, outcome, criterion, verdict, why in rows:
            if patient:
                grid.add_row(patient, outcome)
                below.append([])
            below[-1].append(f"{criterion} {verdict}: {why}" if criterion else why)
        page.rows(grid, below)
        return str(page)
    grid = columns(*names, wide=names[-1:])
    for row in rows:
        grid.add_row(*row)
    page.table(grid)
    return str(page)


def _rows(found: list[Difference]) -> Iterator[tuple[str, str, str, str, str]]:
    """Patient, outcome, criterion, verdict and why; what is said of a patient once is blank in the rows after."""
    for one in sorted(found, key=lambda each: (each.before, each.after, each.patient)):
        outcome = (f"{one.before} -> {one.after}" if one.moves else one.after).replace("_", " ")
        for number, change in enumerate(one.changes or ()):
            verdict = f"{change.before or 'absent'} -> {change.after or 'absent'}".replace("_", " ")
            first = (one.patient, outcome) if number == 0 else ("", "")
            yield *first, change.criterion, verdict, _cut(durations(change.why))
        if not one.changes:
            yield one.patient, outcome, "", "", "the anchor or the clocks changed"


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 4].rsplit(" ", 1)[0] + " ..."


def _summary(pair: Pair, opened: Opened, when: date, moved: list[Difference], quiet: int) -> str:
    counts = Counter((one.before, one.after) for one in moved)
    by = Counter(change.criterion for one in moved for change in one.changes)
    patients = f"{len(opened.answered):,} patients judged twice, as of {when}"
    lines = [f"{pair.new.id}: version {pair.old.version} -> {pair.new.version}; {patients}"]
    lines += [
        f"  {number:>9,} {before} -> {after}".replace("_", " ") for (before, after), number in sorted(counts.items())
    ]
    lines.append(f"  {len(moved):>9,} change outcome; {quiet:,} more change only in a criterion (--all shows them)")
    if by:
        lines.append("  by criterion: " + ", ".join(f"{name} {number:,}" for name, number in by.most_common()))
    if pair.changed:
        lines.append(f"  value sets that differ: {', '.join(pair.changed)}")
    lines += [f"could not be read: {problem}" for problem in opened.problems]
    lines += [f"not judged: Patient/{patient}: {why}" for patient, why in sorted(opened.unread.items())]
    lines += [f"warning: {warning}" for warning in opened.warnings]
    return "\n".join(lines) + "\n"
