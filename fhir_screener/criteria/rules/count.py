"""`count`: so many events on different days. What may stand in it is in `FORM`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, cast

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.evidence import Evidence, Finding, met, unknown
from fhir_screener.criteria.keys import duration, mapping, number, rules
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.occurrence import Countable, Occurrence
from fhir_screener.criteria.rules.condition import ConditionRule
from fhir_screener.criteria.settling import ASK
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import aside
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import clauses, length
from fhir_screener.records.dates import Duration
from fhir_screener.sentence import Text, join, say
from fhir_screener.verdict import Reason, first_reason


@dataclass(frozen=True)
class CountRule:
    of: tuple[Countable, ...]
    at_least: int
    within: Duration | None = None
    apart: Duration | None = None
    kind: ClassVar[str] = "count"

    def evaluate(self, view: View) -> Finding:
        sure: list[Occurrence] = []
        perhaps: list[Occurrence] = []
        for rule in self.of:
            for one in rule.occurrences(view):
                placed = self._place(view, one)
                if placed is When.BEFORE:
                    continue
                exact = one.days is not None and one.days.exact
                (sure if exact and placed is When.INSIDE and one.doubt is None else perhaps).append(one)
        return fetched(self._conclude(sure, perhaps), view, self._types(), self._about())

    def _place(self, view: View, one: Occurrence) -> When:
        """By the day on which it began: each event has one."""
        if self.within is None:
            return When.INSIDE
        return view.place(one.days, self.within) if one.days else When.STRADDLES

    def _conclude(self, sure: list[Occurrence], perhaps: list[Occurrence]) -> Finding:
        counted = self._apart(sure)
        if len(counted) >= self.at_least:
            return met(*(one.evidence for one in counted), rule=self.kind, clock=self.within is not None)
        if perhaps and len(perhaps) + len({one.days for one in sure}) >= self.at_least:
            reason = first_reason(one.doubt or Reason.IMPRECISE_DATE for one in perhaps)
            found = (*(one.evidence for one in perhaps), *(aside(one.evidence) for one in counted))
            return unknown(reason, *found, rule=self.kind)
        seen = tuple(aside(one.evidence) for one in (*sure, *perhaps))
        if not seen:
            nothing = absent(self._about(), self._types())
            return unknown(Reason.NO_DATA, nothing, rule=self.kind, settle=ASK)
        note = say("{found} of {wanted} on record.", found=len(counted), wanted=self.at_least)
        return unknown(Reason.NO_DATA, Evidence(note=note, decides=False), *seen, rule=self.kind, settle=ASK)

    def _apart(self, sure: list[Occurrence]) -> list[Occurrence]:
        """The most events of which no two lie closer than `apart`, one a day at most, earliest first."""
        counted: list[Occurrence] = []
        first = 0
        for one in sorted(sure, key=lambda each: each.days.lo if each.days else 0):
            if one.days is not None and one.days.lo >= first:
                counted.append(one)
                first = max(self.apart.after(one.days.lo) if self.apart else 0, one.days.lo + 1)
        return counted

    def _about(self) -> Text:
        return join(" or ", [rule.describe() for rule in self.of])

    def _types(self) -> frozenset[str]:
        return frozenset().union(*(rule.types() for rule in self.of))

    def needs(self) -> Needs:
        return Needs()

    def parts(self) -> tuple[Rule, ...]:
        return self.of

    def describe(self) -> Text:
        return clauses(
            say("{n} or more on different days: {events}", n=self.at_least, events=self._about()),
            say("within {time}", time=length(self.within)) if self.within else "",
            say("each at least {time} after the one before", time=length(self.apart)) if self.apart else "",
        )


FORM = mapping(
    "",
    "So many events on different days; fewer on record is not known.",
    rules(
        "of", "What is counted, without a window of its own: condition, encounter, immunization, procedure, tested."
    ).must(),
    number("at_least", "How many.").must(),
    duration("within", "Begun within this time before the day asked about; without it: ever."),
    duration("apart", "An event counts only so long after the one that was counted before it."),
)


def parse_count(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    for place, rule in zip(spec.child("of").items(), given["of"], strict=True):
        if not hasattr(rule, "occurrences"):
            raise place.fail("that rule is about no events", "condition, encounter, immunization, procedure or tested")
        if isinstance(rule, ConditionRule) and not rule.is_event:
            raise place.fail("only `in` tells of diagnoses to be counted", "take the other keys away")
        if rule.within is not None:
            raise place.fail("the window belongs to `count`", "move `within` there")
    if given["at_least"] != int(given["at_least"]) or given["at_least"] < 1:
        raise spec.fail("`at_least` must be a whole number, 1 or more", key="at_least")
    events = cast(tuple[Countable, ...], given["of"])
    return CountRule(events, int(given["at_least"]), given["within"], given["apart"])
