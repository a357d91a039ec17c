"""`lactating`: current, from conditions and from coded answers; see `FORM`.

What was said within `within` is current; said longer ago and never closed it is stale. Suppressed lactation is equivocal. After a
delivery silence is no answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite, value_text
from fhir_screener.criteria.disease import counts, course, is_doubtful
from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.criteria.hearsay import hear
from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import duration, mapping, sets
from fhir_screener.criteria.limit_keys import ANSWERS
from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.model import RESULT_TYPES, Build, Needs, Rule
from fhir_screener.criteria.results import results
from fhir_screener.criteria.rules.procedure import done
from fhir_screener.criteria.settling import ASK
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import length
from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import Condition
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import Reason

TYPES = RESULT_TYPES | {"Condition", "Procedure"}


@dataclass(frozen=True)
class LactatingRule:
    conditions: frozenset[str]
    suppressed: frozenset[str]
    delivery: frozenset[str]
    within: Duration
    status: frozenset[str] = frozenset()
    values: Limits = Limits()
    test_within: Duration | None = None
    kind: ClassVar[str] = "lactating"

    def evaluate(self, view: View) -> Finding:
        tally = Tally()
        for fact in among(view.index.conditions, self.conditions | self.suppressed):
            for names, ends in ((self.suppressed, True), (self.conditions, False)):
                hit = fact.hit(names)
                if hit is not None and counts(fact, hit):
                    self._weigh(view, fact, hit, ends, tally)
                    break
        clearing = self._answers(view, tally)
        if not clearing:
            hear(view, self.conditions, self.within, tally)
        finding = self._conclude(view, tally, clearing)
        return fetched(finding.but(rule=self.kind), view, TYPES, say("lactation"))

    def _weigh(self, view: View, fact: Condition, hit: Hit, ends: bool, tally: Tally) -> None:
        when = course(view, fact, hit.stance is Stance.PAST)
        if when.future:
            return
        said = max(filter(None, (when.recorded, view.some_day(fact.onset))), key=lambda d: d.hi, default=None)
        placed = view.place(said, self.within) if said else When.STRADDLES
        if not when.current or (ends and placed is When.BEFORE):
            tally.context(cite(fact, say("no longer current"), hit=hit, decides=False))
        elif ends:
            tally.doubt(Reason.EQUIVOCAL, cite(fact, say("lactation was suppressed"), hit=hit))
        elif placed is When.BEFORE:
            tally.doubt(Reason.STALE, cite(fact, say("recorded long ago and never closed"), hit=hit))
        elif is_doubtful(fact, hit):
            tally.doubt(Reason.EQUIVOCAL, cite(fact, say("uncertain"), hit=hit))
        elif placed is When.STRADDLES:
            tally.doubt(Reason.IMPRECISE_DATE, cite(fact, say("no date"), hit=hit))
        else:
            tally.yes(cite(fact, say("current"), hit=hit))

    def _answers(self, view: View, tally: Tally) -> list[Evidence]:
        """The latest answer that speaks goes into the tally; returns it where it is a no that still holds."""
        answers = [r for r in results(view, self.status, self.values) if r.days is not None]
        if not answers:
            return []
        newest = max(r.days.lo for r in answers if r.days is not None)
        born = max((days.hi for _, _, days in done(view, self.delivery) if days), default=0)
        clearing = []
        for one in answers:
            said = one.reading.says
            evidence = cite(one.fact, said.words, value=value_text(one.value), hit=one.hit)
            window = self.test_within if said is Polarity.NEGATIVE else self.within
            assert one.days is not None
            placed = view.place(one.days, window)
            outlived = said is Polarity.NEGATIVE and one.days.lo <= born
            if outlived or one.days.hi < newest or (placed is When.BEFORE and said is not Polarity.POSITIVE):
                tally.context(cite(one.fact, said.words, value=value_text(one.value), hit=one.hit, decides=False))
            elif placed is When.BEFORE:
                tally.doubt(Reason.STALE, evidence)
            elif said is Polarity.UNREADABLE:
                tally.doubt(Reason.UNREADABLE, evidence)
            elif said is Polarity.CONFLICTING:
                tally.doubt(Reason.CONFLICTING, evidence)
            elif said is Polarity.EQUIVOCAL or one.preliminary:
                tally.doubt(Reason.EQUIVOCAL, evidence)
            elif placed is When.STRADDLES:
                tally.doubt(Reason.IMPRECISE_DATE, evidence)
            elif said is Polarity.POSITIVE:
                tally.yes(evidence)
            else:
                clearing.append(evidence)
        return clearing

    def _conclude(self, view: View, tally: Tally, clearing: list[Evidence]) -> Finding:
        if tally.met and clearing:
            return unknown(Reason.CONFLICTING, *tally.met, *clearing, *tally.around())
        live = [reason for reason, _ in tally.reasons if reason is not Reason.STALE]
        if tally.met and not live:
            return met(*tally.met, *tally.around())
        if clearing and not live:
            return not_met(*clearing, *tally.around())
        if tally.reasons:
            return unknown(tally.reason, *tally.evidence, *tally.met, *tally.around())
        for fact, hit, _ in done(view, self.delivery):
            tally.context(cite(fact, say("delivered"), hit=hit, decides=False))
        nothing = absent(say("lactation"), sorted(TYPES - {"Procedure"}))
        return unknown(Reason.NO_DATA, *tally.around(), nothing, settle=ASK)

    def concerned_by(self) -> frozenset[str]:
        return self.conditions | self.suppressed | self.delivery | self.status

    def needs(self) -> Needs:
        answers = self.status | self.values.positive | self.values.negative
        return Needs(sets=self.conditions | self.suppressed | self.delivery | answers, types=TYPES)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        return say("lactating, recorded within {time} and not ended", time=length(self.within))


FORM = mapping(
    "",
    "Lactating on the day asked about.",
    sets("conditions", "Diagnoses of lactation.", "condition").must(),
    sets("suppressed", "Lactation that was suppressed: `equivocal`.", "condition", "procedure"),
    sets("delivery", "Deliveries: after one, silence is no answer.", "procedure", "condition"),
    sets("status", "Observations that state it.", "result"),
    ANSWERS,
    duration("within", "How long a record of it speaks; longer ago and never closed is `stale`.").must(),
    duration("test_within", "How long an answer of no speaks.", "P30D"),
)


def parse_lactating(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    return LactatingRule(
        conditions=given["conditions"],
        suppressed=given["suppressed"],
        delivery=given["delivery"],
        within=given["within"],
        status=given["status"],
        values=Limits(**(given["values"] or {})),
        test_within=given["test_within"],
    )
