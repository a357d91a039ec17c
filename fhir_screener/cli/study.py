"""`study list`, `study check`, `study explain`: the study files, and what they say."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fhir_screener.cli.options import StudyOption, catalog, new_app, read_settings
from fhir_screener.cli.sheet import Codes, sheet
from fhir_screener.errors import MappingError, UsageError

app = new_app(help="Study files: list, check, explain.", group=True)


@app.command("list")
def list_studies() -> int:
    """Each study with its title, version and number of criteria."""
    found = catalog(read_settings())
    if not found.ids:
        raise UsageError(f"there is no study in {found.mappings}; set FHIR_SCREENER_MAPPINGS")
    for name in found.ids:
        study = found.study(name)
        sys.stdout.write(f"{study.id}  {study.title}  (version {study.version}, {len(study.criteria)} criteria)\n")
    return 0


@app.command("check")
def check(
    study: Annotated[str, typer.Option("--study", help="Registry id or file; all studies if not given.")] = "",
) -> int:
    """Read study files and value sets whole; say what is wrong: file, line, path, what to do."""
    found = catalog(read_settings())
    faults = 0
    for name in [study] if study else found.ids:
        try:
            loaded = found.load([name])
        except MappingError as error:
            faults += 1
            sys.stderr.write(f"{error}\n")
            continue
        chosen = loaded.studies[0]
        used = sorted(chosen.needs().sets)
        codes = sum(len(loaded.terminology[name].codes) for name in used)
        sys.stdout.write(
            f"{chosen.id}: {len(chosen.criteria)} criteria, {len(used)} value sets, {codes:,} codes: no fault found\n"
        )
    return MappingError.exit_code if faults else 0


@app.command("explain")
def explain(
    study: StudyOption,
    codes: Annotated[Codes, typer.Option("--codes", help="How many codes of each value set to list.")] = "few",
) -> int:
    """The study as a sign-off sheet in Markdown: the protocol's sentences, how each is read, and the codes."""
    loaded = catalog(read_settings()).load([study])
    sys.stdout.write(sheet(loaded.studies[0], loaded.terminology, codes))
    return 0
