"""`why`: everything that is known about one patient and one study."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer

from fhir_screener.cli.as_of import Reach, warn_ahead
from fhir_screener.cli.ledger import ledger
from fhir_screener.cli.options import AsOf, SiteOption, StudyOption, catalog, day, new_app, read_settings
from fhir_screener.cli.sources import open_source
from fhir_screener.cli.speech import LangOption, Speech
from fhir_screener.errors import UsageError
from fhir_screener.screening.ahead import ahead
from fhir_screener.screening.screen import screen as judge
from fhir_screener.screening.screening import Screening
from fhir_screener.settings import variable

app = new_app()


@app.command()
def why(
    patient: Annotated[str, typer.Argument(help="The patient's id.")],
    study: StudyOption,
    source: Annotated[
        str,
        typer.Option(
            "--source", metavar="SOURCE", help="A file, folder or FHIR base URL; else the source of the settings."
        ),
    ] = "",
    as_of: AsOf = "",
    site: SiteOption = "",
    lang: LangOption = "en",
) -> int:
    """Say, criterion by criterion and with evidence, why PATIENT is or is not a candidate."""
    settings = read_settings(site=site)
    where = source or settings.source_url
    if not where:
        raise UsageError(f"no source: give --source, or set {variable('source_url')}")
    loaded = catalog(settings).load([study])
    chosen, speech = loaded.studies[0], Speech(lang, loaded)
    when = day(as_of, chosen.zone)
    warn_ahead(when)
    name = patient.removeprefix("Patient/")
    opened = open_source(where, settings, loaded, when, [name])
    record = next(iter(opened.records()), None)
    if record is None:
        reason = opened.unread.get(name, "there is no such patient")
        raise UsageError(f"Patient/{name}: {reason}")

    reach = Reach(when)
    reach.look(record)
    if reach.said:
        sys.stderr.write(f"fhir-screener: {reach.said}\n")

    def judged(on: date) -> Screening:
        return judge(chosen, record, on, loaded.terminology)

    screening = judged(when)
    sys.stdout.write(ledger(chosen, screening, speech, ahead(screening, judged)))
    return 0
