"""`procedure`: done procedures, and conditions that state one (`absence of uterus`)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.disease import counts, is_uncertain, why_unlisted
from fhir_screener.criteria.evidence import Evidence, Finding, met, unknown
from fhir_screener.criteria.exempt import EXEMPT_PROCEDURE, Exempt, exempt_of
from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import choice, duration, flag, mapping, sets
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.occurrence import Occurrence
from fhir_screener.criteria.settling import ASK
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import clauses, length, named
from fhir_screener.records.dates import Days, Duration
from fhir_screener.records.facts import Condition, Fact, Procedure
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.product_words import only_named
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason

TYPES = frozenset({"Procedure", "Condition"})


def done(
    view: View, sets: frozenset[str], *, mentioned: bool = False, unlisted: bool = False
) -> list[tuple[Fact, Hit, Days | None]]:
    """Procedures of these sets that were done by the view's day, and conditions that say so, with their dates.

    `mentioned`: those too that only have to do with one (teaching, consent), which show that it is thought of.
    `unlisted`: those too that only the words of a code that no list knows name.
    """
    found: list[tuple[Fact, Hit, Days | None]] = []
    facts: list[Procedure | Condition] = [
        *among(view.index.procedures, sets),
        *among(view.index.conditions, sets),
    ]
    for fact in facts:
        hit = fact.hit(sets)
        if hit is None or hit.stance not in (Stance.ASSERTED, Stance.PAST) or (hit.unlisted and not unlisted):
            continue
        if isinstance(fact, Procedure):
            days = _begun(view, fact) if mentioned else view.point(fact.span)
            if fact.status not in (_UNDER_WAY if mentioned else _DONE) or (
                not mentioned and only_named(fact.concept.label)
            ):
                continue
        else:
            days = view.some_day(fact.onset) or view.days(fact.recorded)
            if not counts(fact, hit) or is_uncertain(fact, hit):
                continue
        if days is None or view.begun(days):
            found.append((fact, hit, days))
    return found


_DONE = frozenset({"completed"})
_UNDER_WAY = _DONE | {"in-progress", "stopped"}
"""What is a sign as well: a chemotherapy that goes on, or was broken off."""


def _begun(view: View, fact: Procedure) -> Days | None:
    """When it was done; of what goes on and ends later than today, when it began."""
    days, start = view.point(fact.span), view.days(fact.span.start)
    return start if days is not None and days.hi > view.day and start is not None else days


@dataclass(frozen=True)
class ProcedureRule:
    sets: frozenset[str]
    within: Duration | None
    exempt: Exempt | None = None
    suspected: bool = False
    lasting: bool = False
    kind: ClassVar[str] = "procedure"

    def evaluate(self, view: View) -> Finding:
        tally = Tally()
        for fact, hit, days in done(view, self.sets, mentioned=self.suspected, unlisted=True):
            freed = self.exempt.names(fact.hits, self.sets) if self.exempt else NOT_MET
            if freed is MET:
                tally.context(cite(fact, say("exempt"), hit=hit, decides=False))
                continue
            if freed is UNKNOWN:
                tally.doubt(Reason.SUSPECTED, cite(fact, say("perhaps exempt"), hit=hit))
                continue
            placed = When.INSIDE
            if self.within is not None:
                placed = view.place(days, self.within) if days else When.STRADDLES
            if hit.unlisted and placed is not When.BEFORE:
                worth = Reason.SUSPECTED if self.suspected else Reason.TEXT_ONLY
                tally.doubt(worth, cite(fact, why_unlisted(hit), hit=hit))
            elif placed is When.INSIDE:
                note = say("done within {window}", window=length(self.within)) if self.within else say("done")
                self._yes(cite(fact, note, hit=hit), tally)
            elif placed is When.STRADDLES:
                perhaps = say("perhaps done within {window}", window=length(self.within) if self.within else "")
                tally.doubt(Reason.IMPRECISE_DATE, cite(fact, perhaps, hit=hit))
            else:
                tally.context(cite(fact, say("done before the window"), hit=hit, decides=False))
        return fetched(self._conclude(tally), view, TYPES, named(self.sets))

    def _yes(self, evidence: Evidence, tally: Tally) -> None:
        if self.suspected:
            tally.doubt(Reason.SUSPECTED, evidence)
        else:
            tally.yes(evidence, clock=self.within is not None and not self.lasting)

    def _conclude(self, tally: Tally) -> Finding:
        if tally.met:
            return met(*tally.met, *tally.around(), rule=self.kind, clock=tally.clock)
        if tally.reasons:
            return unknown(tally.reason, *tally.evidence, *tally.around(), rule=self.kind)
        nothing = absent(named(self.sets), TYPES)
        return unknown(Reason.NO_DATA, *tally.around(), nothing, rule=self.kind, settle=ASK)

    def occurrences(self, view: View) -> Iterable[Occurrence]:
        """For `count`."""
        for fact, hit, days in done(view, self.sets):
            freed = self.exempt.names(fact.hits, self.sets) if self.exempt else NOT_MET
            if freed is not MET:
                doubt = Reason.SUSPECTED if freed is UNKNOWN else None
                yield Occurrence(cite(fact, say("done"), hit=hit), days, doubt=doubt)

    def types(self) -> frozenset[str]:
        return TYPES

    def concerned_by(self) -> frozenset[str]:
        return self.sets

    def needs(self) -> Needs:
        return Needs(sets=self.sets | (self.exempt.sets if self.exempt else frozenset()), types=TYPES)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        when = say("within {time}", time=length(self.within)) if self.within else say("ever")
        done = say("{procedures} done {when}", procedures=named(self.sets), when=when)
        return clauses(done, self.exempt.describe() if self.exempt else "")


FORM = mapping(
    "",
    "Procedures that were done, and conditions that state one.",
    sets("in", "Procedures that decide.", "procedure", "condition").must(),
    duration("within", "Done within this time before the day asked about; without it: ever."),
    choice("match", "What a match is worth.", "met", "met", "suspected"),
    flag("lasting", "What it leads to outlasts `within`: time alone ends nothing."),
    EXEMPT_PROCEDURE,
)


def parse_procedure(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    exempt = exempt_of(given["except"])
    return ProcedureRule(given["in"], given["within"], exempt, given["match"] == "suspected", given["lasting"])
