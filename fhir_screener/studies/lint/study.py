"""A study as the checks see it, and what they say of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

from fhir_screener.criteria.keys import Key
from fhir_screener.criteria.kinds import KINDS
from fhir_screener.criteria.model import Criterion, Rule, Study
from fhir_screener.criteria.spec import Spec
from fhir_screener.studies.load import Catalog, ReadStudy
from fhir_screener.terminology.valueset import ValueSet

Path = tuple[str | int, ...]


class Level(Enum):
    ERROR = "error"
    WARNING = "warning"
    CHOICE = "choice"
    """A warning that the study accepts, with its reason."""


@dataclass(frozen=True)
class Remark:
    """One thing to look at: which check says so, where, what, and what to do."""

    name: str
    level: Level
    file: str
    line: int | None
    path: str
    what: str
    fix: str
    criterion: str = ""
    why: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        where = f"{where}: {self.path}" if self.path else where
        end = f" (accepted: {self.why})" if self.why else f"; {self.fix}"
        return f"{where}: {self.level.value} {self.name}: {self.what}{end}"


@dataclass(frozen=True)
class Use:
    """A key of a rule as it is written: its declaration, its place, its value."""

    key: Key
    path: Path
    value: object


@dataclass(frozen=True)
class Checked:
    """A study that was read without a fault, and the value sets at hand."""

    read: ReadStudy
    catalog: Catalog

    @property
    def study(self) -> Study:
        return self.read.study

    @cached_property
    def sets(self) -> dict[str, ValueSet]:
        """The value sets that the study names."""
        return {name: self.catalog.value_sets.get(name) for name in sorted(self.study.needs().sets)}

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every key of every rule."""
        return tuple(use for item in self._rules() for use in _walk(item))

    def named(self) -> Iterator[tuple[Use, str]]:
        """Every value set that a rule names, with the key that names it."""
        for use in self.uses:
            if use.key.shape == "sets":
                for name in use.value if isinstance(use.value, list) else [use.value]:
                    yield use, str(name)

    def _rules(self) -> Iterator[Spec]:
        for item in self.read.spec.child("criteria").items():
            for key in ("rule", "applies_to"):
                if key in item.mapping():
                    yield item.child(key)

    def place(self, rule: Rule) -> Path:
        """Where a rule stands in the file."""
        return self.read.spec.places.get(id(rule), ())

    def at(self, criterion: Criterion) -> Path:
        """Where a criterion stands."""
        return ("criteria", self.study.criteria.index(criterion))

    def error(self, name: str, path: Path, what: str, fix: str) -> Remark:
        return self._remark(Level.ERROR, name, path, what, fix)

    def warning(self, name: str, path: Path, what: str, fix: str) -> Remark:
        return self._remark(Level.WARNING, name, path, what, fix)

    def _remark(self, level: Level, name: str, path: Path, what: str, fix: str) -> Remark:
        lines = self.read.spec.line_of
        line = next((lines[path[:end]] for end in range(len(path), 0, -1) if path[:end] in lines), None)
        criterion = ""
        if len(path) > 1 and path[0] == "criteria" and isinstance(path[1], int):
            criterion = self.study.criteria[path[1]].id
        return Remark(name, level, self.study.file, line, ".".join(map(str, path)), what, fix, criterion)


def _walk(spec: Spec) -> Iterator[Use]:
    """The keys of the rule at `spec`, and of the rules inside it."""
    kind, body = spec.only()
    yield from _form(KINDS[kind].form, body)


def _form(form: Key, body: Spec) -> Iterator[Use]:
    if form.shape == "rule":
        yield from _walk(body)
    elif form.shape == "rules":
        for item in body.items():
            yield from _walk(item)
    elif form.shape == "mapping":
        for key in form.keys:
            if key.name in body.mapping():
                child = body.child(key.name)
                yield Use(key, child.path, child.value)
                yield from _form(key, child)


def accepted(checked: Checked, remark: Remark) -> Remark:
    """The remark, as a choice where the study accepts it. Errors cannot be accepted."""
    for choice in checked.read.accepted:
        fits = not choice.at or remark.criterion in choice.at
        if remark.level is Level.WARNING and choice.warning == remark.name and fits:
            return replace(remark, level=Level.CHOICE, why=choice.why)
    return remark


def stale_choices(checked: Checked, found: Sequence[Remark]) -> Iterator[Remark]:
    """Choices that no warning asks for any more."""
    for number, choice in enumerate(checked.read.accepted):
        used = [one.criterion for one in found if one.level is Level.CHOICE and one.name == choice.warning]
        idle = [criterion for criterion in choice.at if criterion not in used]
        if not used or idle:
            where = f" at {', '.join(idle)}" if idle else ""
            what = f"nothing warns of {choice.warning}{where}"
            yield checked.warning("stale-choice", ("accept", number), what, "take it out")
