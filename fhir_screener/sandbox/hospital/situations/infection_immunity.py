"""Severe infection now (E2) and known immunodeficiency (E3)."""

from __future__ import annotations

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import days_ago, months_ago, partial_across, years_ago
from fhir_screener.sandbox.hospital.situations.row import TEXT, Row, then
from fhir_screener.sandbox.hospital.truth import EQUIVOCAL, IMPRECISE, MET, NO_DATA, STALE, SUSPECTED

EDGE = days_ago(30)


def _coded_twice(c: Charting) -> None:
    # SEMANTICS 5: a second code of the same value set on another day.
    for days in (6, 3):
        stay = c.visit(days_ago(days), inpatient=True)
        c.problem("sepsis", days_ago(6), recorded=days_ago(days), category="encounter-diagnosis", visit=stay)


def _coded_once(c: Charting, key: str, days: int) -> None:
    c.problem(key, days_ago(days), category="encounter-diagnosis", visit=c.visit(days_ago(days)))


def _about_a_month(c: Charting) -> None:
    c.problem("sepsis", partial_across(EDGE.on(c.as_of)), recorded=days_ago(2))


INFECTION = [
    Row("E2", "sepsis since six days", MET, lambda c: c.problem("sepsis", days_ago(6))),
    Row("E2", "sepsis without a category", MET, lambda c: c.problem("sepsis", days_ago(9), category=None)),
    # "began within 30 days": both ends count.
    Row("E2", "sepsis since 30 days", MET, lambda c: c.problem("sepsis", EDGE)),
    Row("E2", "sepsis coded at two encounters", MET, _coded_twice),
    Row("E2", "septic shock in Chinese words", MET,
        lambda c: c.problem("sepsis", days_ago(4), system="none", text="脓毒性休克"), needs=TEXT),
    Row("E2", "sepsis coded at one encounter only", SUSPECTED, lambda c: _coded_once(c, "sepsis", 8)),
    Row("E2", "pneumonia since ten days", SUSPECTED, lambda c: c.problem("pneumonia", days_ago(10))),
    Row("E2", "herpes zoster since a week", SUSPECTED, lambda c: c.problem("zoster", days_ago(7))),
    Row("E2", "sepsis, provisional", EQUIVOCAL, lambda c: c.problem("sepsis", days_ago(2), verified="provisional")),
    Row("E2", "sepsis seven weeks ago, never closed", STALE, lambda c: c.problem("sepsis", days_ago(48))),
    Row("E2", "sepsis four years ago, never closed", STALE, lambda c: c.problem("sepsis", years_ago(4))),
    Row("E2", "sepsis about a month ago, day not recorded", IMPRECISE,
        _about_a_month, possible=lambda as_of: partial_across(EDGE.on(as_of)) is not None),
    Row("E2", "sepsis three weeks ago, over", NO_DATA,
        lambda c: c.problem("sepsis", days_ago(22), ended=days_ago(9), clinical="resolved")),
    Row("E2", "pneumonia two years ago, over", NO_DATA,
        lambda c: c.problem("pneumonia", years_ago(2), ended=months_ago(23), clinical="resolved")),
    Row("E2", "sepsis refuted", NO_DATA,
        lambda c: c.problem("sepsis", days_ago(12), verified="refuted", clinical="inactive")),
    Row("E2", "C-reactive protein 64 mg/L alone", NO_DATA, lambda c: c.test("crp", days_ago(5), 64)),
]  # fmt: skip

IMMUNITY = [
    Row("E3", "common variable immunodeficiency", MET, lambda c: c.problem("cvid", years_ago(8))),
    Row("E3", "selective IgA deficiency", MET, lambda c: c.problem("iga-deficiency", years_ago(5))),
    # IgG4 in the name, and an immunodeficiency: not the target disease.
    Row("E3", "IgG4 deficiency", MET, lambda c: c.problem("igg4-deficiency", years_ago(5))),
    # A treatment effect is not a known immunodeficiency disorder.
    Row("E3", "immunodeficiency due to drugs", SUSPECTED, lambda c: c.problem("drug-immunodeficiency", days_ago(30))),
    Row("E3", "complement deficiency", SUSPECTED, lambda c: c.problem("complement-deficiency", months_ago(3))),
    Row("E3", "hypogammaglobulinaemia", SUSPECTED, lambda c: c.problem("hypogammaglobulinaemia", months_ago(3))),
    Row("E3", "common variable immunodeficiency as a differential diagnosis", EQUIVOCAL,
        lambda c: c.problem("cvid", days_ago(40), verified="differential")),
    Row("E3", "common variable immunodeficiency refuted", NO_DATA,
        lambda c: c.problem("cvid", days_ago(90), verified="refuted", clinical="inactive")),
    Row("E3", "low C3 and C4 as measured", NO_DATA,
        then(lambda c: c.test("c3", days_ago(9), 0.48), lambda c: c.test("c4", days_ago(9), 0.05))),
]  # fmt: skip

ROWS = [*INFECTION, *IMMUNITY]
