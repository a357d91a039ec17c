"""`digest`: the e-mail that coordinators get after a sweep, shown and not sent."""

from __future__ import annotations

import sys
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Annotated

import typer

from fhir_screener.bootstrap.benches import now
from fhir_screener.bootstrap.mail import message, recipients
from fhir_screener.bootstrap.servers import Servers
from fhir_screener.cli.options import SourceOption, TargetOption, catalog, new_app, read_settings
from fhir_screener.cli.speech import LangOption
from fhir_screener.errors import UsageError
from fhir_screener.fhir.task.sweep_report import report_of
from fhir_screener.fhir.task.sweeps import Sweeps
from fhir_screener.i18n import translator
from fhir_screener.screening.news import Coordinator
from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.sweep_plan import State
from fhir_screener.settings import variable

app = new_app()


@app.command()
def digest(
    show: Annotated[bool, typer.Option("--print", help="Show the e-mails of the last complete sweep.")] = False,
    study: Annotated[
        str, typer.Option("--study", metavar="ID", help="Registry id of the study; every study if not given.")
    ] = "",
    lang: LangOption = "en",
    source: SourceOption = "",
    target: TargetOption = "",
) -> int:
    """Show what coordinators are told of the last complete sweep. They are told when a sweep closes, and then only.

    Without coordinators in the settings: what one would be told who hears of every study, in the language of --lang.
    """
    if not show:
        raise UsageError("nothing is sent by hand: e-mails go out when a sweep closes. --print shows the last one's")
    translator(lang)
    settings = read_settings(source_url=source, target_url=target)
    known, servers = catalog(settings), Servers(settings)
    sweeps = Sweeps(servers.target, servers.target_capability, settings.source_name)
    names = [known.study(study).id] if study else list(settings.studies or known.ids)
    told = recipients(settings)
    if not told:
        sys.stderr.write(f"{variable('mail_to')} is not set: nobody is told; this is what one would read\n")
        told = (Coordinator("", "coordinator@localhost", lang),)
    sender, place = Address("", "screening", "localhost"), str(settings.web_public_url or "")
    for report in _reports(sweeps, names):
        for who in told:
            mail = message(report, who, sender, place, now())
            sys.stdout.write(_shown(who, mail))
    return 0


def _reports(sweeps: Sweeps, studies: list[str]) -> list[SweepReport]:
    """The last complete sweep of each study, each sweep once."""
    found: dict[str, SweepReport] = {}
    for study in studies:
        last = next((one for one in sweeps.of_study(study) if one.state is State.DONE), None)
        report = report_of(sweeps.by_id(last.task)) if last is not None else None
        if report is None:
            sys.stderr.write(f"{study}: no complete sweep with a report yet\n")
        else:
            found[report.sweep] = report
    return list(found.values())


def _shown(who: Coordinator, mail: EmailMessage | None) -> str:
    to = str(Address(who.name, addr_spec=who.address))
    if mail is None:
        return f"To: {to}\nnothing changed: no e-mail\n\n"
    return f"To: {to}\nSubject: {mail['Subject']}\n\n{mail.get_content()}\n"
