"""`encounter`: visits and stays. What may stand in it is in `FORM`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.code_words import code_in_words
from fhir_screener.criteria.disease import counts, is_doubtful
from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import duration, flag, mapping, sets
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.occurrence import Occurrence, happened
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import clauses, length, named
from fhir_screener.records.dates import Days, Duration
from fhir_screener.records.facts import Encounter
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.stance import NOT_THERE, Stance
from fhir_screener.verdict import Reason, first_reason

TYPES = frozenset({"Encounter"})
ONGOING = frozenset({"arrived", "triaged", "in-progress", "onleave"})
COUNTING = frozenset({"finished", "unknown", ""}) | ONGOING
FRESH = Duration.parse("P12M")
"""How long a stay that nobody closed speaks for today."""


@dataclass(frozen=True)
class EncounterRule:
    sets: frozenset[str]
    excluded: frozenset[str] = frozenset()
    reason: frozenset[str] = frozenset()
    discharged: frozenset[str] = frozenset()
    within: Duration | None = None
    ended: bool = False
    current: bool = False
    kind: ClassVar[str] = "encounter"

    def evaluate(self, view: View) -> Finding:
        return happened(self, view, self.about())

    def occurrences(self, view: View) -> Iterable[Occurrence]:
        for fact in among(view.index.encounters, self.sets):
            if fact.status not in COUNTING or self.excluded & fact.hits.keys():
                continue
            found = self._read(view, fact)
            if found is not None and (found.ongoing or not self.current):
                yield found

    def _read(self, view: View, fact: Encounter) -> Occurrence | None:
        start, end = view.days(fact.span.start), view.days(fact.span.end)
        if start is not None and not view.begun(start):
            return None
        over = end is not None and view.begun(end)
        if not over and (self.ended or self.discharged):
            return None
        if self.discharged and self.discharged.isdisjoint(view.terminology.classify(fact.discharge)):
            return None
        reasons = list(self._reasons(view, fact))
        if not reasons:
            return None
        ongoing = fact.status in ONGOING and not over
        doubt = None if None in reasons else first_reason(one for one in reasons if one is not None)
        doubt = doubt or _by_status(view, fact, start, ongoing)
        status = code_in_words(fact.status) if fact.status else say("no status")
        return Occurrence(cite(fact, status, hit=fact.hit(self.sets)), start or end, end, ongoing, doubt)

    def _reasons(self, view: View, fact: Encounter) -> Iterator[Reason | None]:
        """One entry for each sign that it was for the wanted reason: why the sign is in doubt, None for a clear one."""
        if not self.reason:
            yield None
        elif not fact.reasons:
            yield Reason.SUSPECTED
        refs = {one.text for one in fact.reasons if not one.codings}
        for disease in among(view.index.conditions, self.reason):
            hit = disease.hit(self.reason)
            if hit is not None and disease.ref in refs and counts(disease, hit):
                yield Reason.EQUIVOCAL if is_doubtful(disease, hit) else None
        for one in fact.reasons:
            for name in self.reason & view.terminology.classify(one).keys():
                stance = view.terminology.classify(one)[name].stance
                if stance not in NOT_THERE:
                    yield None if stance is Stance.ASSERTED else Reason.EQUIVOCAL

    def about(self) -> Text:
        """The encounters asked about."""
        if not self.reason:
            return named(self.sets)
        return say("{encounters} for {reason}", encounters=named(self.sets), reason=named(self.reason))

    def types(self) -> frozenset[str]:
        return TYPES

    def needs(self) -> Needs:
        beside = frozenset({"Condition"}) if self.reason else frozenset()
        sets = self.sets | self.excluded | self.reason | self.discharged
        return Needs(sets=sets, types=TYPES | beside, every=TYPES, beside=beside)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        when = say("within {time}", time=length(self.within)) if self.within else say("ever")
        return clauses(
            say("an encounter: {what}, {when}", what=self.about(), when=say("now") if self.current else when),
            say("not counted: {what}", what=named(self.excluded)) if self.excluded else "",
            say("discharged: {where}", where=named(self.discharged)) if self.discharged else "",
            say("only those that are over") if self.ended else "",
        )


def _by_status(view: View, fact: Encounter, start: Days | None, ongoing: bool) -> Reason | None:
    if fact.status in ("unknown", ""):
        return Reason.EQUIVOCAL
    return Reason.STALE if ongoing and start is not None and view.older_than(start, FRESH) else None


FORM = mapping(
    "",
    "Visits and stays, by what the Encounter says of its type, class and service.",
    sets("in", "Encounters that decide.").must(),
    sets("except", "Encounters that do not count: virtual ones, say."),
    sets("reason", "Why they were: coded, or a Condition they refer to. Where no reason is recorded: `suspected`."),
    sets("discharged", "Where the patient went from there."),
    duration("within", "Any part of it touches this time before the day asked about; without it: ever."),
    flag("ended", "Only those that are over."),
    flag("current", "Only those that are going on; excludes `within`."),
)


def parse_encounter(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    if given["current"] and (given["within"] or given["ended"]):
        raise spec.fail("`current` goes with neither `within` nor `ended`", "keep one of them")
    return EncounterRule(
        sets=given["in"],
        excluded=given["except"],
        reason=given["reason"],
        discharged=given["discharged"],
        within=given["within"],
        ended=given["ended"],
        current=given["current"],
    )
