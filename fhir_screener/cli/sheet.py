"""A study as a sign-off sheet in Markdown: each sentence of the protocol, how it is read, and the codes it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Literal

from fhir_screener.cli.plain import durations, settling, system_name
from fhir_screener.criteria.model import Criterion, Rule, Study
from fhir_screener.terminology.valueset import Entry, Terminology, ValueSet

Codes = Literal["few", "all", "none"]
FEW = 12
"""Codes of one system in a value set, where not all are wanted."""
_MANY = {
    "all": "all of:",
    "any": "any of:",
    "prefer": "the first of these that has an answer:",
    "weigh": "the weightiest of:",
}
_ASIDE = {"doubt": "in doubt when:", "unless": "ruled out by:", "excused": "unless explained by:"}
"""Kinds whose first part is the question, and what the others do to it."""


def sheet(study: Study, terms: Terminology, codes: Codes = "few") -> str:
    """The whole sheet."""
    words = _Words(terms)
    lines = _head(study)
    written = _rules_as_written(study)
    for criterion in study.criteria:
        lines += _criterion(criterion, words, written.get(criterion.id, ()))
    lines += ["## Value sets", ""]
    for name in sorted(study.needs().sets):
        lines += _value_set(terms[name], codes)
    lines += ["## Sign-off", "", f"Read and agreed, version {study.version}:", "", "Name, role, date: ", ""]
    return "\n".join(lines)


def _head(study: Study) -> list[str]:
    facts = {
        "Version": f"{study.version}, `{study.checksum[:19]}...`",
        "Source": ", ".join(f"{key} {value}" for key, value in study.source.items()),
        "Judged in": f"the time zone {study.zone}",
        "Anchor": f"{', '.join(study.anchor.ids)}: with nothing on record there, a patient gives no signal",
        "Cohort": ", ".join(f"{kind} {_listed(value)}" for kind, value in study.cohort.items()),
        "Later": f"shown where a patient could qualify within {durations(study.later_within.text)}",
    }
    shown = [f"- {name}: {said}" for name, said in facts.items() if said]
    return [f"# {study.id}: {study.title}", "", *shown, ""]


def _listed(value: object) -> str:
    return ", ".join(f"`{one}`" for one in value) if isinstance(value, list | tuple) else str(value)


def _criterion(criterion: Criterion, words: _Words, exact: Sequence[str]) -> list[str]:
    lines = [f"## {criterion.id} ({criterion.role})", "", f"> {criterion.text}", ""]
    if criterion.applies_to is not None:
        lines += ["Asked only of:", "", *_tree(criterion.applies_to, words), ""]
    lines += ["Read as:", "", *_tree(criterion.rule, words), ""]
    if exact:
        lines += ["In full:", "", "```yaml", *exact, "```", ""]
    if criterion.reading:
        lines += [f"Why so: {criterion.reading}", ""]
    if criterion.settle:
        lines += [f"An unknown is settled by {settling(criterion.settle)}.", ""]
    if criterion.phase == "visit":
        lines += ["Asked at the visit, not before.", ""]
    sets = sorted({name for rule in criterion.rules() for name in rule.needs().sets})
    return [*lines, f"Value sets: {', '.join(f'`{name}`' for name in sets) or 'none'}.", ""]


def _tree(rule: Rule, words: _Words, depth: int = 0, before: str = "") -> Iterator[str]:
    """The rule as nested bullets; a rule without parts in its own words."""
    pad, kind, parts = "  " * depth, rule.kind, rule.parts()
    if kind in _MANY and len(parts) > 1:
        yield f"{pad}- {before}{_MANY[kind]}"
        yield from _trees(parts, words, depth + 1)
    elif kind in _ASIDE:
        yield from _tree(parts[0], words, depth, before)
        yield f"{pad}  - {_ASIDE[kind]}"
        yield from _trees(parts[1:], words, depth + 2)
    elif kind == "when":
        yield from _tree(parts[0], words, depth, f"{before}only if ")
        yield from _trees(parts[1:], words, depth + 1)
    elif kind in _MANY:
        yield from _tree(parts[0], words, depth, before)
    else:
        yield f"{pad}- {before}{words.of(rule)}"


def _trees(rules: Sequence[Rule], words: _Words, depth: int) -> Iterator[str]:
    for rule in rules:
        yield from _tree(rule, words, depth)


def _rules_as_written(study: Study) -> dict[str, list[str]]:
    """{criterion: the lines of its `rule` in the study file}: nothing of a rule is lost there."""
    found: dict[str, list[str]] = {}
    inside, deep = "", 0
    for line in Path(study.file).read_text("utf-8").splitlines():
        begins = re.match(r"\s*- id: (\S+)", line)
        key = re.match(r"(\s+)(\w+):", line)
        if begins:
            inside, deep = begins.group(1), 0
        elif key and key.group(2) == "rule" and inside and not deep:
            deep = len(key.group(1))
            found[inside] = [line[deep:]]
        elif deep and len(line) - len(line.lstrip()) > deep:
            found[inside].append(line[deep:])
        elif line.strip():
            inside, deep = (inside, deep) if not deep else ("", 0)
    return found


class _Words:
    """Rules in words, with the titles of value sets in place of their names."""

    def __init__(self, terms: Terminology) -> None:
        self._titles = {name: one.title for name, one in terms.sets.items()}

    def of(self, rule: Rule) -> str:
        text, names = durations(str(rule.describe())), sorted(rule.needs().sets, key=len, reverse=True)
        if not names:
            return text
        pattern = rf"(?<![\w-])(?<!date of )({'|'.join(map(re.escape, names))})(?![\w-])"
        return re.sub(pattern, lambda found: f"*{self._titles[found.group(1)]}*", text)


def _value_set(value_set: ValueSet, codes: Codes) -> list[str]:
    count = f"{len(value_set.codes):,} code{'' if len(value_set.codes) == 1 else 's'}"
    lines = [f"### {value_set.title}", "", f"`{value_set.name}`, {count}", ""]
    if codes == "none":
        return lines
    listed = sorted(value_set.codes, key=lambda entry: entry.system)
    for system, group in groupby(listed, key=lambda entry: entry.system):
        lines += _codes(system, list(group), codes)
    lines += [f"- not {system_name(entry.system)} `{entry.code}` {entry.display}" for entry in value_set.excluded]
    for key, names in sorted(value_set.names.items()):
        lines.append(f"- by name{f' ({key})' if key else ''}: {', '.join(names)}")
    return [*lines, ""]


def _codes(system: str, entries: list[Entry], codes: Codes) -> list[str]:
    shown = entries if codes == "all" else entries[:FEW]
    lines = [f"- {system_name(system)} `{entry.code}` {entry.display}" for entry in shown]
    left = len(entries) - len(shown)
    return [*lines, f"- {system_name(system)}: and {left:,} more (`--codes all`)"] if left else lines
