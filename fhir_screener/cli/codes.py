"""`codes survey`, `codes check`: a site's own codes and names, those that nobody knows yet and those of its file."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import orjson
import typer

from fhir_screener.cli.console import BOLD, DIM, Page
from fhir_screener.cli.lookalikes_text import add_names
from fhir_screener.cli.options import (
    AsOf,
    ChartsArgument,
    OutOption,
    SiteOption,
    StudyOption,
    catalog,
    day,
    new_app,
    read_settings,
)
from fhir_screener.cli.progress import progress
from fhir_screener.cli.sources import Opened, ended, open_source
from fhir_screener.errors import UsageError
from fhir_screener.studies.lookalike import THRESHOLD
from fhir_screener.studies.site_draft import draft
from fhir_screener.studies.survey import RARE, Found, Survey, Surveyor
from fhir_screener.terminology.coding import STANDARD

app = new_app(help="A site's own codes, names and words: survey what nobody knows yet, check a site file.", group=True)
Format = Literal["table", "yaml", "json"]
TOLD = 20


@app.command("survey", short_help="What maps to nothing yet, by patients it could change.")
def survey(
    source: ChartsArgument,
    study: StudyOption,
    site: SiteOption = "",
    as_of: AsOf = "",
    format: Annotated[
        Format, typer.Option("--format", help="A table; a site file to edit; or counts of everything as JSON.")
    ] = "table",
    out: OutOption = None,
    rare: Annotated[
        int, typer.Option("--rare", min=1, help="Show words without a code only if so many patients share them.")
    ] = RARE,
    threshold: Annotated[
        float, typer.Option("--threshold", min=50, max=100, help="How like a listed name a name must be, of 100.")
    ] = THRESHOLD,
) -> int:
    """Local codes, names and answers in SOURCE that map to nothing, ranked by how many patients they could change.

    What it shows are names as recorded, and counts. Nothing is written to any server.
    """
    if out and format == "yaml" and out.exists():
        raise UsageError(f"--out {out}: is there already, and may hold what somebody has decided; give another name")
    settings = read_settings(site=site)
    loaded = catalog(settings).load([study]).surveyed()
    when = day(as_of, loaded.studies[0].zone)
    opened = open_source(source, settings, loaded, when)
    found = _surveyed(opened, Surveyor(loaded, when, threshold)).survey(rare)
    name = out.stem if out and format == "yaml" else "draft"
    text = {"table": _table, "yaml": lambda one: draft(one, name), "json": _json}[format](found)
    if out:
        out.write_text(text, "utf-8")
    else:
        sys.stdout.write(text)
    _tell(opened)
    return ended(opened, source, somebody=bool(found.patients))


def _surveyed(opened: Opened, surveyor: Surveyor) -> Surveyor:
    with progress("reading") as step:
        for done, record in enumerate(opened.records(), 1):
            surveyor.take(record)
            step(done, opened.total())
    return surveyor


def _tell(opened: Opened) -> None:
    """What of the source was not read, or with a warning."""
    unread = [f"Patient/{who}: {why}" for who, why in sorted(opened.unread.items())]
    for kind, lines in (("warning", opened.warnings), ("could not be read", [*opened.problems, *unread])):
        sys.stderr.writelines(f"{kind}: {line}\n" for line in lines[:TOLD])
        if len(lines) > TOLD:
            sys.stderr.write(f"{kind}: and {len(lines) - TOLD:,} more\n")


@app.command("check", short_help="Read a site file whole; say what is wrong.")
def check(site: Annotated[str, typer.Argument(help="Name or file of a site.")]) -> int:
    """Read a site file whole, and say what it adds; what is wrong: file, line, path, what to do."""
    found = catalog(read_settings(site=site))
    overlay = found.overlay
    for name in sorted({*overlay.codes, *overlay.names}):
        found.value_sets.get(name)
    known = {(entry.system, entry.code) for one in map(found.value_sets.get, found.value_sets.names)
             for entry in (*one.codes, *one.excluded)}  # fmt: skip
    here = overlay.site
    sys.stdout.write(
        f"{here.title}: {len(here.means) + len(here.listed)} codes, {len(here.ignored)} more to ignore,"
        f" {sum(len(w) for n in overlay.names.values() for w in n.values())} names, {len(here.words)} words,"
        f" {sum(map(len, here.ranges.values()))} ranges, {len(here.complete)} complete types: no fault found\n"
    )
    for (_, code), means in sorted(here.means.items()):
        if means.system in STANDARD and (means.system, means.code) not in known:
            sys.stdout.write(
                f"{code} stands for {means}, which no value set lists by itself: nothing is made of it, unless a set lists"
                " its beginning (ICD, ATC)\n"
            )
    return 0


def _table(survey: Survey) -> str:
    page = Page()
    if not survey.found:
        page.line("No local code or name looks like anything the study needs.")
    else:
        add_names(page, map(_told, survey.found))
    page.line()
    page.line(f"{survey.patients:,} patients read for {survey.study} as of {survey.as_of}.", BOLD)
    page.line(_left_out(survey), DIM)
    page.line("With --format yaml --out mappings/sites/NAME.yaml, this is a site file to edit.", DIM)
    return str(page)


def _told(one: Found) -> tuple[str, ...]:
    counts = (f"{len(one.could):,}", f"{len(one.play):,}", f"{len(one.patients):,}")
    return (*counts, one.name.kind, _name(one), _looks(one), " ".join(sorted(one.criteria)))


def _name(one: Found) -> str:
    code = f" [{one.name.code}]" if one.name.code and one.name.code not in one.name.words else ""
    return f"{one.name.words or 'without a name'}{code}"


def _looks(one: Found) -> str:
    if one.suggestion is not None:
        return f"{one.suggestion.set}: {one.suggestion.like} ({one.suggestion.score:.0f})"
    return "an answer nobody reads" if one.name.kind == "answer" else "may be any drug"


def _left_out(survey: Survey) -> str:
    parts = [
        f"{len(survey.others):,} further local names look like nothing the study needs (--format json)" if survey.others else "",
        f"{survey.rare:,} wordings without a code that fewer patients share are not shown (--rare)" if survey.rare else "",
    ]  # fmt: skip
    said = "; ".join(filter(None, parts))
    return f"{said}." if said else "Nothing was left out."


def _json(survey: Survey) -> str:
    body = {
        "study": survey.study,
        "as_of": survey.as_of.isoformat(),
        "patients": survey.patients,
        "rare": survey.rare,
        "found": [_row(one) for one in survey.found],
        "others": [_row(one) for one in survey.others],
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


def _row(one: Found) -> dict[str, object]:
    looks = one.suggestion
    return {
        "kind": one.name.kind,
        "system": one.name.system,
        "code": one.name.code,
        "name": one.name.words,
        "records": one.records,
        "patients": len(one.patients),
        "could_change": len(one.could),
        "in_play": len(one.play),
        "criteria": sorted(one.criteria),
        "looks_like": {
            "set": looks.set,
            "ingredient": looks.ingredient,
            "name": looks.like,
            "score": round(looks.score),
        }
        if looks
        else None,
    }
