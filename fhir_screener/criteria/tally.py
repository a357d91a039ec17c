"""What a rule has found so far: for, in doubt, against, and beside the point."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

from fhir_screener.criteria.evidence import Evidence
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import Reason, first_reason

T = TypeVar("T")

CONTEXT_SHOWN = 5
"""Context records shown in a finding; more are counted, not listed."""


class Tally(msgspec.Struct):
    """Evidence sorted by what it does to the question."""

    met: list[Evidence] = []
    reasons: list[tuple[Reason, Evidence]] = []
    refuting: list[Evidence] = []
    beside: list[Evidence] = []
    leans: bool = False
    clocks: list[bool] = []
    newer: list[Evidence] = []
    """What began too lately: it speaks against, until it has lasted."""

    def yes(self, evidence: Evidence, clock: bool = False) -> None:
        self.met.append(evidence)
        self.clocks.append(clock)

    def doubt(self, reason: Reason, evidence: Evidence, leans: bool = False) -> None:
        self.reasons.append((reason, evidence))
        self.leans = self.leans or leans

    def against(self, evidence: Evidence) -> None:
        self.refuting.append(evidence)

    def context(self, evidence: Evidence) -> None:
        self.beside.append(evidence)

    def weigh_weak(self, weak: list[tuple[Reason, Evidence]], *, settled: bool) -> None:
        """Beside a negative that settles the question, one of which nobody can say whether it does adds nothing."""
        for reason, evidence in weak:
            if settled:
                self.context(aside(evidence))
            else:
                self.doubt(reason, evidence)

    @property
    def clock(self) -> bool:
        """Whether time alone ends what was found."""
        return bool(self.clocks) and all(self.clocks)

    @property
    def reason(self) -> Reason:
        return first_reason(reason for reason, _ in self.reasons)

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        """The evidence behind the winning reason first, the rest as context."""
        winner = self.reason
        first = [e for reason, e in self.reasons if reason is winner]
        rest = [aside(e) for reason, e in self.reasons if reason is not winner]
        return (*first, *rest)

    def around(self, *notes: Text) -> tuple[Evidence, ...]:
        """Notes, then context, cut to what a person reads."""
        shown = _newest(self.beside)
        more = len(self.beside) - len(shown)
        tail = (
            [Evidence(note=say("{more} further records beside the point.", more=more), decides=False)] if more else []
        )
        said = [Evidence(note=note, decides=True) for note in notes]
        return (*said, *shown, *tail)


class Negatives(msgspec.Struct, Generic[T]):
    """Of one question: those that settle it, and those of which nobody can say whether they do, each with the reason."""

    clear: list[T] = []
    weak: list[tuple[Reason, Evidence]] = []


def _newest(beside: list[Evidence]) -> list[Evidence]:
    """As many as a person reads, in their order: of too many those of the latest dates."""
    if len(beside) <= CONTEXT_SHOWN:
        return beside
    latest = sorted(beside, key=lambda one: one.date.rpartition("..")[2] or one.date, reverse=True)
    kept = set(map(id, latest[:CONTEXT_SHOWN]))
    return [one for one in beside if id(one) in kept]


def aside(evidence: Evidence) -> Evidence:
    """The same evidence as context: shown, deciding nothing."""
    return msgspec.structs.replace(evidence, decides=False) if evidence.decides else evidence
