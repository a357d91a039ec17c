"""`study list`, `study check`, `study explain`: the study files, and what they say."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

import typer

from fhir_screener.cli.options import StudyOption, catalog, new_app, read_settings
from fhir_screener.cli.study_diff import diff
from fhir_screener.cli.study_new import new
from fhir_screener.cli.study_schema import schema
from fhir_screener.cli.study_take import take
from fhir_screener.errors import MappingError, UsageError
from fhir_screener.studies.lint import Checked, Level, Remark, lint, unused_sets
from fhir_screener.studies.sheet import Codes, html, markdown, sheet_of

_SUFFIX = {"markdown": ".md", "html": ".html"}
app = new_app(help="Study files: list, check, explain, new, take, diff, schema.", group=True)
app.command("new", short_help="Write a commented study file to begin from.")(new)
app.command("take", short_help="Copy value sets of the program's library, or list them.")(take)
app.command("diff", short_help="Who would change outcome with another file, and why.")(diff)
app.command("schema", short_help="Write the schemas that editors check by.")(schema)


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


@app.command("check", short_help="What is wrong or odd: file, line, path, what to do.")
def check(
    one: Annotated[str, typer.Argument(metavar="STUDY", help="Registry id or file; all studies if not given.")] = "",
    study: Annotated[str, typer.Option("--study", metavar="ID", help="The same, as other commands have it.")] = "",
    choices: Annotated[
        bool, typer.Option("--choices", help="Also the warnings that the study accepts, and why.")
    ] = False,
) -> int:
    """Read study files and value sets whole; say what is wrong or odd: file, line, path, what to do."""
    if one and study and one != study:
        raise UsageError(f"{one} and --study {study}: name one study, or none for all")
    study, found = one or study, catalog(read_settings())
    faults, whole = 0, []
    for name in [study] if study else found.ids:
        try:
            checked = Checked(found.read(name), found)
            remarks = lint(checked)
        except MappingError as error:
            faults += 1
            sys.stderr.write(f"{error}\n")
            continue
        whole.append(checked.study)
        shown = [remark for remark in remarks if choices or remark.level is not Level.CHOICE]
        sys.stdout.writelines(f"{remark}\n" for remark in shown)
        faults += sum(remark.level is Level.ERROR for remark in remarks)
        sys.stdout.write(f"{_summary(checked, remarks)}\n")
    if not study and len(whole) == len(found.ids):
        sys.stdout.writelines(f"{remark}\n" for remark in unused_sets.check(found.value_sets, whole))
    return MappingError.exit_code if faults else 0


def _summary(checked: Checked, remarks: list[Remark]) -> str:
    codes = sum(len(one.codes) for one in checked.sets.values())
    count = Counter(one.level for one in remarks)
    sets = "set" if len(checked.sets) == 1 else "sets"
    said = [f"{count[level]} {level.value}{'' if count[level] == 1 else 's'}" for level in Level if count[level]]
    return (
        f"{checked.study.id}: {len(checked.study.criteria)} criteria, {len(checked.sets)} value {sets},"
        f" {codes:,} codes: {', '.join(said) or 'no fault found'}"
    )


@app.command("explain", short_help="The study as a sign-off sheet, with every code.")
def explain(
    study: StudyOption,
    form: Annotated[Literal["markdown", "html"], typer.Option("--format", help="How it is written.")] = "markdown",
    lang: Annotated[
        Literal["en", "zh"], typer.Option("--lang", help="The language of everything but the protocol.")
    ] = "en",
    codes: Annotated[
        Codes | None, typer.Option("--codes", help="How many codes of each value set: few, in HTML all.")
    ] = None,
    out: Annotated[
        str,
        typer.Option("--out", metavar="FILE", help="The file to write to; else standard output, on a terminal a file."),
    ] = "",
) -> int:
    """The study as a sign-off sheet: the protocol's sentences, how each is read, what an unknown asks for, the codes.

    It has thousands of lines: on a terminal without --out it goes to a file named after the study, in this folder.
    """
    loaded = catalog(read_settings()).load([study])
    wanted = codes or ("all" if form == "html" else "few")
    found = sheet_of(loaded.studies[0], loaded.terminology, wanted, lang)
    text = html(found) if form == "html" else markdown(found)
    if out:
        Path(out).write_text(text, "utf-8")
    elif sys.stdout.isatty():
        sys.stdout.write(f"{_new_file(loaded.studies[0].id + _SUFFIX[form], text)}\n")
    else:
        sys.stdout.write(text)
    return 0


def _new_file(name: str, text: str) -> str:
    """The file, written; one that is there already is somebody's."""
    try:
        with Path(name).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{name} is there already: give --out FILE to write it anew") from None
    return name
