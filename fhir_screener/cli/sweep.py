"""`sweep`: judge a server's patients, and keep one Task for each candidate."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

import orjson
import typer

from fhir_screener.bootstrap import Screener, build_screener
from fhir_screener.cli.as_of import warn_ahead
from fhir_screener.cli.options import (
    AsOf,
    CohortOption,
    SiteOption,
    SourceOption,
    TargetOption,
    catalog,
    new_app,
    parse_as_of,
    read_settings,
)
from fhir_screener.cli.progress import progress
from fhir_screener.cli.report_html import SUFFIXES, report_html
from fhir_screener.cli.report_text import report_text
from fhir_screener.errors import ScreenerError, ServerError, UsageError
from fhir_screener.screening.funnel import Reached
from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.sweep_plan import Head
from fhir_screener.screening.sweep_ports import Progress
from fhir_screener.screening.sweep_trouble import taken_up

app = new_app()
PATIENCE = 20.0
"""Seconds without anything done, after which a missing worker is likelier than a slow one."""
WORKER = "Start one with `celery -A workers.app worker`, and the same settings"


StudiesOption = Annotated[
    list[str] | None, typer.Option("--study", metavar="ID", help="Registry id of a study; may be given again.")
]
AllOption = Annotated[bool, typer.Option("--all", help="Every study of the mappings folder.")]
SinceOption = Annotated[str, typer.Option("--since", metavar="none", help="none: read all of each chart.")]
PatientsOption = Annotated[
    Path | None, typer.Option("--patients", help="A file of patient ids, one a line: the same as --cohort file:PATH.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Write nothing; say what would be written.")]
QueueOption = Annotated[
    bool | None,
    typer.Option("--queue/--inline", help="Leave the work to workers, or do it here; queued where a broker is set."),
]
EndAbandoned = Annotated[
    bool, typer.Option("--end-abandoned", help="First end a queued sweep of the study that nobody works on.")
]
ReportOption = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write the report there too, as JSON; as HTML where it ends so."),
]
HtmlOption = Annotated[
    Path | None,
    typer.Option("--report-html", metavar="FILE", help="Write the report there too, as one HTML file that prints."),
]
LangOption = Annotated[Literal["en", "zh"], typer.Option("--lang", help="The language of the HTML report.")]


@app.command()
def sweep(
    study: StudiesOption = None,
    all_studies: AllOption = False,
    source: SourceOption = "",
    target: TargetOption = "",
    site: SiteOption = "",
    since: SinceOption = "none",
    as_of: AsOf = "",
    cohort: CohortOption = "",
    patients: PatientsOption = None,
    dry_run: DryRun = False,
    queue: QueueOption = None,
    end_abandoned: EndAbandoned = False,
    report: ReportOption = None,
    html: HtmlOption = None,
    lang: LangOption = "en",
) -> int:
    """Judge the patients of a FHIR server, and keep one Task for each candidate on the target server.

    Run again, it changes only what has changed. A patient who could not be read whole changes no Task.
    """
    _check(study, all_studies, since)
    cohort = _cohort(cohort, patients)
    if end_abandoned and dry_run:
        raise UsageError("--end-abandoned closes a sweep's record, and --dry-run writes nothing: give one of the two")
    files = _files(report, html)
    settings = read_settings(source_url=source, target_url=target, site=site, cohort=cohort)
    screener = build_screener(settings)
    queued = settings.broker_url is not None if queue is None else queue
    studies = list(dict.fromkeys(study or catalog(settings).ids))
    judged_on = parse_as_of(as_of)
    warn_ahead(judged_on)
    if end_abandoned:
        for ended in screener.end_abandoned(studies):
            sys.stderr.write(f"ended {ended.sweep}: nobody worked on it\n")
    reports = (_queued if queued else _inline)(screener, studies, judged_on, dry_run)
    return tell(reports, screener, files, lang)


def _files(report: Path | None, html: Path | None) -> list[Path]:
    """The files to write, `html` among them; seen to be possible before anything is done."""
    if html is not None and html.suffix.lower() not in SUFFIXES:
        raise UsageError(f"--report-html: {html} should end in {SUFFIXES[0]}")
    files = [file for file in (report, html) if file is not None]
    for file in files:
        if not file.parent.is_dir():
            raise UsageError(f"--report: there is no folder {file.parent}")
    return files


def _check(study: list[str] | None, all_studies: bool, since: str) -> None:
    """Everything that can be seen to be wrong before anything is done."""
    if bool(study) == all_studies:
        raise UsageError("say which: --study ID, or --all")
    if since != "none":
        raise UsageError(
            f"--since {since}: incremental sweeps are not there yet; leave it out, and every chart is read whole"
        )


def _cohort(cohort: str, patients: Path | None) -> str:
    """The cohort of the two options, "" where neither is given."""
    if cohort and patients is not None:
        raise UsageError("--cohort and --patients both say who is read: give one of the two")
    option = "--patients" if patients is not None else "--cohort"
    file = str(patients or cohort.removeprefix("file:")) if patients or cohort.startswith("file:") else ""
    if file and not Path(file).is_file():
        raise UsageError(f"{option}: there is no file {file}")
    return f"file:{file}" if file else cohort


def _inline(screener: Screener, studies: Sequence[str], day: date | None, dry_run: bool) -> list[SweepReport]:
    with progress("sweeping") as step:
        return screener.sweep(studies, day, dry_run=dry_run, progress=step)


def _queued(screener: Screener, studies: Sequence[str], day: date | None, dry_run: bool) -> list[SweepReport]:
    """List the patients here, let workers do the rest, and watch them."""
    with progress("sweeping") as step:
        heads = screener.start(studies, day, dry_run=dry_run)
        try:
            return [screener.follow(head, _patient(step, screener, head), _warn) for head in heads]
        except KeyboardInterrupt:
            for head in heads:
                sys.stderr.write(f"fhir-screener: no longer watching {head.sweep}; {_left(screener, head)}\n")
            raise


def _warn(why: str) -> None:
    sys.stderr.write(f"warning: {why}\n")
    sys.stderr.flush()


def _left(screener: Screener, head: Head) -> str:
    """How a sweep stands that is no longer watched."""
    try:
        now = screener.sweeper.head(head.sweep)
        if not now.state.open:
            return "it is closed"
        if taken_up(screener.ledger, head.sweep):
            return "the workers go on with it"
    except ScreenerError as error:
        return f"whether a worker has it is not known: {error}"
    return f"no worker has taken it up yet, it waits in the queue. {WORKER} (beat then closes it); or end it: `sweep --end-abandoned`"


def _patient(step: Progress, screener: Screener, head: Head) -> Progress:
    """The same steps, and a word, once, when nobody seems to take up the work."""
    began, told = time.monotonic(), False

    def stepped(done: int, total: int | None) -> None:
        nonlocal told
        step(done, total)
        if not told and not done and time.monotonic() - began > PATIENCE:
            seen, told = taken_up(screener.ledger, head.sweep), True
            missing = f"no worker has taken it up in {PATIENCE:.0f} s; is one running? {WORKER}"
            sys.stderr.write(
                f"a worker began, and has finished nothing in {PATIENCE:.0f} s\n" if seen else f"{missing}\n"
            )

    return stepped


def tell(reports: Sequence[SweepReport], screener: Screener, files: Sequence[Path] = (), lang: str = "en") -> int:
    """Print the reports, write them to the files that are named; gives the exit code."""
    loaded = screener.benches.as_read([study.study for report in reports for study in report.studies])
    order = {study.id: [criterion.id for criterion in study.criteria] for study in loaded.studies}
    reached = _reached(screener, order)
    for report in reports:
        sys.stdout.write(report_text(report, order, reached))
    for file in files:
        if file.suffix.lower() in SUFFIXES:
            file.write_text(report_html(reports, loaded.studies, lang, reached), "utf-8")
            continue
        body = {"sweeps": [report.to_wire() for report in reports]}
        file.write_bytes(orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return max((report.exit_code for report in reports), default=0)


def _reached(screener: Screener, studies: Iterable[str]) -> dict[str, Reached]:
    """What became of the candidates since; a target that does not tell costs the report no more than that."""
    found = {}
    for study in studies:
        try:
            found[study] = screener.reports.reached(study)
        except ServerError as error:
            sys.stderr.write(f"warning: who was accepted or enrolled for {study} is not known: {error}\n")
    return found
