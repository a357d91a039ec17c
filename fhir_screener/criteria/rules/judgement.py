"""`judgement`: what only a person may say.

judgement: {show: [severe-infection]}      # diagnoses worth showing to that person
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.evidence import Evidence, Finding, unknown
from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import mapping, sets
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.settling import CHART
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import named
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import Reason


@dataclass(frozen=True)
class JudgementRule:
    show: frozenset[str]
    kind: ClassVar[str] = "judgement"

    def evaluate(self, view: View) -> Finding:
        tally = Tally()
        for fact in among(view.index.conditions, self.show):
            hit = fact.hit(self.show)
            if hit is not None:
                tally.context(cite(fact, say("on record"), hit=hit, decides=False))
        note = Evidence(note=say("Only a person may say."), decides=False)
        reason = Reason.JUDGEMENT if tally.beside else Reason.NO_DATA
        return unknown(reason, note, *tally.around(), rule=self.kind, settle=CHART)

    def concerned_by(self) -> frozenset[str]:
        return self.show

    def needs(self) -> Needs:
        shown = frozenset({"Condition"}) if self.show else frozenset()
        return Needs(sets=self.show, types=shown, beside=shown)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        if self.show:
            return say("for a person to say, shown {what}", what=named(self.show))
        return say("for a person to say")


FORM = mapping(
    "",
    "What only a person may say; never met and never not met.",
    sets("show", "Diagnoses worth showing to that person.", "condition"),
)


def parse_judgement(spec: Spec, build: Build) -> Rule:
    return JudgementRule(FORM.read(spec, build)["show"])
