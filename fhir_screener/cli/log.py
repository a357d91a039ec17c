"""`log`: a study's screening log for the sponsor, as CSV or XLSX."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from fhir_screener.bootstrap.log_file import Format, Naming, log_file
from fhir_screener.bootstrap.office import Office
from fhir_screener.cli.options import SourceOption, StudyOption, TargetOption, catalog, new_app, read_settings
from fhir_screener.cli.worklist_decide import login
from fhir_screener.errors import UsageError
from fhir_screener.fhir.audit import Audited
from fhir_screener.screening.decision import Person

app = new_app()


@app.command()
def log(
    study: StudyOption,
    format: Annotated[Format, typer.Option("--format", help="The kind of file.")] = "csv",
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="File to write; standard output if not given.")
    ] = None,
    names: Annotated[
        bool, typer.Option("--names", help="With each patient's id and name: never for the sponsor.")
    ] = False,
    by: Annotated[
        str, typer.Option("--by", metavar="NAME", help="Who asks, for the audit; your login name if not given.")
    ] = "",
    source: SourceOption = "",
    target: TargetOption = "",
) -> int:
    """One row a candidate, without names, and the numbers of the CONSORT flow chart. Asking for it is audited."""
    if format == "xlsx" and out is None and sys.stdout.isatty():
        raise UsageError("--format xlsx is no text: give --out FILE")
    settings = read_settings(source_url=source, target_url=target)
    chosen, office = catalog(settings).study(study), Office(settings)
    office.audit(Audited.LIST_READ, Person(by or login()))
    with log_file(office, chosen, format, _naming(office) if names else None) as file:
        if out is None:
            shutil.copyfileobj(file, sys.stdout.buffer)
            return 0
        try:
            with out.open("wb") as there:
                shutil.copyfileobj(file, there)
        except OSError as error:
            raise UsageError(f"--out {out}: {error.strerror or error}") from None
    return 0


def _naming(office: Office) -> Naming:
    from fhir_screener.web.people import people
    from fhir_screener.web.who import User

    me = User("terminal")
    return lambda patients: {id: one.name for id, one in people(office, me, patients).items()}
