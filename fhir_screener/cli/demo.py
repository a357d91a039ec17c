"""`demo`: the whole road on this machine, with real processes: hospital, FHIR server, broker, worker, Tasks."""

from __future__ import annotations

import os
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from fhir_screener.bootstrap import build_screener, worker
from fhir_screener.cli import render
from fhir_screener.cli.console import Page
from fhir_screener.cli.demo_day import MEI, live_through
from fhir_screener.cli.demo_pages import pages_of, stay
from fhir_screener.cli.demo_truth import compared
from fhir_screener.cli.options import catalog, new_app, read_settings
from fhir_screener.cli.progress import Step, progress
from fhir_screener.cli.report_text import report_text
from fhir_screener.cli.speech import Speech
from fhir_screener.cli.worklist import open_worklist
from fhir_screener.criteria.model import Study
from fhir_screener.errors import ServerError
from fhir_screener.sandbox.broker import broker
from fhir_screener.sandbox.hospital import TRUTH, write
from fhir_screener.sandbox.processes import Process, fhir_server
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.screening import Outcome
from fhir_screener.settings import DEMO_KEY, Settings

app = new_app()
STUDY, SITE = "NCT04660565", "example"
CHUNK = 25
"""Patients in a message: small, so that both hands of the worker have something to do, and the bar moves."""
ENDINGS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


@dataclass
class Ending:
    """Whether somebody has asked us to end. Python drops an interrupt that falls into the callback of a weak reference, and
    each import has one: what takes its time asks again, by `heed`.
    """

    told: bool = False

    def heed(self) -> None:
        if self.told:
            raise KeyboardInterrupt


@dataclass(frozen=True)
class Stage:
    """What is running: where, and as whose child."""

    settings: Settings
    folder: Path
    study: Study
    day: date
    server: Process
    worker: Process
    ending: Ending


@app.command()
def demo(
    patients: Annotated[
        int | None, typer.Option("--patients", min=1, help="Patients in the hospital; 1000 if not given.")
    ] = None,
    serve: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Leave the server up when the sweep is done, or end it.")
    ] = True,
) -> int:
    """Make a sample hospital, serve it, sweep it with a real worker, and show the candidates with their reasons.

    Everything stays on this machine and ends with this command; nothing is kept. Your own servers are not touched.
    """
    began = time.monotonic()
    with ended_by_signals() as ending, ExitStack() as stack:
        stage = _set_up(stack, patients, 2 if serve else 1, ending)
        report = _swept(stage)
        sys.stdout.write(_candidates(stage))
        sys.stdout.write(_closing(stage, report, time.monotonic() - began))
        sys.stdout.flush()
        if serve:
            sys.stdout.write(_second_night(stage))
            with suppress(KeyboardInterrupt):  # how it is meant to end
                place = stack.enter_context(pages_of(stage.settings))
                stay(stage.settings, STUDY, place, stage.server, ending.heed)
    if serve:
        sys.stdout.write("\nThe demo has ended: its processes are stopped, and nothing of it is kept.\n")
    return report.exit_code


def _set_up(stack: ExitStack, patients: int | None, nights: int, ending: Ending) -> Stage:
    """Start broker and worker, write the hospital meanwhile, then serve it. The last of the nights is today's."""
    given = read_settings(sandbox_patients=patients)
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fhir-screener-demo-")))
    stack.enter_context(_temporary(folder))
    held = stack.enter_context(socket.create_server(("127.0.0.1", 0)))  # lest somebody else be given it meanwhile
    port = given.sandbox_port or held.getsockname()[1]
    settings = Settings.build(
        {
            "source_url": f"http://127.0.0.1:{port}/fhir",
            "broker_url": stack.enter_context(broker(log=folder / "broker.log")),
            "cohort": "all",
            "site": SITE,
            "chunk_size": CHUNK,
            "installation_key": DEMO_KEY,
            "log_level": "warning",
            "studies": (STUDY,),
            "web_port": given.web_port if "web_port" in given.model_fields_set else 0,
            "web_token": given.web_token,
            **({"mappings": given.mappings} if given.mappings else {}),
        }
    )
    hand = stack.enter_context(worker(settings, log=folder / "worker.log", grace=0.2))
    study = catalog(settings).study(STUDY)
    day = datetime.now(UTC).astimezone(ZoneInfo(study.zone)).date() - timedelta(days=nights - 1)
    with progress(f"making a hospital of {given.sandbox_patients:,} patients") as step:
        write(folder / "hospital", given.sandbox_patients, given.sandbox_seed, day, progress=step)
        step(given.sandbox_patients, None)
        held.close()
        server = stack.enter_context(fhir_server(load=[folder / "hospital"], port=port, log=folder / "server.log"))
    return Stage(settings, folder, study, day, server.process, hand, ending)


