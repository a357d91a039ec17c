"""Rules that are several sources of one and the same question.

* `prefer`: the first branch that settles the question; an unknown that needs eyes is not skipped, it is the answer.
* `weigh`: one that says yes and one that says no are in conflict; a source with nothing to say does not stand in the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.keys import Key, rule_list
from fhir_screener.criteria.model import Build, Rule
from fhir_screener.criteria.rules.combine import READ_IT, Branches, Combined, combine
from fhir_screener.criteria.spec import Spec
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason


@dataclass(frozen=True)
class Prefer(Combined):
    kind: ClassVar[str] = "prefer"
    joint: ClassVar[str] = "; failing that, "

    def over(self, branches: Branches) -> Finding:
        for index, branch in enumerate(branches):
            if branch.verdict is not UNKNOWN or branch.needs_eyes:
                return combine(branch.verdict, branches, self.kind, (index,))
        return combine(UNKNOWN, branches, self.kind)


@dataclass(frozen=True)
class Weigh(Combined):
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
                verdict=UNKNOWN, reason=Reason.CONFLICTING, decided_by=(yes or towards)[0], clock=False, **READ_IT
            )
        if yes:
            return combine(MET, branches, self.kind, yes)
        eyes = [i for i, b in enumerate(branches) if b.needs_eyes and b.reason is not Reason.STALE]
        if eyes:
            return combine(UNKNOWN, branches, self.kind, eyes)
        if no:
            return combine(NOT_MET, branches, self.kind, no)
        return combine(UNKNOWN, branches, self.kind)


PREFER = Key("", "rules", "The first that settles the question; an unknown that needs eyes is not skipped.")
WEIGH = Key(
    "", "rules", "Several sources of one question: yes against no is a conflict, silence stands in nobody's way."
)


def parse_prefer(spec: Spec, build: Build) -> Rule:
    return Prefer(rule_list(spec, build))


def parse_weigh(spec: Spec, build: Build) -> Rule:
    return Weigh(rule_list(spec, build))
