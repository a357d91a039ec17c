"""Pregnant, lactating or planning a pregnancy (E7). Without a row, sex and age decide: `plain` says how."""

from __future__ import annotations

from datetime import date

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import days_ago, months_ago, months_back, years_ago
from fhir_screener.sandbox.hospital.people import (
    FERTILE_WOMAN,
    MAN,
    OLDER_WOMAN,
    SEX_UNKNOWN,
    WOMAN,
    YOUNG_MOTHER,
    Person,
)
from fhir_screener.sandbox.hospital.situations.row import FINER, Row, nothing
from fhir_screener.sandbox.hospital.systems import LOINC, Json, concept
from fhir_screener.sandbox.hospital.truth import (
    CONFLICTING,
    EQUIVOCAL,
    MET,
    NO_DATA,
    NOT_MET,
    STALE,
    Truth,
)


def plain(person: Person, as_of: date) -> Truth:
    """E7 of somebody with nothing on record: not met for men and outside 12 to 55 completed years, else not known."""
    if person.sex == "male":
        return NOT_MET
    if person.sex == "female" and not 12 <= person.age(as_of) <= 55:
        return NOT_MET
    return NO_DATA


def _due(c: Charting, days_ahead: int, seen: int) -> None:
    due = days_ago(-days_ahead).on(c.as_of).isoformat()
    code = concept(LOINC, "11778-8", "Delivery date estimated")
    c.write("Observation", _observation(c, code, seen, {"valueDateTime": due}))


def _status(c: Charting, answer: str, display: str, seen: int) -> None:
    code = concept(LOINC, "82810-3", "Pregnancy status")
    c.write("Observation", _observation(c, code, seen, {"valueCodeableConcept": concept(LOINC, answer, display)}))


def _observation(c: Charting, code: Json, seen: int, value: Json) -> Json:
    when = c.moment(days_ago(seen))
    return {"status": "final", "code": code, "subject": c.patient, "effectiveDateTime": when, **value}


def _delivered(c: Charting, days: int) -> None:
    c.problem("pregnancy", days_ago(days + 275), ended=days_ago(days), clinical="resolved")
    c.problem("delivery", days_ago(days), category="encounter-diagnosis", visit=c.visit(days_ago(days), inpatient=True))


def _weaned(c: Charting) -> None:
    c.problem("breastfeeding", days_ago(60), ended=days_ago(10), clinical="resolved")
    c.problem("suppressed-lactation", days_ago(10))


NOW = [
    Row("E7", "pregnant for three months", MET,
        lambda c: c.problem("pregnancy", days_ago(90), recorded=days_ago(40)), who=FERTILE_WOMAN),
    Row("E7", "delivery expected in four months", MET, lambda c: _due(c, 120, 50), who=FERTILE_WOMAN),
    Row("E7", "pregnancy status pregnant", MET, lambda c: _status(c, "LA15173-0", "Pregnant", 20), who=FERTILE_WOMAN),
    Row("E7", "serum hCG 2400 mIU/mL last week", MET,
        lambda c: c.test("hcg-level", days_ago(7), 2400), who=FERTILE_WOMAN),
    Row("E7", "pregnancy test positive ten days ago", MET,
        lambda c: c.test("hcg", days_ago(10), "positive"), who=FERTILE_WOMAN),
    Row("E7", "breastfeeding", MET, lambda c: c.problem("breastfeeding", days_ago(60)), who=YOUNG_MOTHER),
    Row("E7", "trying to conceive", MET, lambda c: c.problem("trying", days_ago(45)), who=YOUNG_MOTHER),
]  # fmt: skip

OPEN = [
    # hCG 5 to 25 mIU/mL
    Row("E7", "serum hCG 14 mIU/mL", EQUIVOCAL, lambda c: c.test("hcg-level", days_ago(6), 14), who=FERTILE_WOMAN),
    Row("E7", "weaned ten days ago, lactation suppressed", EQUIVOCAL, _weaned, who=YOUNG_MOTHER, needs=FINER),
    Row("E7", "pregnancy coded in a man's record", CONFLICTING,
        lambda c: c.problem("pregnancy", days_ago(80)), who=MAN),
    Row("E7", "pregnancy coded in an old woman's record", CONFLICTING,
        lambda c: c.problem("pregnancy", days_ago(80)), who=OLDER_WOMAN),
    # stale 300 days after onset, or 14 days after the expected delivery
    Row("E7", "pregnancy of two years ago, never closed", STALE,
        lambda c: c.problem("pregnancy", years_ago(2)), who=FERTILE_WOMAN),
    Row("E7", "delivery was expected six weeks ago, nothing since", STALE,
        lambda c: _due(c, -42, 150), who=FERTILE_WOMAN),
]  # fmt: skip

SILENT = [
    # not_met needs all three parts: not pregnant, not lactating, not planning.
    Row("E7", "pregnancy test negative", NO_DATA,
        lambda c: c.test("hcg", days_ago(4), "negative"), who=FERTILE_WOMAN),
    Row("E7", "urine pregnancy test negative", NO_DATA,
        lambda c: c.test("hcg-urine", days_ago(4), "negative"), who=FERTILE_WOMAN),
    Row("E7", "pregnancy status not pregnant", NO_DATA,
        lambda c: _status(c, "LA26683-5", "Not pregnant", 12), who=FERTILE_WOMAN),
    Row("E7", "delivered three months ago, feeding not recorded", NO_DATA,
        lambda c: _delivered(c, 95), who=YOUNG_MOTHER, needs=FINER),
    Row("E7", "delivered two years ago", NO_DATA, lambda c: _delivered(c, 730), who=YOUNG_MOTHER),
    Row("E7", "pregnancy refuted", NO_DATA,
        lambda c: c.problem("pregnancy", days_ago(50), verified="refuted", clinical="inactive"), who=FERTILE_WOMAN),
    Row("E7", "woman of 55", NO_DATA, nothing, who=WOMAN, born=lambda as_of: months_back(as_of, 12 * 55 + 6)),
    Row("E7", "gender not known", NO_DATA, nothing, who=SEX_UNKNOWN),
]  # fmt: skip

RULED_OUT = [
    Row("E7", "woman of 56", NOT_MET, nothing, who=WOMAN, born=lambda as_of: months_back(as_of, 12 * 56 + 1)),
    Row("E7", "hysterectomy six years ago", NOT_MET,
        lambda c: c.procedure(concept("sct", "236886002", "Hysterectomy"), years_ago(6)), who=FERTILE_WOMAN),
    Row("E7", "uterus removed, as a diagnosis", NOT_MET,
        lambda c: c.problem("no-uterus", months_ago(40)), who=FERTILE_WOMAN),
    # Stale evidence is not current: against a male gender it is context.
    Row("E7", "pregnancy of three years ago coded in a man's record", NOT_MET,
        lambda c: c.problem("pregnancy", years_ago(3)), who=MAN, needs=FINER),
]  # fmt: skip

ROWS = [*NOW, *OPEN, *SILENT, *RULED_OUT]
