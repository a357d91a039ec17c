"""`procedure`: done procedures, and conditions that state one (`absence of uterus`).

procedure: {in: [hysterectomy], within: P6M}        # without `within`: ever
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.disease import counts
from fhir_screener.criteria.evidence import Finding, met, unknown
from fhir_screener.criteria.index import among
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import named
from fhir_screener.records.dates import Days, Duration
from fhir_screener.records.facts import Condition, Fact, Procedure
from fhir_screener.sentence import say
from fhir_screener.terminology.phrases import Stance
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import Reason

TYPES = frozenset({"Procedure", "Condition"})


def done(view: View, sets: frozenset[str]) -> list[tuple[Fact, Hit, Days | None]]:
    """Procedures of these sets that were done by the view's day, and conditions that say so, with their dates."""
    found: list[tuple[Fact, Hit, Days | None]] = []
    facts: list[Procedure | Condition] = [
        *among(view.index.procedures, sets),
        *among(view.index.conditions, sets),
    ]
    for fact in facts:
        hit = next((fact.hits[name] for name in sorted(sets) if name in fact.hits), None)
        if hit is None or hit.stance not in (Stance.ASSERTED, Stance.PAST):
            continue
        if isinstance(fact, Procedure):
            days = view.point(fact.span)
            if fact.status != "completed":
                continue
        else:
            days = view.days(fact.onset.start) or view.days(fact.recorded)
            if not counts(fact, hit):
                continue
        if days is None or view.begun(days):
            found.append((fact, hit, days))
    return found


@dataclass(frozen=True)
class ProcedureRule:
    sets: frozenset[str]
    within: Duration | None
    kind: ClassVar[str] = "procedure"

    def evaluate(self, view: View) -> Finding:
        tally = Tally()
        for fact, hit, days in done(view, self.sets):
            if self.within is None:
                tally.yes(cite(fact, say("done"), hit=hit))
                continue
            placed = view.place(days, self.within) if days else When.STRADDLES
            if placed is When.INSIDE:
                tally.yes(cite(fact, say("done within {window}", window=self.within), hit=hit), clock=True)
            elif placed is When.STRADDLES:
                perhaps = say("perhaps done within {window}", window=self.within)
                tally.doubt(Reason.IMPRECISE_DATE, cite(fact, perhaps, hit=hit))
            else:
                tally.context(cite(fact, say("done before the window"), hit=hit, decides=False))
        return fetched(self._conclude(view, tally), view, TYPES, named(self.sets))

    def _conclude(self, view: View, tally: Tally) -> Finding:
        if tally.met:
            return met(*tally.met, *tally.around(), rule=self.kind, clock=tally.clock)
        if tally.reasons:
            return unknown(tally.reason, *tally.evidence, *tally.around(), rule=self.kind)
        return unknown(Reason.NO_DATA, *tally.around(), absent(named(self.sets), view, sorted(TYPES)), rule=self.kind)

    def _about(self) -> str:
        return ", ".join(sorted(self.sets))

    def needs(self) -> Needs:
        return Needs(sets=self.sets, types=TYPES)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> str:
        return f"{self._about()} done {f'within {self.within.text}' if self.within else 'ever'}"


def parse_procedure(spec: Spec, build: Build) -> Rule:
    rule = ProcedureRule(spec.value_sets("in", needed=True), spec.duration("within"))
    spec.done()
    return rule
