"""Rules made of rules. `all`, `any`, `not` and `at_least` follow Kleene; the others are about evidence:

* `prefer`: the first branch that settles the question; an unknown that needs eyes is not skipped, it is the answer.
* `weigh`: several sources for one and the same question. One that says yes and one that says no are in conflict; a
  source with nothing to say does not stand in the way.
* `doubt`: a rule, and what would cast doubt on its yes; what is itself equivocal makes the yes so.
* `unless`: a rule, and facts that rule it out: where they hold the answer is no, and in conflict with a yes.
* `excused`: a rule, and facts that explain its finding: where they hold, the finding is context and nothing is known.
* `when`: a rule that is asked only where another is met; elsewhere it is not applicable and stands in nobody's way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.keys import Key, mapping, number, rule, rule_list, rules
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.settling import CHART, soonest, way
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.sentence import Text, join, say
from fhir_screener.verdict import (
    MET,
    NOT_MET,
    UNKNOWN,
    Reason,
    Verdict,
    all_of,
    any_of,
    at_least,
    first_reason,
)

Branches = tuple[Finding, ...]


@dataclass(frozen=True)
class _Combined:
    rules: tuple[Rule, ...]
    kind: ClassVar[str] = ""
    joint: ClassVar[str] = ", "

    def needs(self) -> Needs:
        return Needs()

    def parts(self) -> tuple[Rule, ...]:
        return self.rules

    def describe(self) -> Text:
        return say("({rules})", rules=join(self.joint, [rule.describe() for rule in self.rules]))

    def evaluate(self, view: View) -> Finding:
        return view.joined(self, view.ask_each(self.rules))

    def over(self, branches: Branches) -> Finding:
        """What follows from the answers of the parts, in their order."""
        raise NotImplementedError


def combine(verdict: Verdict, branches: Sequence[Finding], kind: str, deciding: Sequence[int] = ()) -> Finding:
    """A finding over branches: the deciding branch, the winning reason, and whether time alone would end it.

    `deciding` are the branches that carry the verdict; by default those that have it.
    """
    carrying = list(deciding) or [i for i, b in enumerate(branches) if b.verdict is verdict and b.applicable]
    reason, first = None, None
    if verdict is UNKNOWN:
        unknowns = [i for i in carrying if branches[i].reason is not None]
        reason = first_reason([r for i in unknowns if (r := branches[i].reason) is not None])
        carrying = [i for i in unknowns if branches[i].reason is reason] or unknowns
        first = soonest(branches)
    return Finding(
        verdict,
        reason,
        rule=kind,
        branches=branches if isinstance(branches, tuple) else tuple(branches),
        decided_by=carrying[0] if carrying else None,
        applicable=not branches or True in [b.applicable for b in branches],
        clock=bool(carrying) and False not in [branches[i].clock for i in carrying],
        repeatable=bool(carrying) and False not in [branches[i].repeatable for i in carrying],
        leans=next((leans for leans in [branches[i].leans for i in carrying] if leans is not None), None),
        settle=way(branches[first]) if first is not None else "",
        soonest=first,
    )


def _ended_by_one(found: Finding) -> Finding:
    """Where every branch carries the verdict, the end of one ends it: all that is met, and any that is not."""
    asked = [branch for branch in found.branches if branch.applicable]
    return found.but(clock=any(b.clock for b in asked), repeatable=any(b.repeatable for b in asked))


_UNSETTLED = frozenset(reason for reason in Reason if reason.needs_eyes)
"""Reasons that put a yes in doubt."""
_READ: dict[str, object] = {"settle": CHART, "soonest": None}
"""What is on record both ways, or in doubt, is settled by reading it."""


@dataclass(frozen=True)
class AllOf(_Combined):
    kind: ClassVar[str] = "all"
    joint: ClassVar[str] = " and "

    def over(self, branches: Branches) -> Finding:
        asked = [b.verdict for b in branches if b.applicable]
        found = combine(all_of(asked), branches, self.kind)
        return _ended_by_one(found) if found.verdict is MET else found


@dataclass(frozen=True)
class AnyOf(_Combined):
    kind: ClassVar[str] = "any"
    joint: ClassVar[str] = " or "

    def over(self, branches: Branches) -> Finding:
        asked = [b.verdict for b in branches if b.applicable]
        found = combine(any_of(asked) if asked else UNKNOWN, branches, self.kind)
        return _ended_by_one(found) if found.verdict is NOT_MET else found


@dataclass(frozen=True)
class NotRule(_Combined):
    kind: ClassVar[str] = "not"

    def over(self, branches: Branches) -> Finding:
        (branch,) = branches
        leans = None if branch.leans is None else ~branch.leans
        found = combine(branch.verdict, (branch,), self.kind)
        return found.but(verdict=~branch.verdict, leans=leans)

    def describe(self) -> Text:
        return say("not {rule}", rule=self.rules[0].describe())


@dataclass(frozen=True)
class AtLeast(_Combined):
    n: int = 1
    kind: ClassVar[str] = "at_least"

    def over(self, branches: Branches) -> Finding:
        return combine(at_least(self.n, (b.verdict for b in branches)), branches, self.kind)

    def describe(self) -> Text:
        return say("at least {n} of ({rules})", n=self.n, rules=join("; ", [rule.describe() for rule in self.rules]))


@dataclass(frozen=True)
class Prefer(_Combined):
    kind: ClassVar[str] = "prefer"
    joint: ClassVar[str] = "; failing that, "

    def over(self, branches: Branches) -> Finding:
        for index, branch in enumerate(branches):
            if branch.verdict is not UNKNOWN or branch.needs_eyes:
                return combine(branch.verdict, branches, self.kind, (index,))
        return combine(UNKNOWN, branches, self.kind)


@dataclass(frozen=True)
class Weigh(_Combined):
    kind: ClassVar[str] = "weigh"
    joint: ClassVar[str] = "; weighed with "

    def over(self, branches: Branches) -> Finding:
        yes = [i for i, b in enumerate(branches) if b.verdict is MET]
        no = [i for i, b in enumerate(branches) if b.verdict is NOT_MET and b.applicable]
        away = [i for i, b in enumerate(branches) if b.leans is NOT_MET and b.verdict is UNKNOWN]
        towards = [i for i, b in enumerate(branches) if b.leans is MET and b.verdict is UNKNOWN]
        if (no or away) and (yes or towards):
            found = combine(UNKNOWN, branches, self.kind, (yes or towards) + no + away)
            return found.but(
                verdict=UNKNOWN, reason=Reason.CONFLICTING, decided_by=(yes or towards)[0], clock=False, **_READ
            )
        if yes:
            return combine(MET, branches, self.kind, yes)
        eyes = [i for i, b in enumerate(branches) if b.needs_eyes and b.reason is not Reason.STALE]
        if eyes:
            return combine(UNKNOWN, branches, self.kind, eyes)
        if no:
            return combine(NOT_MET, branches, self.kind, no)
        return combine(UNKNOWN, branches, self.kind)


@dataclass(frozen=True)
class Doubt(_Combined):
    """`rules[0]` is the question, the others would cast doubt on it."""

    kind: ClassVar[str] = "doubt"

    def over(self, branches: Branches) -> Finding:
        main, doubts = branches[0], branches[1:]
        found = combine(main.verdict, branches, self.kind, (0,))
        points = main.verdict is MET or (main.reason is not None and main.reason is not Reason.NO_DATA)
        raised = [i for i, b in enumerate(doubts, start=1) if b.verdict is MET]
        if points and raised:
            return found.but(
                verdict=UNKNOWN, reason=Reason.SUSPECTED, decided_by=raised[0], clock=False, leans=None, **_READ
            )
        perhaps = [i for i, b in enumerate(doubts, start=1) if b.reason in _UNSETTLED]
        if points and perhaps:
            reasons = [branches[i].reason for i in perhaps] + [main.reason]
            winner = first_reason([reason for reason in reasons if reason is not None])
            which = next((i for i in perhaps if branches[i].reason is winner), 0)
            return found.but(verdict=UNKNOWN, reason=winner, decided_by=which, clock=False, leans=None, **_READ)
        return found

    def describe(self) -> Text:
        return say("{rule}; in doubt when {others}", rule=self.rules[0].describe(), others=_others(self.rules[1:]))


@dataclass(frozen=True)
class Unless(_Combined):
    """`rules[0]` is the question, the others rule it out."""

    kind: ClassVar[str] = "unless"

    def over(self, branches: Branches) -> Finding:
        main = branches[0]
        ruling = [i for i, b in enumerate(branches[1:], start=1) if b.verdict is MET]
        if not ruling or main.reason is Reason.NOT_FETCHED:
            return combine(main.verdict, branches, self.kind, self._open(branches) if main.verdict is UNKNOWN else (0,))
        found = combine(main.verdict, branches, self.kind, (0,))
        if main.verdict is MET:
            return found.but(verdict=UNKNOWN, reason=Reason.CONFLICTING, clock=False, leans=None, **_READ)
        return found.but(
            verdict=NOT_MET, reason=None, decided_by=ruling[0], clock=False, leans=None, settle="", soonest=None
        )

    @staticmethod
    def _open(branches: Branches) -> Sequence[int]:
        """What carries an unknown: the question itself, and what would rule it out if its date were known."""
        return [0, *(i for i, b in enumerate(branches) if i and b.reason is Reason.IMPRECISE_DATE)]

    def describe(self) -> Text:
        return say("{rule}; ruled out by {others}", rule=self.rules[0].describe(), others=_others(self.rules[1:]))


@dataclass(frozen=True)
class Excused(_Combined):
    """`rules[0]` is the question, the others explain its finding away."""

    kind: ClassVar[str] = "excused"

    def over(self, branches: Branches) -> Finding:
        main = branches[0]
        explaining = [i for i, b in enumerate(branches[1:], start=1) if b.verdict is MET]
        found = combine(main.verdict, branches, self.kind, (0,))
        if not explaining or not (main.verdict is MET or main.needs_eyes) or main.reason is Reason.NOT_FETCHED:
            return found
        return found.but(verdict=UNKNOWN, reason=Reason.NO_DATA, decided_by=explaining[0], clock=False, leans=None)

    def describe(self) -> Text:
        return say(
            "{rule}, unless explained by {others}", rule=self.rules[0].describe(), others=_others(self.rules[1:])
        )


@dataclass(frozen=True)
class WhenRule(_Combined):
    """`rules[0]` says whether `rules[1]` is asked at all."""

    kind: ClassVar[str] = "when"

    def over(self, branches: Branches) -> Finding:
        asked, answer = branches
        if asked.verdict is MET:
            return combine(answer.verdict, (asked, answer), self.kind, (1,))
        if asked.verdict is UNKNOWN:
            return combine(UNKNOWN, (asked, answer), self.kind, (0,))
        return Finding(
            UNKNOWN, Reason.NO_DATA, rule=self.kind, branches=(asked, answer), decided_by=0, applicable=False
        )

    def describe(self) -> Text:
        return say("if {condition}: {rule}", condition=self.rules[0].describe(), rule=self.rules[1].describe())


def _others(parts: Sequence[Rule]) -> Text:
    return join("; or ", [rule.describe() for rule in parts])


def _list(about: str) -> Key:
    return Key("", "rules", about)


ALL = _list("Every rule holds (Kleene).")
ANY = _list("At least one rule holds (Kleene).")
PREFER = _list("The first that settles the question; an unknown that needs eyes is not skipped.")
WEIGH = _list("Several sources of one question: yes against no is a conflict, silence stands in nobody's way.")
NOT = Key("", "rule", "The opposite of a rule.")
AT_LEAST = mapping(
    "", "At least `n` of some rules hold.", number("n", "How many.").must(), rules("of", "The rules.").must()
)
DOUBT = mapping(
    "",
    "A rule, and what would cast doubt on its yes: `suspected`.",
    rule("rule", "The question.").must(),
    rules("when", "What casts doubt.").must(),
)
UNLESS = mapping(
    "",
    "A rule, and facts that rule it out; against a yes they are a conflict.",
    rule("rule", "The question.").must(),
    rules("when", "What rules it out.").must(),
)
EXCUSED = mapping(
    "",
    "A rule, and facts that explain its finding: it is then context.",
    rule("rule", "The question.").must(),
    rules("by", "What explains it.").must(),
)
WHEN = mapping(
    "",
    "A rule that is asked only where another is met; elsewhere it does not apply.",
    rule("if", "Whether it is asked.").must(),
    rule("then", "What is asked.").must(),
)


def parse_all(spec: Spec, build: Build) -> Rule:
    return AllOf(rule_list(spec, build))


def parse_any(spec: Spec, build: Build) -> Rule:
    return AnyOf(rule_list(spec, build))


def parse_prefer(spec: Spec, build: Build) -> Rule:
    return Prefer(rule_list(spec, build))


def parse_weigh(spec: Spec, build: Build) -> Rule:
    return Weigh(rule_list(spec, build))


def parse_not(spec: Spec, build: Build) -> Rule:
    return NotRule((build(spec),))


def parse_at_least(spec: Spec, build: Build) -> Rule:
    given = AT_LEAST.read(spec, build)
    n, parts = given["n"], given["of"]
    if n != int(n) or not 1 <= n <= len(parts):
        raise spec.fail(f"`n` must be between 1 and {len(parts)}", key="n")
    return AtLeast(parts, int(n))


def parse_unless(spec: Spec, build: Build) -> Rule:
    given = UNLESS.read(spec, build)
    return Unless((given["rule"], *given["when"]))


def parse_excused(spec: Spec, build: Build) -> Rule:
    given = EXCUSED.read(spec, build)
    return Excused((given["rule"], *given["by"]))


def parse_when(spec: Spec, build: Build) -> Rule:
    given = WHEN.read(spec, build)
    return WhenRule((given["if"], given["then"]))


def parse_doubt(spec: Spec, build: Build) -> Rule:
    given = DOUBT.read(spec, build)
    return Doubt((given["rule"], *given["when"]))
