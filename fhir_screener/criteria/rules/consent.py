"""`consent`: written consent to this study, from Consent and ResearchSubject.

    consent: {to: this-study}

Met by an active Consent (permit) that names the study, or a ResearchSubject `eligible` or `pending-on-study`; not met by an
active refusal that names it, or a ResearchSubject `withdrawn`. Consent to something else is context.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria import settling
from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.code_words import code_in_words
from fhir_screener.criteria.evidence import Finding, met, not_met, unknown
from fhir_screener.criteria.keys import choice, mapping
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.plan import CONSENT, SUBJECT
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View
from fhir_screener.records.facts import Consent, Span, Subject
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import Reason

TYPES = frozenset({"Consent", "ResearchSubject"})
AGREED = frozenset({"eligible", "pending-on-study"})


def names_study(text: str, study: str) -> bool:
    """Whether a reference, policy or identifier names the study: its id as a whole word."""
    return re.search(rf"(?<![^\W_]){re.escape(study.lower())}(?![^\W_])", text.lower()) is not None


def stated(consent: Consent, study: str) -> str:
    """What a consent says of a study that it names: permit, deny, or "" where it does not name it or says neither."""
    if any(names_study(text, study) for text in consent.excepted):
        return {"permit": "deny", "deny": "permit"}.get(consent.permit, "")
    return consent.permit if any(names_study(text, study) for text in consent.studies) else ""


def in_force(view: View, consent: Consent) -> bool:
    """Active, research, given by now, and within its provision's period."""
    if consent.status != "active":
        return False
    given = view.days(consent.dated)
    if given is not None and not view.begun(given):
        return False
    return within(view, consent.period)


def within(view: View, period: Span) -> bool:
    """Whether the view's day lies in a period with possibly open ends."""
    start, end = view.days(period.start), view.days(period.end)
    if start is not None and not view.begun(start):
        return False
    if end is None:
        return True
    view.mark(end.hi + 1)
    return view.day <= end.hi


@dataclass(frozen=True)
class ConsentRule:
    kind: ClassVar[str] = "consent"

    def evaluate(self, view: View) -> Finding:
        tally = Tally()
        for consent in view.record.consents:
            self._consent(view, consent, tally)
        for subject in view.record.subjects:
            self._subject(view, subject, tally)
        return fetched(self._conclude(tally), view, TYPES, say("consent to this study"), stands=False)

    @staticmethod
    def _consent(view: View, consent: Consent, tally: Tally) -> None:
        said = stated(consent, view.study)
        if said == "deny" and consent.research and in_force(view, consent):
            tally.against(cite(consent, say("refuses this study"), value="deny"))
        elif said == "permit" and consent.research and in_force(view, consent):
            tally.yes(cite(consent, say("permits this study"), value="permit"))
        else:
            tally.context(
                cite(
                    consent,
                    say("{status} consent, not to this study", status=code_in_words(consent.status)),
                    decides=False,
                )
            )

    @staticmethod
    def _subject(view: View, subject: Subject, tally: Tally) -> None:
        if subject.unresolved and within(view, Span(subject.period.start)):
            tally.doubt(Reason.UNREADABLE, cite(subject, say("names no study that can be read"), value=subject.status))
        if not names_study(subject.study, view.study) or not within(view, Span(subject.period.start)):
            return
        if subject.status in AGREED:
            tally.yes(
                cite(subject, say("enrolment is {status}", status=code_in_words(subject.status)), value=subject.status)
            )
        elif subject.status == "withdrawn":
            tally.against(cite(subject, say("withdrew from this study"), value=subject.status))

    def _conclude(self, tally: Tally) -> Finding:
        if tally.met and tally.refuting:
            return unknown(Reason.CONFLICTING, *tally.met, *tally.refuting, rule=self.kind)
        if tally.met:
            return met(*tally.met, rule=self.kind)
        if tally.refuting:
            return not_met(*tally.refuting, rule=self.kind)
        if tally.reasons:
            return unknown(tally.reason, *tally.evidence, *tally.around(), rule=self.kind)
        nothing = absent(say("consent to this study"), TYPES)
        return unknown(Reason.NO_DATA, *tally.around(), nothing, rule=self.kind, settle=settling.CONSENT)

    def concerned_by(self) -> frozenset[str]:
        return frozenset({CONSENT, SUBJECT})

    def needs(self) -> Needs:
        return Needs(types=TYPES)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        return say("a consent to this study on record")


FORM = mapping(
    "",
    "Written consent, from Consent and ResearchSubject.",
    choice("to", "What is consented to.", "", "this-study").must(),
)


def parse_consent(spec: Spec, build: Build) -> Rule:
    FORM.read(spec, build)
    return ConsentRule()
