"""`study list`, `study check`, `study explain`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from fhir_screener.cli.options import StudyOption, catalog, new_app, read_settings
from fhir_screener.criteria.model import Criterion, Rule, Study
from fhir_screener.terminology.valueset import Terminology, ValueSet

app = new_app(help="The studies of the mappings folder.", group=True)


@app.command("list")
def list_studies() -> int:
    """Each study with its title, version and number of criteria."""
    found = catalog(read_settings())
    for name in found.ids:
        study = found.study(name)
        sys.stdout.write(f"{study.id}  {study.title}  (version {study.version}, {len(study.criteria)} criteria)\n")
    return 0


@app.command("check")
def check(
    study: Annotated[str, typer.Option("--study", help="Registry id or file; all studies if not given.")] = "",
) -> int:
    """Read study files and value sets whole, and say what is wrong: file, line, path, what to do."""
    found = catalog(read_settings())
    for name in [study] if study else found.ids:
        loaded = found.load([name])
        chosen = loaded.studies[0]
        used = sorted(chosen.needs().sets)
        codes = sum(len(loaded.terminology[name].codes) for name in used)
        sys.stdout.write(
            f"{chosen.id}: {len(chosen.criteria)} criteria, {len(used)} value sets, {codes} codes: no fault found\n"
        )
    return 0


@app.command("explain")
def explain(study: StudyOption) -> int:
    """The study as a sign-off sheet: the protocol's sentence, the rule in plain words, each code with its display."""
    loaded = catalog(read_settings()).load([study])
    sys.stdout.write(sheet(loaded.studies[0], loaded.terminology))
    return 0


def sheet(study: Study, terms: Terminology) -> str:
    """Markdown."""
    lines = [f"# {study.id}: {study.title}", "", f"Version {study.version}, {study.checksum}", ""]
    for criterion in study.criteria:
        lines += _criterion(criterion)
    lines += ["## Value sets", ""]
    for name in sorted(study.needs().sets):
        lines += _value_set(terms[name])
    return "\n".join(lines) + "\n"


def _criterion(criterion: Criterion) -> list[str]:
    lines = [
        f"## {criterion.id} ({criterion.role})",
        "",
        f"> {criterion.text}",
        "",
        f"Read as: {criterion.rule.describe()}.",
        "",
    ]
    if criterion.reading:
        lines += [f"Why so: {criterion.reading}", ""]
    if criterion.settle:
        lines += [f"An unknown is settled by: {criterion.settle}.", ""]
    sets = sorted({name for rule in criterion.rules() for name in _sets(rule)})
    return [*lines, f"Value sets: {', '.join(sets) or 'none'}.", ""]


def _sets(rule: Rule) -> frozenset[str]:
    return rule.needs().sets


def _value_set(value_set: ValueSet) -> list[str]:
    lines = [f"### {value_set.name}: {value_set.title}", ""]
    lines += [f"- `{entry.system}` `{entry.code}` {entry.display}" for entry in value_set.codes]
    lines += [f"- not `{entry.system}` `{entry.code}` {entry.display}" for entry in value_set.excluded]
    for key, words in sorted(value_set.names.items()):
        lines.append(f"- named{f' ({key})' if key else ''}: {', '.join(words)}")
    return [*lines, ""]
