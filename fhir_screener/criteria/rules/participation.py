"""`study_participation`: taking part in another study, from ResearchSubject. What may stand in it is in `FORM`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.keys import duration, mapping
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.occurrence import Occurrence, happened
from fhir_screener.criteria.plan import SUBJECT
from fhir_screener.criteria.rules.consent import names_study
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import length
from fhir_screener.records.dates import Days, Duration
from fhir_screener.records.facts import Subject
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import Reason

TYPES = frozenset({"ResearchSubject"})
GOING_ON = frozenset({"on-study", "on-study-intervention", "on-study-observation", "follow-up"})
OVER = frozenset({"off-study"})
PERHAPS = frozenset({"withdrawn"})
"""Whether somebody who withdrew had begun is not said."""


@dataclass(frozen=True)
class ParticipationRule:
    within: Duration | None = None
    kind: ClassVar[str] = "study_participation"

    def evaluate(self, view: View) -> Finding:
        return happened(self, view, say("taking part in another study"), self._beside(view))

    def occurrences(self, view: View) -> Iterable[Occurrence]:
        for fact in view.record.subjects:
            if names_study(fact.study, view.study) or fact.status not in GOING_ON | OVER | PERHAPS:
                continue
            begun, end = view.days(fact.period.start), view.days(fact.period.end)
            if begun is not None and not view.begun(begun):
                continue
            ended = end is not None and view.begun(end)
            ongoing = fact.status in GOING_ON and not ended
            evidence = cite(fact, _told(fact, ongoing), value=fact.status)
            until = end if ended else _some_day(view, begun)
            yield Occurrence(evidence, begun, until, ongoing, self._doubt(fact))

    @staticmethod
    def _doubt(fact: Subject) -> Reason | None:
        if fact.unresolved:
            return Reason.UNREADABLE
        return Reason.SUSPECTED if fact.status in PERHAPS else None

    def _beside(self, view: View) -> Iterable[Evidence]:
        """Who was only asked or looked at takes part in nothing."""
        for fact in view.record.subjects:
            if fact.status not in GOING_ON | OVER | PERHAPS and not names_study(fact.study, view.study):
                yield cite(fact, say("does not take part"), value=fact.status, decides=False)

    def types(self) -> frozenset[str]:
        return TYPES

    def concerned_by(self) -> frozenset[str]:
        return frozenset({SUBJECT})

    def needs(self) -> Needs:
        return Needs(types=TYPES)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        if self.within is None:
            return say("taking part in another study")
        return say("taking part in another study within {time}", time=length(self.within))


def _told(fact: Subject, ongoing: bool) -> Text:
    if fact.unresolved:
        return say("names no study that can be read")
    if ongoing:
        return say("takes part in {study}", study=fact.study)
    return say("took part in {study}", study=fact.study)


def _some_day(view: View, begun: Days | None) -> Days | None:
    """An end that nobody wrote down: any day from the beginning up to today."""
    return Days(begun.lo, view.day) if begun is not None else None


FORM = mapping(
    "",
    "Taking part in another study.",
    duration("within", "Any part of it touches this time before the day asked about; without it: ever."),
)


def parse_participation(spec: Spec, build: Build) -> Rule:
    return ParticipationRule(FORM.read(spec, build)["within"])
