"""`except`: records that a protocol exempts, one by one: one cured exempt tumour beside another that counts.

An exempt record is context, and exempts nothing but itself. Where it is not certain that a record is exempt, a person
looks (`suspected`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fhir_screener.criteria.disease import Course
from fhir_screener.criteria.keys import duration, flag, mapping, sets
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import length, named
from fhir_screener.records.dates import Duration
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.stance import NOT_THERE, Stance
from fhir_screener.terminology.valueset import Hit, Hits, hit_among
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Verdict

EXEMPT_DISEASE = mapping(
    "except",
    "Diagnoses that do not count, record by record.",
    sets("in", "The exempt diagnoses.", "condition").must(),
    flag("ended", "Only where they are over; where that is not said, `suspected`."),
    duration("ended_for", "Only where they ended at least so long ago."),
)
EXEMPT_DRUG = mapping(
    "except", "Drugs that do not count, record by record.", sets("to", "The exempt drugs.", "drug").must()
)
EXEMPT_PROCEDURE = mapping(
    "except",
    "Procedures that do not count, record by record.",
    sets("in", "The exempt procedures.", "procedure", "condition").must(),
)


@dataclass(frozen=True)
class Exempt:
    """Which records are exempt: those of `sets`, and (`ended`, `ended_for`) only what is over, for so long."""

    sets: frozenset[str]
    ended: bool = False
    ended_for: Duration | None = None

    def names(self, hits: Hits, counting: frozenset[str]) -> Verdict:
        """Whether the record is one of these; unknown where its words leave that open, or where it also is another
        drug of the sets that count."""
        own = hit_among(hits, self.sets)
        if own is None or own.stance in NOT_THERE:
            return NOT_MET
        if own.stance is Stance.DOUBTFUL or own.unlisted:
            return UNKNOWN
        # Two ingredients of one product: the other one is not exempt.
        others = (hits[name] for name in counting if name in hits)
        return UNKNOWN if any(_differs(own, other) for other in others) else MET

    def frees(self, view: View, hits: Hits, when: Course) -> Verdict:
        """Whether a diagnosis with this course is exempt."""
        return self.names(hits, frozenset()) & self._is_over(view, when)

    def _is_over(self, view: View, when: Course) -> Verdict:
        if not self.ended and self.ended_for is None:
            return MET
        if when.current:
            return NOT_MET if when.stated else UNKNOWN
        if self.ended_for is None:
            return MET
        placed = view.place(when.end, self.ended_for) if when.end else When.STRADDLES
        return MET if placed is When.BEFORE else NOT_MET if placed is When.INSIDE else UNKNOWN

    def describe(self) -> Text:
        """The exemption as a clause."""
        if self.ended_for is not None:
            return say(
                "except, one by one, {what} that ended at least {time} ago",
                what=named(self.sets),
                time=length(self.ended_for),
            )
        if self.ended:
            return say("except, one by one, {what} that is over", what=named(self.sets))
        return say("except, one by one, {what}", what=named(self.sets))


def _differs(one: Hit, other: Hit) -> bool:
    return bool(one.ingredient and other.ingredient and one.ingredient != other.ingredient)


def exempt_of(given: dict[str, Any] | None) -> Exempt | None:
    """The exemption that a rule states, if any."""
    if given is None:
        return None
    return Exempt(given.get("in") or given["to"], given.get("ended", False), given.get("ended_for"))
