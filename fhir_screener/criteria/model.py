"""Rules and criteria, frozen and valid once built."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Protocol

from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.plan import Plan
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.records.dates import Duration
from fhir_screener.sentence import Text

DRUG_TYPES = frozenset(
    {"MedicationStatement", "MedicationRequest", "MedicationAdministration", "MedicationDispense", "Procedure"}
)
RESULT_TYPES = frozenset({"Observation", "DiagnosticReport"})


@dataclass(frozen=True)
class Needs:
    """What a rule reads: value sets, resource types, and how far back drugs matter (None: whole).

    `beside`: those of the types that only date, weigh or excuse what the others tell, and settle nothing alone.
    `whole`: resource types of which the records are needed as they came; `every`: those of which all are needed, not only
    the ones that other records refer to.
    """

    sets: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    drug_window: Duration | None = None
    whole: frozenset[str] = frozenset()
    every: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()


class Rule(Protocol):
    """One node of a criterion. `kind` is its word in a study file."""

    kind: ClassVar[str]

    def evaluate(self, view: View) -> Finding:
        """The answer for this patient on this day. Pure; never raises for anything a chart can hold."""

    def needs(self) -> Needs: ...

    def parts(self) -> tuple[Rule, ...]:
        """The rules nested in this one."""

    def describe(self) -> Text:
        """The rule in plain words, to be rendered in any language."""


Build = Callable[[Spec], Rule]
"""Reads a nested rule."""


@dataclass(frozen=True)
class Criterion:
    """One criterion of a protocol: its own sentence beside its rule.

    `applies_to`: outside it, an exclusion is not met and an inclusion met, marked not applicable.
    """

    id: str
    role: str
    text: str
    rule: Rule
    settle: str = ""
    reading: str = ""
    phase: str = "prescreen"
    weight: str = ""
    applies_to: Rule | None = None

    def rules(self) -> Iterator[Rule]:
        """Every rule of this criterion, outermost first."""
        stack = [self.rule, *([self.applies_to] if self.applies_to else [])]
        while stack:
            rule = stack.pop()
            yield rule
            stack.extend(rule.parts())


@dataclass(frozen=True)
class Anchor:
    """What must point to the disease: `mode` is one, any, all or none, over criterion ids."""

    mode: str = "none"
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Study:
    """A ResearchStudy as written in `mappings/`, compiled: valid, with its checksum.

    `cohort` is one of {index: sets}, {group: id}, {list: id}, {file: path}, {all: True}. `orders` is {key of a test: {language:
    the name under which it is ordered}}.
    """

    id: str
    title: str
    version: str
    checksum: str
    zone: str
    criteria: tuple[Criterion, ...]
    anchor: Anchor = Anchor()
    cohort: dict[str, object] = field(default_factory=dict)
    parameters: dict[str, object] = field(default_factory=dict)
    later_within: Duration = field(default_factory=lambda: Duration.parse("P12M"))
    recruiting: tuple[str | None, str | None] = (None, None)
    source: dict[str, object] = field(default_factory=dict)
    registry: dict[str, object] = field(default_factory=dict)
    orders: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    file: str = ""

    def needs(self) -> Needs:
        """What must be read for this study. How far back drugs matter, each rule says for itself."""
        found = [rule.needs() for criterion in self.criteria for rule in criterion.rules()]
        return Needs(
            sets=frozenset().union(*(n.sets for n in found), *(self._index(),)),
            types=frozenset().union(*(n.types for n in found)),
            whole=frozenset().union(*(n.whole for n in found)),
            every=frozenset().union(*(n.every for n in found)),
        )

    @cached_property
    def plan(self) -> Plan:
        """The study compiled."""
        asked = [rule for c in self.criteria for rule in (c.rule, c.applies_to) if rule is not None]
        return Plan(asked)

    @property
    def minor(self) -> frozenset[str]:
        """The criteria of weight minor: they rank `review`, and change no verdict."""
        return frozenset(criterion.id for criterion in self.criteria if criterion.weight == "minor")

    def _index(self) -> frozenset[str]:
        names = self.cohort.get("index", ())
        return frozenset(names) if isinstance(names, list | tuple) else frozenset()
