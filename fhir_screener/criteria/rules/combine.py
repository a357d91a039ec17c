"""What rules made of rules have in common: `logic`, `sources` and `qualified` are the kinds of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.model import Needs, Rule
from fhir_screener.criteria.settling import CHART, soonest, way
from fhir_screener.criteria.view import View
from fhir_screener.sentence import Text, join, say
from fhir_screener.verdict import UNKNOWN, Verdict, first_reason

Branches = tuple[Finding, ...]
READ_IT: dict[str, object] = {"settle": CHART, "soonest": None}
"""What is on record both ways, or in doubt, is settled by reading it."""


@dataclass(frozen=True)
class Combined:
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
