"""`study take`: value sets of the program's own library, copied into the mappings folder."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from fhir_screener.cli.options import read_settings
from fhir_screener.errors import UsageError
from fhir_screener.studies.skeleton import take_sets
from fhir_screener.studies.valuesets import ValueSetFolder


def take(
    sets: Annotated[list[str] | None, typer.Argument(help="Names of value sets; without any they are listed.")] = None,
    folder: Annotated[
        str, typer.Option("--folder", metavar="FOLDER", help="The mappings folder; else the one in force.")
    ] = "",
) -> int:
    """Copy value sets of the program's own library, and those they include; without a name, list the library."""
    from fhir_screener.bootstrap.servers import mappings_folder, own_mappings

    library = own_mappings()
    if not sets:
        _list(ValueSetFolder(library / "valuesets"))
        return 0
    mappings = Path(folder) if folder else mappings_folder(read_settings())
    if mappings.resolve() == library.resolve():
        raise UsageError(f"{mappings} is the library itself: give --folder, or set FHIR_SCREENER_MAPPINGS")
    sys.stdout.writelines(f"{path}\n" for path in take_sets(mappings, sets, library))
    return 0


def _list(library: ValueSetFolder) -> None:
    """Each name with its title."""
    widest = max(map(len, library.names), default=0)
    for name in sorted(library.names):
        sys.stdout.write(f"{name:{widest}}  {library.get(name).title}\n")
