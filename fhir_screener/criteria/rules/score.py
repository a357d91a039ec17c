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
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.rules.result import FINAL
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import named
from fhir_screener.records.dates import Days
from fhir_screener.records.facts import Component, Observation, Value
from fhir_screener.sentence import say
from fhir_screener.terminology.phrases import Stance
from fhir_screener.terminology.result_words import read_number
from fhir_screener.verdict import Reason

TYPES = frozenset({"Observation"})


@dataclass(frozen=True)
class ScoreRule:
    of: frozenset[str]
    at_least: float
    component: frozenset[str] = frozenset()
    among: frozenset[str] = frozenset()
    kind: ClassVar[str] = "score"

    def evaluate(self, view: View) -> Finding:
        return fetched(self._judge(view).but(rule=self.kind), view, TYPES, named(self.of))

    def _judge(self, view: View) -> Finding:
        latest = self._latest(view)
        if not latest:
            return unknown(Reason.NO_DATA, absent(named(self.of), view, sorted(TYPES)))
        findings = [self._read(view, fact) for fact in latest]
        verdicts = {(f.verdict, f.reason) for f in findings}
        if len(verdicts) == 1:
            return findings[0]
        return unknown(Reason.CONFLICTING, *(e for f in findings for e in f.evidence))

    def _latest(self, view: View) -> list[Observation]:
        """The newest scores: all of the latest day, and those that may be as new."""
        found: list[tuple[Days | None, Observation]] = []
        for fact in among(view.index.observations, self.of):
            if fact.other_subject or fact.status not in FINAL | {"preliminary"}:
                continue
            days = view.point(fact.effective, fact.issued)
            if (days is not None and not view.begun(days)) or (_number(fact.value) is None and fact.value.absent):
                continue
            found.append((days, fact))
        newest = max((days.lo for days, _ in found if days), default=0)
        kept = [fact for days, fact in found if days is None or days.hi >= newest]
        final = [fact for fact in kept if fact.status in FINAL]
        return final or kept

    def _read(self, view: View, fact: Observation) -> Finding:
        number, text = _number(fact.value), value_text(fact.value)
        if number is None:
            return unknown(Reason.UNREADABLE, cite(fact, say("the score is not a number"), value=text))
        (value, comparator), limit = number, self.at_least
        if fact.status == "preliminary":
            return unknown(Reason.EQUIVOCAL, cite(fact, say("preliminary"), value=text))
        if value < self.at_least and comparator not in (">", ">="):
            return not_met(cite(fact, say("{value:g}, below {limit:g}", value=value, limit=limit), value=text))
        if comparator in ("<", "<=") or value < self.at_least:
            return unknown(
                Reason.EQUIVOCAL,
                cite(fact, say("{text}: either side of {limit:g}", text=text, limit=limit), value=text),
            )
        enough = say("{value:g}, at least {limit:g}", value=value, limit=limit)
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

    def _about(self) -> str:
        return ", ".join(sorted(self.of))

    def needs(self) -> Needs:
        return Needs(sets=self.of | self.component | self.among, types=TYPES)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> str:
        tail = f", naming one of {', '.join(sorted(self.among))}" if self.among else ""
        return f"{self._about()} of at least {self.at_least:g}{tail}"


def _number(value: Value) -> tuple[float, str] | None:
    if value.quantity is not None:
        return value.quantity.value, value.quantity.comparator
    if value.integer is not None:
        return float(value.integer), ""
    found = read_number(value.text) if value.text else None
    return (found[1], found[0]) if found else None


def parse_score(spec: Spec, build: Build) -> Rule:
    component = spec.child("component") if spec.has("component") else None
    rule = ScoreRule(
        of=spec.value_sets("of", needed=True),
        at_least=spec.number("at_least"),
        component=component.value_sets("of", needed=True) if component else frozenset(),
        among=component.value_sets("in", needed=True) if component else frozenset(),
    )
    if component:
        component.done()
    spec.done()
    return rule
