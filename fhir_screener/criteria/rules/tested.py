"""`tested`: a test was done and has a result, whatever that says. What may stand in it is in `FORM`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.cite import cite, value_text
from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import choice, duration, mapping, sets
from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.model import RESULT_TYPES, Build, Needs, Rule
from fhir_screener.criteria.occurrence import Occurrence, happened
from fhir_screener.criteria.results import FINAL, results
from fhir_screener.criteria.settling import order_of
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import length, named
from fhir_screener.records.dates import Duration
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.stance import Stance
from fhir_screener.verdict import Reason


@dataclass(frozen=True)
class TestedRule:
    of: frozenset[str]
    within: Duration | None = None
    valueless: bool = False
    kind: ClassVar[str] = "tested"

    def evaluate(self, view: View) -> Finding:
        return happened(self, view, named(self.of), settle=order_of(self.of))

    def occurrences(self, view: View) -> Iterable[Occurrence]:
        for one in results(view, self.of, Limits()):
            doubt = Reason.EQUIVOCAL if one.preliminary else None
            note = say("preliminary") if one.preliminary else say("a result is on record")
            yield Occurrence(cite(one.fact, note, value=value_text(one.value), hit=one.hit), one.days, doubt=doubt)
        if self.valueless:
            yield from self._done(view)

    def _done(self, view: View) -> Iterator[Occurrence]:
        """Final records that hold nothing at all: neither a value nor a reason for having none."""
        for fact in among(view.index.observations, self.of):
            hit = fact.hit(self.of)
            empty = fact.value.empty and not fact.value.absent and not fact.components
            if hit is None or not empty or fact.status not in FINAL or fact.other_subject:
                continue
            days = view.point(fact.effective, fact.issued)
            if hit.stance is Stance.ASSERTED and (days is None or view.begun(days)):
                yield Occurrence(cite(fact, say("done"), hit=hit), days)

    def types(self) -> frozenset[str]:
        return RESULT_TYPES

    def needs(self) -> Needs:
        return Needs(sets=self.of, types=RESULT_TYPES)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        when = say("within {time}", time=length(self.within)) if self.within else say("ever")
        return say("a result of {tests}, whatever it says, {when}", tests=named(self.of), when=when)


FORM = mapping(
    "",
    "A test was done and has a result, whatever that says.",
    sets("of", "The tests.").must(),
    duration("within", "Done within this time before the day asked about; without it: ever."),
    choice(
        "result",
        "`optional`: a final record without a value will do, for examinations.",
        "needed",
        "needed",
        "optional",
    ),
)


def parse_tested(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    return TestedRule(given["of"], given["within"], valueless=given["result"] == "optional")
