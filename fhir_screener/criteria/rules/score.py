"""`score`: a coded score or scale, optionally with a component that must name one of a list.

    score: {of: [acr-eular-score], at_least: 20, component: {of: [acr-eular-organ], in: [listed-organs]}}

The latest valid score speaks. At or above the limit without a listed component it is `suspected`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite, value_text
from fhir_screener.criteria.evidence import Finding, met, not_met, unknown
from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import duration, mapping, number, sets
from fhir_screener.criteria.limit_keys import refuse_nothing
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.results import COUNTS, FINAL
from fhir_screener.criteria.score_limits import ScoreLimits
from fhir_screener.criteria.settling import CHART
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import clauses, length, named
from fhir_screener.records.dates import Days, Duration
from fhir_screener.records.facts import Component, Observation, Value
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.coding import NOTHING, fold
from fhir_screener.terminology.result_words import Polarity, read_number
from fhir_screener.terminology.stance import Stance
from fhir_screener.verdict import Reason

TYPES = frozenset({"Observation"})


@dataclass(frozen=True)
class ScoreRule:
    of: frozenset[str]
    limits: ScoreLimits = ScoreLimits()
    answers: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    within: Duration | None = None
    component: frozenset[str] = frozenset()
    among: frozenset[str] = frozenset()
    kind: ClassVar[str] = "score"

    def evaluate(self, view: View) -> Finding:
        return fetched(self._judge(view).but(rule=self.kind), view, TYPES, named(self.of), stands=False)

    def _judge(self, view: View) -> Finding:
        latest = self._latest(view)
        if not latest:
            return unknown(Reason.NO_DATA, absent(named(self.of), TYPES), settle=CHART)
        findings = [self._read(view, fact) for fact in latest]
        verdicts = {(f.verdict, f.reason) for f in findings}
        if len(verdicts) == 1:
            return findings[0]
        return unknown(Reason.CONFLICTING, *(e for f in findings for e in f.evidence))

    def _latest(self, view: View) -> list[Observation]:
        """The newest scores: all of the latest day, and those that may be as new."""
        found: list[tuple[Days | None, Observation]] = []
        for fact in among(view.index.observations, self.of):
            if fact.other_subject or fact.status not in COUNTS:
                continue
            days = view.point(fact.effective, fact.issued)
            if (days is not None and not view.begun(days)) or (
                _number(fact.value, view.terminology.site.decimal_comma) is None and fact.value.absent
            ):
                continue
            if "result-none" in view.terminology.classify(fact.value.concept or NOTHING):
                continue
            if self.within is not None and days is not None and view.place(days, self.within) is When.BEFORE:
                continue
            found.append((days, fact))
        newest = max((days.lo for days, _ in found if days), default=0)
        kept = [fact for days, fact in found if days is None or days.hi >= newest]
        final = [fact for fact in kept if fact.status in FINAL]
        return final or kept

    def _read(self, view: View, fact: Observation) -> Finding:
        text = value_text(fact.value)
        if fact.status == "preliminary":
            return unknown(Reason.EQUIVOCAL, cite(fact, say("preliminary"), value=text))
        if self.answers and (answer := self._answer(view, fact, text)) is not None:
            return answer
        number = _number(fact.value, view.terminology.site.decimal_comma)
        if number is None or number[0] < 0 or not self.limits.all:
            what = say("the answer is none that the study knows") if self.answers else say("the score is not a number")
            return unknown(Reason.UNREADABLE, cite(fact, what, value=text))
        says, note = self.limits.measure(*number, text)
        if says is Polarity.POSITIVE:
            return self._components(view, fact, text, number[0], note)
        return (
            not_met(cite(fact, note, value=text))
            if says is Polarity.NEGATIVE
            else unknown(Reason.EQUIVOCAL, cite(fact, note, value=text))
        )

    def _answer(self, view: View, fact: Observation, text: str) -> Finding | None:
        """What an answer says, by its code or its words as a whole; None where it is neither."""
        concept = fact.value.concept or NOTHING
        known = view.terminology.classify(concept).keys()
        words = {bare for said in (fact.value.text, concept.text) if (bare := _bare(said))}
        found = [names for names in (self.answers, self.others) if names & known or words & self._words(view, names)]
        asked = named(self.answers)
        if len(found) == 1 and found[0] is self.answers:
            return met(cite(fact, say("{answer}, one of {asked}", answer=text, asked=asked), value=text))
        if "result-equivocal" in known or len(found) == 2:
            return unknown(Reason.EQUIVOCAL, cite(fact, say("not a clear answer"), value=text))
        if found or (concept.codings and not self.others):
            return not_met(cite(fact, say("{answer}, none of {asked}", answer=text, asked=asked), value=text))
        return None

    @staticmethod
    def _words(view: View, names: frozenset[str]) -> set[str]:
        sets = [view.terminology.sets[name] for name in names if name in view.terminology.sets]
        return {_bare(word) for one in sets for words in one.names.values() for word in words}

    def _components(self, view: View, fact: Observation, text: str, value: float, enough: Text) -> Finding:
        if not self.component:
            return met(cite(fact, enough, value=text))
        listed = [label for part in fact.components if (label := self._named(view, part))]
        if not listed:
            note = say("{value:g}, but no listed {what} is named", value=value, what=named(self.component))
            return unknown(Reason.SUSPECTED, cite(fact, note, value=text))
        organs = ", ".join(listed)
        return met(cite(fact, say("{enough}; {organs}", enough=enough, organs=organs), value=f"{text}; {organs}"))

    def _named(self, view: View, part: Component) -> str:
        if not self.component & part.hits.keys():
            return ""
        concept = part.value.concept
        if concept is not None and self.among & view.terminology.classify(concept).keys():
            return concept.label
        for text in (part.value.text, concept.text if concept else ""):
            for words, stance in view.terminology.mentions(self.among, text) if text else ():
                if stance is Stance.ASSERTED:
                    return words
        return ""

    def concerned_by(self) -> frozenset[str]:
        return self.of

    def needs(self) -> Needs:
        return Needs(sets=self.of | self.answers | self.others | self.component | self.among, types=TYPES)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        bounds = (
            *self.limits.describe(),
            say("an answer of {answers}", answers=named(self.answers)) if self.answers else "",
        )
        return clauses(
            say("{score} of {bounds}", score=named(self.of), bounds=join(" and ", bounds)),
            say("naming one of {what}, otherwise only suspected", what=named(self.among)) if self.among else "",
            say("of the last {time}", time=length(self.within)) if self.within else say("the latest one speaks"),
        )


def _bare(words: str) -> str:
    """An answer in words, to be compared as a whole."""
    return fold(words).replace(" ", "").strip(".。,，;；:：")


def _number(value: Value, comma: bool) -> tuple[float, str] | None:
    if value.quantity is not None:
        return value.quantity.value, value.quantity.comparator
    if value.integer is not None:
        return float(value.integer), ""
    found = read_number(value.text, comma) if value.text else None
    return (found[1], found[0]) if found else None


FORM = mapping(
    "",
    "A coded score or scale; the latest valid one speaks. It needs a limit or `in`.",
    sets("of", "The score.", "result").must(),
    number("at_least", "Met from this number on."),
    number("at_most", "Met up to this number."),
    number("above", "Met above this number."),
    number("below", "Met below this number."),
    sets("in", "Answers that meet it, by code or word; without `not_in` any other coded answer does not."),
    sets("not_in", "Answers that do not meet it, by code or word; what is in neither is `unreadable`."),
    duration("within", "How long a score speaks; without it: always."),
    mapping(
        "component",
        "A component that must name one of a list; otherwise the score is `suspected`.",
        sets("of", "The component.", "result").must(),
        sets("in", "What it must name.").must(),
    ),
)


def parse_score(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    component = given["component"] or {"of": frozenset(), "in": frozenset()}
    if not given["in"] and all(given[key] is None for key in ("at_least", "at_most", "above", "below")):
        raise spec.fail("a score needs a limit or answers", "at_least: 20, at_most: 1, or in: [a value set]")
    if both := given["in"] & given["not_in"]:
        raise spec.fail(f"{', '.join(sorted(both))} stands in both `in` and `not_in`", "keep one of them", "not_in")
    refuse_nothing(spec, given)
    return ScoreRule(
        of=given["of"],
        limits=ScoreLimits(given["at_least"], given["at_most"], given["above"], given["below"]),
        answers=given["in"],
        others=given["not_in"],
        within=given["within"],
        component=component["of"],
        among=component["in"],
    )