def _swept(stage: Stage) -> SweepReport:
    """The first night: a queued sweep, watched to its end, with its report."""
    report = _sweep(stage, stage.day, "sweeping")
    sys.stdout.write(report_text(report, {STUDY: [criterion.id for criterion in stage.study.criteria]}))
    return report


def _sweep(stage: Stage, day: date, doing: str) -> SweepReport:
    screener = build_screener(stage.settings)
    with progress(doing) as step:
        (head,) = screener.start([STUDY], day)
        return screener.follow(head, _alive(stage, step))


def _second_night(stage: Stage) -> str:
    """A day goes by, and another sweep: who came back, who no longer matches, whose answers changed."""
    today = stage.day + timedelta(days=1)
    decided = live_through(stage.settings, STUDY, today)
    actions = _sweep(stage, today, "a day later: sweeping again").studies[0].actions
    moved = ", ".join(f"{number} {action}" for action, number in actions.items() if Action(action).writes)
    page = Page()
    page.line()
    page.line(f"Then a day: a made-up coordinator, {MEI.shown}, decided {decided} times, and a few results came in.")
    page.line(f"The second night, as of {today}: Tasks {moved or 'all as they were'}.")
    return str(page)


def _alive(stage: Stage, step: Step) -> Step:
    """The same steps, unless the worker has died: then nobody would ever take another."""

    def stepped(done: int, total: int | None) -> None:
        stage.ending.heed()
        for name, process in (("worker", stage.worker), ("FHIR server", stage.server)):
            if process.poll() is not None:
                log = stage.folder / ("worker.log" if name == "worker" else "server.log")
                last = log.read_text("utf-8", "replace").strip().splitlines()[-1:] if log.exists() else []
                raise ServerError(
                    f"the {name} ended with code {process.returncode}: {''.join(last) or 'no word of why'}"
                )
        step(done, total)

    return stepped


def _candidates(stage: Stage) -> str:
    """The candidates as a table, each with its reason, read back from the Tasks on the server."""
    worklist = open_worklist(stage.settings)
    found = [worklist.screening(STUDY, row.patient) for row in worklist.rows(STUDY, [Outcome.CANDIDATE.value])]
    speech = Speech(loaded=catalog(stage.settings).load([STUDY]))
    return "\n" + render.table([render.Row.of(screening, speech=speech) for screening in found if screening])


def _closing(stage: Stage, report: SweepReport, seconds: float) -> str:
    page = Page()
    page.line()
    page.line(compared(stage.folder / "hospital" / TRUTH, report.studies[0], stage.day))
    page.line(f"All this took {seconds:.1f} s.")
    return str(page)


@contextmanager
def ended_by_signals() -> Iterator[Ending]:
    """Whatever ends us, children are stopped first, and in order. What we were started to ignore stays ignored."""
    ending = Ending()

    def end(number: int, frame: FrameType | None) -> None:
        ending.told = True
        raise KeyboardInterrupt

    def dropped(about: sys.UnraisableHookArgs) -> None:
        if not (ending.told and about.exc_type is KeyboardInterrupt):
            said(about)

    heeded = [number for number in ENDINGS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heeded}
    said, sys.unraisablehook = sys.unraisablehook, dropped  # an interrupt that was dropped is heeded, and no fault
    try:
        yield ending
    finally:
        sys.unraisablehook = said
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _temporary(folder: Path) -> Iterator[None]:
    """Child processes leave their temporary files in our folder, which is removed even if they are killed."""
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before
