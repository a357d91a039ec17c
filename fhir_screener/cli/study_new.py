"""`study new`: a commented study file to begin from."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from fhir_screener.cli.options import read_settings
from fhir_screener.cli.study_schema import schemas
from fhir_screener.errors import UsageError
from fhir_screener.studies.skeleton import write_study


def new(
    study: Annotated[str, typer.Argument(help="The registry's id of the trial.")],
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="The trial's title.")] = "TO DO",
    zone: Annotated[str, typer.Option("--zone", metavar="ZONE", help="The time zone whose days count.")] = "UTC",
    folder: Annotated[
        str, typer.Option("--folder", metavar="FOLDER", help="The mappings folder; else the one in force.")
    ] = "",
) -> int:
    """Write a study file to begin from, its first value set, and a mappings folder where there is none."""
    from fhir_screener.bootstrap.servers import mappings_folder, own_mappings

    in_force = mappings_folder(read_settings())
    if not folder and in_force.name == "_mappings":
        raise UsageError(f"{in_force} is part of the installation, gone with the next one: give --folder")
    mappings = Path(folder) if folder else in_force
    written = write_study(mappings, study, title, zone, own_mappings())
    for name, body in schemas(mappings).items():
        path = mappings / name
        if not path.exists() or path.read_text("utf-8") != body:
            path.write_text(body, "utf-8")
            written.append(path)
    sys.stdout.writelines(f"{path}\n" for path in written)
    if mappings.resolve() != in_force.resolve():
        sys.stderr.write(f"To use this folder: export FHIR_SCREENER_MAPPINGS={mappings}\n")
    return 0
