"""What is on the sheet: each sentence of the protocol, how it is read, what an unknown asks for, and every code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Literal

from fhir_screener.criteria.model import Criterion, Rule, Study
from fhir_screener.i18n import translator
from fhir_screener.sentence import Text, say
from fhir_screener.studies.names import orders
from fhir_screener.studies.sheet.facts import facts
from fhir_screener.studies.sheet.settle import settling
from fhir_screener.studies.sheet.terms import Terms
from fhir_screener.terminology.coding import system_name
from fhir_screener.terminology.terms import Terminology
from fhir_screener.terminology.valueset import Entry, ValueSet

Codes = Literal["few", "all", "none"]
EXACT = say("The rule as it stands in the study file:")
FEW = 12
"""Codes of one system in a value set, where not all are wanted."""


@dataclass(frozen=True)
class Node:
    """A rule in words, and the rules inside it. Titles of value sets are marked (`terms.titles`)."""

    text: str
    inside: tuple[Node, ...] = ()


@dataclass(frozen=True)
class CriterionPart:
    """One criterion as it is signed. `exact` are the lines of its rule in the study file."""

    id: str
    role: str
    text: str
    rule: Node
    asked_of: Node | None = None
    exact: tuple[str, ...] = ()
    reading: str = ""
    settle: str = ""
    visit: str = ""
    sets: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SystemPart:
    """Codes of one system: (code, display), and how many more there are."""

    system: str
    codes: tuple[tuple[str, str], ...]
    more: int = 0


@dataclass(frozen=True)
class SetPart:
    """One value set: what is in it, what is not, and the words it goes by."""

    name: str
    title: str
    count: int
    systems: tuple[SystemPart, ...] = ()
    excluded: tuple[tuple[str, str, str], ...] = ()
    names: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A sheet in one language. `facts` are (label, words)."""

    terms: Terms
    study: str
    title: str
    version: str
    checksum: str
    facts: tuple[tuple[str, str], ...]
    criteria: tuple[CriterionPart, ...]
    sets: tuple[SetPart, ...]

    def say(self, text: Text) -> str:
        return self.terms.plain(text)


def sheet_of(study: Study, terminology: Terminology, codes: Codes = "few", language: str = "en") -> Sheet:
    """The sheet of a study. Raises UsageError for a language that is not there."""
    ordered = orders([study], terminology.sets.values(), language)
    terms = Terms(language, translator(language, ordered), terminology)
    written = _as_written(study)
    names = sorted(study.needs().sets)
    return Sheet(
        terms,
        study.id,
        study.title,
        study.version,
        study.checksum,
        tuple((terms.plain(label), terms.words(words)) for label, words in facts(study) if words),
        tuple(_criterion(one, terms, terminology, written.get(one.id, [])) for one in study.criteria),
        tuple(_set(terminology[name], terms, codes) for name in names),
    )


def _criterion(criterion: Criterion, terms: Terms, sets: Terminology, exact: Sequence[str]) -> CriterionPart:
    names = sorted({name for rule in criterion.rules() for name in rule.needs().sets})
    return CriterionPart(
        criterion.id,
        terms.plain(say("inclusion") if criterion.role == "inclusion" else say("exclusion")),
        criterion.text,
        _node(criterion.rule, terms),
        _node(criterion.applies_to, terms) if criterion.applies_to else None,
        tuple(exact),
        criterion.reading,
        terms.plain(settling(criterion.settle)) if criterion.settle else "",
        terms.plain(say("Asked at the visit, not before.")) if criterion.phase == "visit" else "",
        tuple((name, terms.title(sets[name])) for name in names),
    )


_MANY: dict[str, Text] = {
    "all": say("all of:"),
    "any": say("any of:"),
    "prefer": say("the first of these that has an answer:"),
    "weigh": say("the weightiest of:"),
}
_ASIDE: dict[str, Text] = {
    "doubt": say("in doubt when:"),
    "unless": say("ruled out by:"),
    "excused": say("unless explained by:"),
}
"""Kinds whose first part is the question, and what the others do to it."""


def _node(rule: Rule, terms: Terms) -> Node:
    """The rule as a tree of words; a rule without parts in its own words."""
    kind, parts = rule.kind, rule.parts()
    if kind in _MANY:
        inside = tuple(_node(part, terms) for part in parts)
        return inside[0] if len(inside) == 1 else Node(terms.words(_MANY[kind]), inside)
    if kind in _ASIDE:
        first, others = _node(parts[0], terms), tuple(_node(part, terms) for part in parts[1:])
        return Node(first.text, (*first.inside, Node(terms.words(_ASIDE[kind]), others)))
    if kind == "when":
        asked, then = (_node(part, terms) for part in parts)
        return Node(terms.words(say("only if {condition}:", condition=asked.text)), (*asked.inside, then))
    return Node(terms.words(rule.describe()))


def _as_written(study: Study) -> dict[str, list[str]]:
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


def _set(one: ValueSet, terms: Terms, codes: Codes) -> SetPart:
    if codes == "none":
        return SetPart(one.name, terms.title(one), len(one.codes))
    listed = sorted(one.codes, key=lambda entry: entry.system)
    systems = [_system(uri, list(group), codes) for uri, group in groupby(listed, key=lambda entry: entry.system)]
    return SetPart(
        one.name,
        terms.title(one),
        len(one.codes),
        tuple(systems),
        tuple((system_name(entry.system), entry.code, entry.display) for entry in one.excluded),
        tuple((key, ", ".join(words)) for key, words in sorted(one.names.items())),
    )


def _system(uri: str, entries: list[Entry], codes: Codes) -> SystemPart:
    shown = entries if codes == "all" else entries[:FEW]
    rows = tuple((entry.code, entry.display) for entry in shown)
    return SystemPart(system_name(uri), rows, len(entries) - len(shown))
