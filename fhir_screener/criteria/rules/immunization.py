"""`immunization`: vaccines given. What may stand in it is in `FORM`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import duration, mapping, sets
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.occurrence import Occurrence, happened
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import length, named
from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import Immunization
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.valueset import Hit

TYPES = frozenset({"Immunization"})


@dataclass(frozen=True)
class ImmunizationRule:
    sets: frozenset[str]
    within: Duration | None = None
    kind: ClassVar[str] = "immunization"

    def evaluate(self, view: View) -> Finding:
        refused = (cite(fact, say("not given"), hit=hit, decides=False) for fact, hit in self._facts(view, "not-done"))
        return happened(self, view, named(self.sets), refused)

    def occurrences(self, view: View) -> Iterable[Occurrence]:
        for fact, hit in self._facts(view, "completed"):
            days = view.days(fact.occurred)
            if days is None or view.begun(days):
                yield Occurrence(cite(fact, say("given"), hit=hit), days)

    def _facts(self, view: View, status: str) -> Iterator[tuple[Immunization, Hit]]:
        for fact in among(view.index.immunizations, self.sets):
            hit = fact.hit(self.sets)
            if hit is not None and fact.status == status and hit.stance in (Stance.ASSERTED, Stance.PAST):
                yield fact, hit

    def types(self) -> frozenset[str]:
        return TYPES

    def needs(self) -> Needs:
        return Needs(sets=self.sets, types=TYPES)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        when = say("within {time}", time=length(self.within)) if self.within else say("ever")
        return say("{vaccines} given {when}", vaccines=named(self.sets), when=when)


FORM = mapping(
    "",
    "Vaccines that were given.",
    sets("in", "Vaccines that decide.").must(),
    duration("within", "Given within this time before the day asked about; without it: ever."),
)


def parse_immunization(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    return ImmunizationRule(given["in"], given["within"])
