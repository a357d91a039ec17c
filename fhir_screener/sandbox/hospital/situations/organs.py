"""Severe organ dysfunction (E1): never met nor cleared by a chart; what points to it is suspected.

Thresholds are those of the clinical page: eGFR below 30, bilirubin above 3 times its limit, INR above 1.5 without an
anticoagulant, ejection fraction below 40 %, oxygen saturation below 90 %, platelets below 50.
"""

from __future__ import annotations

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import days_ago, months_ago, years_ago
from fhir_screener.sandbox.hospital.situations.row import FINER, Row, then
from fhir_screener.sandbox.hospital.truth import EQUIVOCAL, NO_DATA, SUSPECTED, UNREADABLE


def _kidneys(c: Charting, creatinine: float, egfr: float, days: int) -> None:
    c.test("creatinine", days_ago(days), creatinine)
    c.test("egfr", days_ago(days), egfr)


def _recovered(c: Charting) -> None:
    c.problem("acute-kidney-failure", months_ago(9), ended=months_ago(8), clinical="resolved")
    _kidneys(c, 2.6, 27, 262)
    _kidneys(c, 0.9, 84, 12)


def _ckd3(c: Charting) -> None:
    c.problem("ckd3", years_ago(3))
    _kidneys(c, 1.5, 51, 15)


def _anticoagulated(c: Charting) -> None:
    c.problem("atrial-fibrillation", years_ago(2))
    c.order("warfarin", days_ago(120), form="ingredient")
    c.test("inr", days_ago(10), 2.4)


ROWS = [
    Row("E1", "chronic kidney disease stage 5", SUSPECTED, lambda c: c.problem("ckd5", years_ago(2))),
    Row("E1", "end-stage renal disease", SUSPECTED, lambda c: c.problem("dialysis", years_ago(3))),
    Row("E1", "heart failure", SUSPECTED, lambda c: c.problem("heart-failure", years_ago(2))),
    Row("E1", "cirrhosis", SUSPECTED, lambda c: c.problem("cirrhosis", years_ago(3))),
    Row("E1", "chronic respiratory failure", SUSPECTED, lambda c: c.problem("respiratory-failure", years_ago(1))),
    Row("E1", "eGFR 22", SUSPECTED, lambda c: _kidneys(c, 2.9, 22, 11)),
    Row("E1", "bilirubin 5.4 mg/dL, 4.5 times its limit", SUSPECTED, lambda c: c.test("bilirubin", days_ago(9), 5.4)),
    Row("E1", "bilirubin 96 umol/L, 4.6 times its limit", SUSPECTED,
        then(lambda c: c.test("bilirubin-si", days_ago(9), 96), lambda c: c.touched.add("bilirubin"))),
    Row("E1", "INR 2.1 without an anticoagulant", SUSPECTED, lambda c: c.test("inr", days_ago(8), 2.1)),
    Row("E1", "ejection fraction 31 percent", SUSPECTED, lambda c: c.test("lvef", days_ago(14), 31)),
    Row("E1", "oxygen saturation 85 percent", SUSPECTED, lambda c: c.test("oxygen", days_ago(2), 85)),
    Row("E1", "platelets 34 x 10^9/L", SUSPECTED, lambda c: c.test("platelets", days_ago(5), 34)),
    Row("E1", "cirrhosis, unconfirmed", EQUIVOCAL,
        lambda c: c.problem("cirrhosis", days_ago(30), verified="unconfirmed")),
    # What does not convert is unreadable, never guessed.
    Row("E1", "platelets in a unit that cannot be", UNREADABLE,
        lambda c: c.test("platelets", days_ago(5), 41, unit="mg/dL")),
    # CKD 1 to 3 is context.
    Row("E1", "chronic kidney disease stage 3, eGFR 51", NO_DATA, _ckd3),
    Row("E1", "chronic kidney disease stage 2", NO_DATA, lambda c: c.problem("ckd2", years_ago(3))),
    Row("E1", "kidney failure last year, recovered, eGFR now 84", NO_DATA, _recovered),
    Row("E1", "INR 2.4 under warfarin", NO_DATA, _anticoagulated, needs=FINER),
    Row("E1", "stage 5 kidney disease refuted", NO_DATA,
        lambda c: c.problem("ckd5", days_ago(60), verified="refuted", clinical=None)),
    Row("E1", "platelets 30 struck out as an error", NO_DATA,
        then(
            lambda c: c.test("platelets", days_ago(6), 30, status="entered-in-error"),
            lambda c: c.test("platelets", days_ago(5), 214))),
]  # fmt: skip
