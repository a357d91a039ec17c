"""Who can be screened at all (SEMANTICS 3.1 and 5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from fhir_screener.criteria.rules.consent import in_force, names_study, stated, within
from fhir_screener.criteria.view import View
from fhir_screener.records.facts import Consent, Patient
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.site import is_named

ENROLLED = frozenset({"on-study", "on-study-intervention", "on-study-observation", "follow-up", "off-study"})
TEST_LABEL = "HTEST"


@dataclass(frozen=True, slots=True)
class Bar:
    """Why a patient is not screenable: one plain clause; `enrolled` in this study, or merged into `replaced_by`."""

    why: Text
    enrolled: bool = False
    replaced_by: str = ""


def bar(view: View, test_names: Collection[str] = ()) -> Bar | None:
    """What bars this patient on the view's day, or None. `test_names` are further names of test patients."""
    patient = view.record.patient
    if _dead(view, patient):
        return Bar(say("deceased"))
    if patient.replaced_by:
        return Bar(say("merged into another record"), replaced_by=patient.replaced_by.rpartition("/")[2])
    if patient.active is False:
        return Bar(say("the record is inactive"))
    if any(label.code == TEST_LABEL for label in patient.labels) or _test_name(
        patient, (*view.terminology.site.test_names, *test_names)
    ):
        return Bar(say("a test patient"))
    if _enrolled(view):
        return Bar(say("already in this study"), enrolled=True)
    if any(_denies(view, consent) for consent in view.record.consents):
        return Bar(say("research use of the record is denied"))
    return None


def _dead(view: View, patient: Patient) -> bool:
    if isinstance(patient.deceased, str):
        days = view.days(patient.deceased)
        return days is None or view.begun(days)
    return bool(patient.deceased)


def _test_name(patient: Patient, names: Collection[str]) -> bool:
    return bool(names) and any(is_named(name, names) for name in patient.names)


def _enrolled(view: View) -> bool:
    return any(
        subject.status in ENROLLED and names_study(subject.study, view.study) and _started(view, subject.period.start)
        for subject in view.record.subjects
    )


def _started(view: View, text: str | None) -> bool:
    days = view.days(text)
    return days is None or view.begun(days)


def _denies(view: View, consent: Consent) -> bool:
    """An active research consent that denies, names no other study, and makes no exception for it or for research."""
    if not consent.research or not in_force(view, consent):
        return False
    excepted = any(within(view, one) for one in consent.at_large)
    said = stated(consent, view.study)
    if consent.permit != "deny":
        return consent.permit == "permit" and consent.broad and excepted and said != "permit"
    return said == "deny" or (consent.broad and said != "permit" and not excepted)
