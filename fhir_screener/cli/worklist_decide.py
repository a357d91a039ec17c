"""`worklist decide`: what a coordinator does with a candidate, from the terminal."""

from __future__ import annotations

import getpass
import sys
from datetime import date
from typing import Annotated

import typer

from fhir_screener.bootstrap import Servers
from fhir_screener.bootstrap.benches import now
from fhir_screener.cli.options import SourceOption, StudyOption, TargetOption, catalog, day, parse_as_of, read_settings
from fhir_screener.errors import NoSuch, Overtaken, UsageError
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.decided import owner_id
from fhir_screener.fhir.task.desk import Desk, version_of
from fhir_screener.fhir.task.standing import standing
from fhir_screener.release import product_version
from fhir_screener.screening.decision import Decision, Move, Person, Rejection, decision
from fhir_screener.settings import Settings

MOVES = ", ".join(move.value for move in Move)
REASONS = ", ".join(reason.value for reason in Rejection)


def decide(
    patient: Annotated[str, typer.Argument(help="The patient's id.")],
    move: Annotated[Move, typer.Argument(help=f"What to do: {MOVES}.")],
    study: StudyOption,
    reason: Annotated[str, typer.Option("--reason", metavar="REASON", help=f"Why it is rejected: {REASONS}.")] = "",
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="A note, kept on the Task.")] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="DAY", help="Day on which a snoozed candidate comes back.")
    ] = "",
    owner: Annotated[
        str, typer.Option("--owner", metavar="NAME", help="Whose it becomes (assign); nobody's if not given.")
    ] = "",
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides; your login name if not given.")] = "",
    anyway: Annotated[bool, typer.Option("--anyway", help="Also where somebody else has decided.")] = False,
    source: SourceOption = "",
    target: TargetOption = "",
) -> int:
    """Accept, reject, snooze, assign, note or undo: written to the patient's Task, and audited.

    What somebody else has decided is not laid over without a word: it is said, and --anyway decides all the same.
    """
    settings = read_settings(source_url=source, target_url=target)
    chosen = catalog(settings).study(study)
    if move is Move.REJECT and not reason:
        raise UsageError(f"to reject, give a reason with --reason: {REASONS}")
    made = decision(
        move,
        Person(by or login()),
        day("", chosen.zone),
        reason=_reason(reason),
        note=note,
        until=_until(until),
        owner=Person(owner) if owner else None,
    )
    who, where = patient.removeprefix("Patient/"), settings.source_url or ""
    task = _decided(open_desk(settings), chosen.id, who, made, where, anyway)
    sys.stdout.write(f"{task}\n")
    return 0


def _decided(desk: Desk, study: str, patient: str, made: Decision, source: str, anyway: bool) -> str:
    try:
        before = desk.task(study, patient)
        if not anyway and _by_another(before, made):
            raise UsageError(f"Patient/{patient} in {study} is {standing(before)}. Give --anyway to decide otherwise")
        task = desk.decide(study, patient, made, seen=version_of(before))
    except Overtaken as error:
        raise UsageError(f"{error}. It is now: {error.now}. Decide again if that changes nothing for you") from None
    except NoSuch as error:
        whole = f"`fhir-screener why {patient} --study {study} --source {source}`"
        raise UsageError(str(error).replace(f"`why {patient}`", whole)) from None
    return f"Patient/{patient} in {study}: {standing(task)}"


def _by_another(task: Json, made: Decision) -> bool:
    """Whether the move would lay itself over what somebody else decided."""
    decides = made.move in (Move.ACCEPT, Move.REJECT, Move.SNOOZE)
    return decides and task.get("status") not in ("requested", "cancelled") and owner_id(task) != made.by.id


def open_desk(settings: Settings) -> Desk:
    """The desk on the target server of these settings."""
    servers = Servers(settings)
    setting = Setting(servers.identity, pool=settings.owner)
    return Desk(servers.target, servers.target_capability, setting, now, product_version())


def login() -> str:
    """The name of whoever is at the terminal; raises UsageError where that is nobody."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        raise UsageError("nobody is logged in here: say who decides with --by") from None


def _reason(text: str) -> Rejection | None:
    try:
        return Rejection(text) if text else None
    except ValueError:
        raise UsageError(f"--reason: {text!r} is not known: one of {REASONS}") from None


def _until(text: str) -> date | None:
    try:
        return parse_as_of(text)
    except UsageError as error:
        raise UsageError(str(error).replace("--as-of", "--until")) from None
