"""`pregnant`: current, from conditions, tests and dates; each with its own expiry.

    pregnant:
      conditions: [pregnancy]              status: [pregnancy-status]     due_date: [due-date]
      values: {positive: [pregnant-values], negative: [not-pregnant-values]}
      hcg: [hcg-qualitative]               hcg_quantitative: [hcg-quantitative]
      ended: [delivery]                    test_within: P30D              # how long a negative test speaks
      gestation: [gestational-age]         # a sign that a person looks at

Evidence of pregnancy is stale 14 days after the expected delivery or 300 days after onset. hCG 5 to 25 mIU/mL is
equivocal (Mayo Clinic Laboratories test 80678); hCG in a male is no evidence of pregnancy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite, value_text
from fhir_screener.criteria.disease import counts, course, doubt_of, is_doubtful
from fhir_screener.criteria.due_date import TERM, weigh_due_date
from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.criteria.gestation import SPEAKS, weigh_gestation
from fhir_screener.criteria.hearsay import hear
from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import duration, mapping, sets
from fhir_screener.criteria.limit_keys import ANSWERS
from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.model import RESULT_TYPES, Build, Needs, Rule
from fhir_screener.criteria.results import Result, results
from fhir_screener.criteria.rules.procedure import done
from fhir_screener.criteria.settling import order_of
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import length
from fhir_screener.records.dates import Days, Duration
from fhir_screener.records.facts import Condition, Fact
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.valueset import Hit
from fhir_screener.terminology.years import years_in
from fhir_screener.verdict import MET, Reason

HCG = Limits(at_least={"m[IU]/mL": 25}, equivocal={"m[IU]/mL": (5, 25)})
TYPES = RESULT_TYPES | {"Condition", "Procedure"}


@dataclass(frozen=True)
class PregnantRule:
    conditions: frozenset[str]
    status: frozenset[str]
    due_date: frozenset[str]
    hcg: frozenset[str]
    hcg_quantitative: frozenset[str]
    ended: frozenset[str]
    test_within: Duration
    values: Limits = Limits()
    outcome: frozenset[str] = frozenset()
    gestation: frozenset[str] = frozenset()
    kind: ClassVar[str] = "pregnant"

    def evaluate(self, view: View) -> Finding:
        tally = Tally()
        last_outcome = self._last_outcome(view)
        self._diagnoses(view, tally, last_outcome)
        weigh_due_date(view, self.due_date, tally, last_outcome)
        weigh_gestation(view, self.gestation, tally, last_outcome)
        clearing = self._tests(view, tally, last_outcome)
        told = (
            self.conditions
            if view.record.patient.gender == "male"
            else self.conditions | self.hcg | self.hcg_quantitative
        )
        hear(view, told, TERM, tally)
        finding = self._conclude(tally, clearing)
        return fetched(finding.but(rule=self.kind), view, TYPES, say("pregnancy"))

    def _last_outcome(self, view: View) -> Days:
        """The days on which the last pregnancy may have ended; before all time where none has."""
        days = [days for fact, hit, days in done(view, self.ended) if days and not self._once_before(fact, hit)]
        days += [
            on for r in results(view, self.outcome, Limits()) if not r.preliminary and (on := self._ended_on(view, r))
        ]
        return Days(max((one.lo for one in days), default=0), max((one.hi for one in days), default=0))

    @staticmethod
    def _ended_on(view: View, result: Result) -> Days | None:
        """The day of an outcome: its value, where that is a date; one that lay ahead when it was written down is only expected."""
        stated = view.days(result.value.date)
        if stated is None or result.days is None:
            return stated if stated is not None and view.begun(stated) else result.days
        return stated if stated.lo <= result.days.hi and view.begun(stated) else None

    def _once_before(self, fact: Fact, hit: Hit) -> bool:
        """Whether it is a pregnancy whose words tell of the end of an earlier one, nobody knows when ("previous miscarriage")."""
        return hit.stance is Stance.PAST and isinstance(fact, Condition) and fact.hit(self.conditions) is not None

    def _diagnoses(self, view: View, tally: Tally, outcome: Days) -> None:
        for fact in among(view.index.conditions, self.conditions):
            hit = fact.hit(self.conditions)
            if hit is None or not counts(fact, hit):
                continue
            when = course(view, fact, hit.stance is Stance.PAST)
            if when.future:
                continue
            began = view.some_day(fact.onset) or when.recorded
            if not when.current or (began is not None and began.hi <= outcome.lo):
                tally.context(cite(fact, say("ended"), hit=hit, decides=False))
            elif is_doubtful(fact, hit):
                why, said = doubt_of(fact, hit)
                tally.doubt(why, cite(fact, said, hit=hit))
            elif began is None or (not view.days(fact.onset.start) and self._of_old(view, fact.concept.text)):
                tally.doubt(Reason.IMPRECISE_DATE, cite(fact, say("current, with no date"), hit=hit))
            else:
                placed = view.place(began, TERM)
                if placed is When.INSIDE and began.lo <= outcome.hi:
                    placed = When.STRADDLES
                self._aged(cite(fact, say("since {day}", day=began), hit=hit), placed, tally)

    @staticmethod
    def _of_old(view: View, words: str) -> bool:
        """Whether its words name a year that no pregnancy of today began in: when it was recorded is no onset then."""
        years = [view.days(year) for year in years_in(words)]
        return any(days is not None and view.place(days, TERM) is When.BEFORE for days in years)

    @staticmethod
    def _aged(evidence: Evidence, placed: When, tally: Tally) -> None:
        if placed is When.INSIDE:
            tally.yes(evidence)
        else:
            tally.doubt(Reason.STALE if placed is When.BEFORE else Reason.IMPRECISE_DATE, evidence)

    def _tests(self, view: View, tally: Tally, outcome: Days) -> list[Evidence]:
        """Sort positive and unclear tests into the tally; returns the negative ones that still speak."""
        found = list(results(view, self.status, self.values))
        if view.record.patient.gender != "male":
            found += results(view, self.hcg, Limits())
            found += results(view, self.hcg_quantitative, HCG)
        dated = sorted((r for r in found if r.days), key=lambda r: r.days.hi if r.days else 0, reverse=True)
        clearing: list[Evidence] = []
        clear = [r for r in dated if r.reading.says is Polarity.POSITIVE and not r.preliminary]
        positive_on = max((r.days.lo for r in clear if r.days), default=0)
        negative_on = 0
        for result in dated:
            assert result.days is not None
            if result.reading.says is Polarity.NEGATIVE and result.days.hi < positive_on:
                # A pregnancy begins: what was negative before the latest positive clears nothing today.
                tally.context(self._cite(result, decides=False))
                continue
            negative_on = max(
                negative_on, self._test(view, result, result.days, (outcome, negative_on), tally, clearing)
            )
        for result in found:
            if result.days is None and result.reading.says is not Polarity.NEGATIVE:
                tally.doubt(Reason.IMPRECISE_DATE, self._cite(result, say("no date")))
        return clearing

    def _test(
        self, view: View, result: Result, days: Days, after: tuple[Days, int], tally: Tally, clearing: list[Evidence]
    ) -> int:
        says, evidence = result.reading.says, self._cite(result)
        placed = view.place(days, self.test_within if says is Polarity.NEGATIVE else SPEAKS)
        if says is Polarity.NEGATIVE:
            if placed is When.INSIDE and not result.preliminary:
                clearing.append(evidence)
            else:
                old = say("older than {time}", time=length(self.test_within)) if placed is When.BEFORE else ""
                tally.context(self._cite(result, old, decides=False))
            return days.lo
        outcome, negative_on = after
        if days.hi <= max(outcome.lo, negative_on) or placed is When.BEFORE:
            tally.context(self._cite(result, decides=False))
        elif days.lo <= outcome.hi:
            tally.doubt(Reason.IMPRECISE_DATE, evidence)
        elif says is Polarity.POSITIVE and placed is When.INSIDE and not result.preliminary:
            tally.yes(evidence)
        elif says is Polarity.UNREADABLE:
            tally.doubt(Reason.UNREADABLE, evidence)
        else:
            tally.doubt(Reason.EQUIVOCAL, evidence)
        return 0

    @staticmethod
    def _cite(result: Result, note: Text = "", decides: bool = True) -> Evidence:
        words = join("; ", (result.reading.says.words, result.reading.note, note))
        return cite(result.fact, words, value=value_text(result.value), hit=result.hit, decides=decides)

    def _conclude(self, tally: Tally, clearing: list[Evidence]) -> Finding:
        if tally.met and clearing:
            return unknown(Reason.CONFLICTING, *tally.met, *clearing, leans=MET)
        if tally.met:
            return met(*tally.met, *tally.around())
        live = [reason for reason, _ in tally.reasons if reason is not Reason.STALE]
        if clearing and not live:
            return not_met(*clearing, *tally.around())
        if tally.reasons:
            return unknown(tally.reason, *tally.evidence, *tally.around())
        order = order_of(self.hcg or self.hcg_quantitative)
        nothing = absent(say("pregnancy"), TYPES, beside=bool(tally.beside))
        return unknown(Reason.NO_DATA, *tally.around(), nothing, settle=order)

    def concerned_by(self) -> frozenset[str]:
        return self.conditions | self.ended | self._tests_read()

    def _tests_read(self) -> frozenset[str]:
        return self.status | self.due_date | self.gestation | self.outcome | self.hcg | self.hcg_quantitative

    def needs(self) -> Needs:
        sets = self.conditions | self._tests_read() | self.ended | self.values.positive | self.values.negative
        return Needs(sets=sets, types=TYPES)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        return say("pregnant today, by diagnosis, expected date of delivery, status or test")


PREGNANT = mapping(
    "",
    "Pregnant on the day asked about; each kind of evidence has its own expiry.",
    sets("conditions", "Diagnoses of a pregnancy.", "condition").must(),
    sets("status", "Observations that state it.", "result"),
    ANSWERS,
    sets("due_date", "Observations of the expected date of delivery.", "result"),
    sets("gestation", "Observations of the gestational age: signs, and none of a pregnancy that ended.", "result"),
    sets("hcg", "Qualitative hCG tests.", "result"),
    sets("hcg_quantitative", "hCG by number.", "result"),
    sets("ended", "Deliveries and other ends of a pregnancy.", "procedure", "condition"),
    sets("outcome", "Observations of how a pregnancy ended.", "result"),
    duration("test_within", "How long a negative test speaks.").must(),
)


def parse_pregnant(spec: Spec, build: Build) -> Rule:
    given = PREGNANT.read(spec, build)
    answers = given["values"] or {}
    return PregnantRule(
        conditions=given["conditions"],
        status=given["status"],
        due_date=given["due_date"],
        gestation=given["gestation"],
        hcg=given["hcg"],
        hcg_quantitative=given["hcg_quantitative"],
        ended=given["ended"],
        test_within=given["test_within"],
        values=Limits(**answers),
        outcome=given["outcome"],
    )
