"""The visible list of commands. A command's module is imported when the command is called: help stays quick."""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperGroup


class Entry(NamedTuple):
    """One command: `app` of the module `fhir_screener.cli.<module>`, and its line in the list of commands."""

    name: str
    module: str
    help: str


COMMANDS = (
    Entry("demo", "demo", "The whole road on this machine: sample hospital, broker, worker, candidates."),
    Entry("screen", "screen", "Judge every patient of a folder, file or server; writes nothing to a server."),
    Entry("sweep", "sweep", "Judge a server's patients and keep one Task for each candidate."),
    Entry("worklist", "worklist", "The candidates' Tasks, as coordinators see them."),
    Entry("log", "log", "A study's screening log for the sponsor, CSV or XLSX, with the CONSORT numbers."),
    Entry("digest", "digest", "The e-mail that coordinators get after a sweep, shown and not sent."),
    Entry("serve", "serve", "The coordinators' pages: worklist, candidates, decisions."),
    Entry("why", "why", "Why one patient is or is not a candidate, with the evidence."),
    Entry("study", "study", "Study files: list, check, explain, new, take, diff, schema."),
    Entry("codes", "codes", "A site's own codes and names: survey what nobody knows yet, check a site file."),
    Entry("plan", "plan", "What a sweep would ask a server for, and what that hides."),
    Entry("doctor", "doctor", "Check servers, sign-in, broker, mappings and settings; say what will not work."),
    Entry("sandbox", "sandbox", "The embedded FHIR server and its sample hospital: serve, load, write."),
)


class Commands(TyperGroup):
    """A group that knows its commands by name and help, and imports them one at a time."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [entry.name for entry in COMMANDS]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        entry = next((entry for entry in COMMANDS if entry.name == cmd_name), None)
        if entry is None:
            return None
        command = typer.main.get_command(import_module(f"fhir_screener.cli.{entry.module}").app)
        command.name = entry.name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(entry.name, entry.help) for entry in COMMANDS])
