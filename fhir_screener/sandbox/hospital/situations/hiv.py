"""HIV (E8b)."""

from __future__ import annotations

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import When, days_ago, months_ago, years_ago
from fhir_screener.sandbox.hospital.situations.row import TEXT, Row, then
from fhir_screener.sandbox.hospital.systems import quantity
from fhir_screener.sandbox.hospital.truth import CONFLICTING, EQUIVOCAL, MET, NO_DATA, NOT_MET, SUSPECTED

LAST = days_ago(14)


def clear(c: Charting, on: When | None = None) -> None:
    """A non-reactive screen."""
    c.test(c.rng.choice(("hiv", "hiv", "hiv-ab")), on or days_ago(c.rng.randint(4, 75)), "negative")


def _ratio(c: Charting, value: float, flag: str) -> None:
    limit = [{"high": quantity(1, "S/CO", "{S_CO_ratio}")}]
    c.test("hiv", LAST, {"valueQuantity": quantity(value, "S/CO", "{S_CO_ratio}"), "referenceRange": limit}, flag=flag)


def _only_in_report(c: Charting) -> None:
    c.results_report("HIV screening", LAST, [c.test("hiv", LAST, "negative", subject=False)])


def _unconfirmed_then_negative(c: Charting) -> None:
    c.test("hiv", days_ago(20), "positive")
    c.test("hiv-blot", days_ago(10), "negative")
    c.test("hiv-rna", days_ago(10), "negative")


def _treated(c: Charting) -> None:
    # Undetectable under treatment is no negative test.
    c.problem("hiv", years_ago(6))
    c.test("hiv-load", LAST, 20, comparator="<", flag="ND")


ROWS = [
    Row("E8b", "HIV screen non-reactive", NOT_MET, clear),
    Row("E8b", "HIV screen 0.11 S/CO, non-reactive", NOT_MET, lambda c: _ratio(c, 0.11, "NR")),
    Row("E8b", "HIV screen non-reactive three months ago to the day", NOT_MET, lambda c: clear(c, months_ago(3))),
    Row("E8b", "HIV screen only in the report", NOT_MET, _only_in_report),
    Row("E8b", "HIV screen negative; came for HIV screening", NOT_MET,
        then(
            lambda c: clear(c, LAST),
            lambda c: c.problem(
                "hiv-screening", days_ago(15), category="encounter-diagnosis", visit=c.visit(days_ago(15))))),
    Row("E8b", "HIV screen negative in Chinese words", NOT_MET, lambda c: c.test("hiv", LAST, "阴性"), needs=TEXT),
    Row("E8b", "HIV screen negative under a local code", NOT_MET,
        lambda c: c.test("hiv", LAST, "无反应性", naming="local"), needs=TEXT),
    Row("E8b", "HIV immunoblot positive last year", MET,
        then(
            lambda c: c.test("hiv", days_ago(290), "positive"),
            lambda c: c.test("hiv-blot", days_ago(280), "positive"))),
    Row("E8b", "HIV RNA detected", MET, lambda c: c.test("hiv-rna", LAST, "positive")),
    Row("E8b", "HIV load 46000 IU/mL", MET, lambda c: c.test("hiv-load", LAST, 46000, flag="DET")),
    Row("E8b", "HIV infection", MET, lambda c: c.problem("hiv", years_ago(4))),
    Row("E8b", "HIV infection, load below 20 under treatment", MET, _treated),
    Row("E8b", "HIV coded at one encounter only", SUSPECTED,
        lambda c: c.problem("hiv", days_ago(33), category="encounter-diagnosis", visit=c.visit(days_ago(33)))),
    Row("E8b", "HIV screen reactive, not confirmed", EQUIVOCAL, lambda c: c.test("hiv", LAST, "positive")),
    Row("E8b", "HIV screen 1.6 S/CO, reactive, not confirmed", EQUIVOCAL, lambda c: _ratio(c, 1.6, "RR")),
    Row("E8b", "HIV immunoblot indeterminate", EQUIVOCAL, lambda c: c.test("hiv-blot", LAST, "indeterminate")),
    Row("E8b", "HIV infection, provisional", EQUIVOCAL,
        lambda c: c.problem("hiv", days_ago(10), verified="provisional")),
    Row("E8b", "HIV screen to be repeated, in Chinese words", EQUIVOCAL,
        lambda c: c.test("hiv", LAST, "待复检"), needs=TEXT),
    Row("E8b", "HIV screen reactive, then confirmed negative", CONFLICTING, _unconfirmed_then_negative),
    Row("E8b", "HIV screen non-reactive five months ago", NO_DATA, lambda c: clear(c, months_ago(5))),
    Row("E8b", "HIV screen non-reactive three months and a day ago", NO_DATA,
        lambda c: clear(c, months_ago(3, days=1))),
    Row("E8b", "in contact with HIV, not tested", NO_DATA, lambda c: c.problem("hiv-exposure", days_ago(80))),
    Row("E8b", "HIV screen without a result", NO_DATA, lambda c: c.unavailable("hiv", LAST, "not-performed")),
]  # fmt: skip
