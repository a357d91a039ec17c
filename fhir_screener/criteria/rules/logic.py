"""`all`, `any`, `not` and `at_least`: rules joined by Kleene's strong three-valued logic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.keys import Key, mapping, number, rule_list, rules
from fhir_screener.criteria.model import Build, Rule
from fhir_screener.criteria.rules.combine import Branches, Combined, combine
from fhir_screener.criteria.spec import Spec
from fhir_screener.sentence import Text, join, say
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, all_of, any_of, at_least


@dataclass(frozen=True)
class AllOf(Combined):
    kind: ClassVar[str] = "all"
    joint: ClassVar[str] = " and "

    def over(self, branches: Branches) -> Finding:
        asked = [b.verdict for b in branches if b.applicable]
        found = combine(all_of(asked), branches, self.kind)
        return _ended_by_one(found) if found.verdict is MET else found


@dataclass(frozen=True)
class AnyOf(Combined):
    kind: ClassVar[str] = "any"
    joint: ClassVar[str] = " or "

    def over(self, branches: Branches) -> Finding:
        asked = [b.verdict for b in branches if b.applicable]
        found = combine(any_of(asked) if asked else UNKNOWN, branches, self.kind)
        return _ended_by_one(found) if found.verdict is NOT_MET else found


@dataclass(frozen=True)
class NotRule(Combined):
    kind: ClassVar[str] = "not"

    def over(self, branches: Branches) -> Finding:
        (branch,) = branches
        leans = None if branch.leans is None else ~branch.leans
        found = combine(branch.verdict, (branch,), self.kind)
        return found.but(verdict=~branch.verdict, leans=leans)

    def describe(self) -> Text:
        return say("not {rule}", rule=self.rules[0].describe())


@dataclass(frozen=True)
class AtLeast(Combined):
    n: int = 1
    kind: ClassVar[str] = "at_least"

    def over(self, branches: Branches) -> Finding:
        return combine(at_least(self.n, (b.verdict for b in branches)), branches, self.kind)

    def describe(self) -> Text:
        return say("at least {n} of ({rules})", n=self.n, rules=join("; ", [rule.describe() for rule in self.rules]))


def _ended_by_one(found: Finding) -> Finding:
    """Where every branch carries the verdict, the end of one ends it: all that is met, and any that is not."""
    asked = [branch for branch in found.branches if branch.applicable]
    return found.but(clock=any(b.clock for b in asked), repeatable=any(b.repeatable for b in asked))


ALL = Key("", "rules", "Every rule holds (Kleene).")
ANY = Key("", "rules", "At least one rule holds (Kleene).")
NOT = Key("", "rule", "The opposite of a rule.")
AT_LEAST = mapping(
    "", "At least `n` of some rules hold.", number("n", "How many.").must(), rules("of", "The rules.").must()
)


def parse_all(spec: Spec, build: Build) -> Rule:
    return AllOf(rule_list(spec, build))


def parse_any(spec: Spec, build: Build) -> Rule:
    return AnyOf(rule_list(spec, build))


def parse_not(spec: Spec, build: Build) -> Rule:
    return NotRule((build(spec),))


def parse_at_least(spec: Spec, build: Build) -> Rule:
    given = AT_LEAST.read(spec, build)
    n, parts = given["n"], given["of"]
    if n != int(n) or not 1 <= n <= len(parts):
        raise spec.fail(f"`n` must be between 1 and {len(parts)}", key="n")
    return AtLeast(parts, int(n))
