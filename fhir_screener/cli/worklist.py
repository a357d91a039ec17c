"""`worklist list` and `worklist show`: the candidates' Tasks on the target server. `worklist decide` has a file of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any, Literal

import orjson
import typer

from fhir_screener.bootstrap import Servers
from fhir_screener.cli import render
from fhir_screener.cli.console import Page, columns, is_narrow
from fhir_screener.cli.ledger import ledger
from fhir_screener.cli.options import SourceOption, TargetOption, catalog, new_app, read_settings
from fhir_screener.cli.settle_ways import ways_named
from fhir_screener.cli.speech import LangOption, Speech
from fhir_screener.cli.worklist_decide import decide
from fhir_screener.errors import UsageError
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.worklist import Row, Worklist
from fhir_screener.screening.candidate import NO_LONGER
from fhir_screener.screening.reworded import reworded
from fhir_screener.screening.status_words import status_words
from fhir_screener.screening.views import SHOWN
from fhir_screener.screening.wire import to_wire
from fhir_screener.sentence import say
from fhir_screener.settings import Settings

app = new_app(help="The candidates' Tasks, as coordinators see them.", group=True)
Format = Literal["table", "json"]
FormatOption = Annotated[Format, typer.Option("--format", help="How to answer.")]
MaybeStudy = Annotated[
    str, typer.Option("--study", metavar="ID", help="Registry id of the study; every study if not given.")
]
_AS_WRITTEN = say("Said again from what the sweep wrote. Names and words of records stand as they were recorded.")
RANK = {outcome: place for place, outcome in enumerate((*SHOWN, NO_LONGER))}


@app.command("list", short_help="The Tasks of a study, best first.")
def list_tasks(
    study: MaybeStudy = "",
    outcome: Annotated[
        list[str] | None,
        typer.Option(
            "--outcome",
            metavar="OUTCOME",
            help=f"{', '.join(SHOWN)} (these if not given) or {NO_LONGER}; may be given again.",
        ),
    ] = None,
    settle: Annotated[
        str,
        typer.Option(
            "--settle", metavar="WAY", help="Only what this would settle, as the list prints it: 'test: HBsAg'."
        ),
    ] = "",
    source: SourceOption = "",
    target: TargetOption = "",
    format: FormatOption = "table",
) -> int:
    """The Tasks of a study, best first: by outcome, then day of `later`, then fewest criteria open."""
    wanted = outcome or list(SHOWN)
    for name in wanted:
        if name not in RANK:
            raise UsageError(f"--outcome: {name!r} is not known: one of {', '.join(RANK)}")
    settings = read_settings(source_url=source, target_url=target)
    names = _studies(settings, study)
    loaded = catalog(settings).load(names)
    asked = ways_named(settle, loaded) if settle else frozenset()
    found: list[Row] = []
    for name in names:
        rows = open_worklist(settings).rows(name, wanted)
        found += (row for row in rows if not asked or asked.intersection(row.facets))
    found.sort(key=best_first)
    if format == "json":
        sys.stdout.buffer.write(_json([_plain(row) for row in found]))
    else:
        sys.stdout.write(_table(found, Speech(loaded=loaded), settle))
    return 0


@app.command("show", short_help="One Task with its whole ledger.")
def show(
    who: Annotated[str, typer.Argument(metavar="TASK_OR_PATIENT", help="Id of a Task, or of a patient.")],
    study: MaybeStudy = "",
    source: SourceOption = "",
    target: TargetOption = "",
    format: FormatOption = "table",
    lang: LangOption = "en",
) -> int:
    """One Task with its whole ledger: every criterion with its evidence, as of the day of the last change."""
    settings = read_settings(source_url=source, target_url=target)
    worklist, known = open_worklist(settings), catalog(settings)
    named = who.removeprefix("Task/").removeprefix("Patient/")
    studies = _studies(settings, study)
    for name in studies:
        patient = next((row.patient for row in worklist.rows(name, ()) if row.task == named), named)
        screening = worklist.screening(name, patient)
        if screening is not None:
            if format == "json":
                sys.stdout.buffer.write(_json(to_wire(screening)))
            else:
                loaded = known.load([name])
                speech = Speech(lang, loaded)
                sys.stdout.write(ledger(loaded[name], reworded(screening), speech))
                if lang != "en":
                    sys.stdout.write(f"\n{speech(_AS_WRITTEN)}\n")
            return 0
    raise UsageError(
        f"{who}: no Task and no patient with a Task of {', '.join(studies)} has this id. Whoever is excluded, gives no signal, or"
        " is for later beyond the study's `later_within` has none; see `fhir-screener worklist list`, or `fhir-screener why"
        f" {named} --study {studies[0]}` for a patient without a Task"
    )


app.command("decide", short_help="Accept, reject, snooze, assign, note or undo.")(decide)


def open_worklist(settings: Settings) -> Worklist:
    """The worklist on the target server of these settings."""
    servers = Servers(settings)
    return Worklist(servers.target, servers.target_capability, Setting(servers.identity, pool=settings.owner))


def best_first(row: Row) -> tuple[str, int, str, int, str]:
    """The order of the list; a Task that does not say how much is open goes by what would settle it."""
    still_open = max(row.summary.coverage.open, len(row.facets))
    return row.study, RANK.get(row.outcome, len(RANK)), str(row.eligible_from or ""), still_open, row.patient


def _studies(settings: Settings, study: str) -> list[str]:
    """Ids; the one named must exist, for a Task of a study that is not known says nothing to anybody."""
    known = catalog(settings)
    return [known.study(study).id] if study else list(known.ids)


def _table(rows: list[Row], speech: Speech, settle: str) -> str:
    if not rows and settle:
        return f"No Tasks of these outcomes that {settle!r} would settle.\n"
    if not rows:
        return "No Tasks: no sweep has found anybody yet, or none of this kind.\n"
    owned = any(row.owner for row in rows)
    names = ("patient", "outcome", "status", "last change", *(("owner",) if owned else ()), "open questions")
    narrow = is_narrow()
    page, grid = Page(), columns(*names[:-1]) if narrow else columns(*names, wide=names[-1:])
    asked = [render.ways(row.facets, speech) for row in rows]
    for row, ways in zip(rows, asked, strict=True):
        outcome = render.outcome_text(row.outcome, str(row.eligible_from or ""))
        owner = (row.owner,) if owned else ()
        grid.add_row(
            row.patient, outcome, speech(status_words(row.status)), row.as_of, *owner, *(() if narrow else (ways,))
        )
    if narrow:
        page.rows(grid, [(f"? {ways}",) for ways in asked])
    else:
        page.table(grid)
    page.line(_counted(rows))
    return str(page)


def _counted(rows: Iterable[Row]) -> str:
    studies: dict[str, int] = {}
    for row in rows:
        studies[row.study] = studies.get(row.study, 0) + 1
    return "; ".join(f"{study}: {number:,} Task{'' if number == 1 else 's'}" for study, number in studies.items())


def _plain(row: Row) -> dict[str, Any]:
    return {**asdict(row), "hand": row.hand.value, "standing": str(row.standing)}


def _json(body: object) -> bytes:
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
