"""A rule, and others that qualify its answer. In each, `rules[0]` comes first and the others hang on it.

* `doubt`: what would cast doubt on its yes; what is itself equivocal makes the yes so.
* `unless`: facts that rule it out: where they hold the answer is no, and in conflict with a yes.
* `excused`: facts that explain its finding: where they hold, the finding is context and nothing is known.
* `when`: a rule that is asked only where the first is met; elsewhere it is not applicable and stands in nobody's way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.keys import mapping, rule, rules
from fhir_screener.criteria.model import Build, Rule
from fhir_screener.criteria.rules.combine import READ_IT, Branches, Combined, combine
from fhir_screener.criteria.spec import Spec
from fhir_screener.sentence import Text, join, say
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason, first_reason

_UNSETTLED = frozenset(reason for reason in Reason if reason.needs_eyes)
"""Reasons that put a yes in doubt."""


@dataclass(frozen=True)
class Doubt(Combined):
    """`rules[0]` is the question, the others would cast doubt on it."""

    kind: ClassVar[str] = "doubt"

    def over(self, branches: Branches) -> Finding:
        main, doubts = branches[0], branches[1:]
        found = combine(main.verdict, branches, self.kind, (0,))
        points = main.verdict is MET or (main.reason is not None and main.reason is not Reason.NO_DATA)
        raised = [i for i, b in enumerate(doubts, start=1) if b.verdict is MET]
        if points and raised:
            return found.but(
                verdict=UNKNOWN, reason=Reason.SUSPECTED, decided_by=raised[0], clock=False, leans=None, **READ_IT
            )
        perhaps = [i for i, b in enumerate(doubts, start=1) if b.reason in _UNSETTLED]
        if points and perhaps:
            reasons = [branches[i].reason for i in perhaps] + [main.reason]
            winner = first_reason([reason for reason in reasons if reason is not None])
            which = next((i for i in perhaps if branches[i].reason is winner), 0)
            return found.but(verdict=UNKNOWN, reason=winner, decided_by=which, clock=False, leans=None, **READ_IT)
        return found

    def describe(self) -> Text:
        return say("{rule}; in doubt when {others}", rule=self.rules[0].describe(), others=_others(self.rules[1:]))


@dataclass(frozen=True)
class Unless(Combined):
    """`rules[0]` is the question, the others rule it out."""

    kind: ClassVar[str] = "unless"

    def over(self, branches: Branches) -> Finding:
        main = branches[0]
        ruling = [i for i, b in enumerate(branches[1:], start=1) if b.verdict is MET]
        if not ruling or main.reason is Reason.NOT_FETCHED:
            return combine(main.verdict, branches, self.kind, self._open(branches) if main.verdict is UNKNOWN else (0,))
        found = combine(main.verdict, branches, self.kind, (0,))
        if main.verdict is MET:
            return found.but(verdict=UNKNOWN, reason=Reason.CONFLICTING, clock=False, leans=None, **READ_IT)
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
class Excused(Combined):
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
class WhenRule(Combined):
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
