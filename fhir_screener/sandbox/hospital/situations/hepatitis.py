"""Hepatitis B (E8a)."""

from __future__ import annotations

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import When, days_ago, months_ago, years_ago
from fhir_screener.sandbox.hospital.situations.row import FINER, TEXT, Row, then
from fhir_screener.sandbox.hospital.systems import INTERPRETATION, SNOMED, concept
from fhir_screener.sandbox.hospital.truth import (
    CONFLICTING,
    EQUIVOCAL,
    MET,
    NO_DATA,
    NOT_MET,
    SUSPECTED,
    UNREADABLE,
)

EDGE = months_ago(3)
LAST = days_ago(14)


def clear(c: Charting, on: When | None = None) -> None:
    """HBsAg and anti-HBc negative on one day."""
    when = on or days_ago(c.rng.randint(4, 75))
    c.test(c.rng.choice(("hbsag", "hbsag-old")), when, "negative")
    c.test("anti-hbc", when, "negative")


def _pair(c: Charting, surface: str, core: str = "", dna: str = "", on: When = LAST) -> None:
    for key, value in (("hbsag", surface), ("anti-hbc", core), ("hbv-dna", dna)):
        if value:
            c.test(key, on, value)


def _in_report(c: Charting) -> None:
    found = [c.test("hbsag", LAST, "negative", subject=False), c.test("anti-hbc", LAST, "negative", subject=False)]
    c.results_report("Hepatitis B serology", LAST, found)


def _contained(c: Charting) -> None:
    start = len(c.records)
    c.test("hbsag", LAST, "negative")
    c.test("anti-hbc", LAST, "negative")
    made, c.records[start:] = c.records[start:], []
    for number, one in enumerate(made, 1):
        one["id"] = f"r{number}"
        del one["meta"]
    c.report("Hepatitis B serology", {}, LAST, contained=made, result=[{"reference": f"#{one['id']}"} for one in made])


def _resolved_acute(c: Charting) -> None:
    c.problem("acute-hepatitis-b", years_ago(7), ended=years_ago(6, days=200), clinical="resolved")
    c.test("hbsag", years_ago(7, days=-5), "positive")
    _pair(c, "negative", dna="negative")


def _load(c: Charting, comparator: str, flag: str, on: When = LAST) -> None:
    c.test("hbsag", on, "negative")
    c.test("hbv-load", on, 20, comparator=comparator, flag=flag)


def _superseded(c: Charting) -> None:
    timing = c.timing(LAST)
    for status, value in (("preliminary", "positive"), ("final", "negative")):
        c.test("hbsag", LAST, value, status=status, timing=timing)
    c.test("anti-hbc", LAST, "negative")


def _disagreeing(c: Charting) -> None:
    value = {"valueCodeableConcept": concept(SNOMED, "260385009", "Negative")}
    c.test("hbsag", LAST, {**value, "interpretation": [concept(INTERPRETATION, "POS", "Positive")]})


CLEAR = [
    Row("E8a", "HBsAg and anti-HBc negative", NOT_MET, clear),
    Row("E8a", "HBsAg negative, HBV DNA not detected", NOT_MET, lambda c: _pair(c, "negative", dna="negative")),
    Row("E8a", "HBsAg and anti-HBc negative three months ago to the day", NOT_MET, lambda c: clear(c, EDGE)),
    Row("E8a", "HBsAg 0.01 IU/mL, anti-HBc negative", NOT_MET,
        then(lambda c: c.test("hbsag-level", LAST, 0.01, flag="NEG"), lambda c: c.test("anti-hbc", LAST, "negative"))),
    # Below the limit and not detected: the comparator must not be dropped.
    Row("E8a", "HBsAg negative, HBV DNA below 20 IU/mL and not detected", NOT_MET, lambda c: _load(c, "<", "ND")),
    Row("E8a", "hepatitis B results only in the report", NOT_MET, _in_report),
    Row("E8a", "hepatitis B results inside the report", NOT_MET, _contained),
    Row("E8a", "hepatitis B results negative and sent twice", NOT_MET,
        then(lambda c: clear(c, LAST), lambda c: c.copy(c.records[-1]))),
    Row("E8a", "HBsAg positive preliminary, negative final", NOT_MET, _superseded),
    Row("E8a", "a positive HBsAg entered in error", NOT_MET,
        then(clear, lambda c: c.test("hbsag", days_ago(3), "positive", status="entered-in-error"))),
    Row("E8a", "negative; vaccinated, anti-HBs positive", NOT_MET,
        then(clear, lambda c: c.test("anti-hbs", days_ago(9), 320))),
    Row("E8a", "negative; immune to hepatitis B", NOT_MET,
        then(clear, lambda c: c.problem("hepatitis-b-immune", years_ago(2)))),
    Row("E8a", "negative; mother HBsAg positive", NOT_MET,
        then(clear, lambda c: c.test("mother-hbsag", days_ago(30), "positive"))),
    Row("E8a", "negative; donor HBsAg positive", NOT_MET,
        then(clear, lambda c: c.test("donor-hbsag", days_ago(30), "positive"))),
    Row("E8a", "resolved acute hepatitis B, now negative", NOT_MET, _resolved_acute, needs=FINER),
    Row("E8a", "HBsAg and anti-HBc negative in Chinese words", NOT_MET,
        then(lambda c: c.test("hbsag", LAST, "阴性(-)"), lambda c: c.test("anti-hbc", LAST, "阴性(-)")), needs=TEXT),
    Row("E8a", "HBsAg and anti-HBc under local codes", NOT_MET,
        then(
            lambda c: c.test("hbsag", LAST, "阴性", naming="local"),
            lambda c: c.test("anti-hbc", LAST, "阴性", naming="local")),
        needs=TEXT),
]  # fmt: skip

POSITIVE = [
    Row("E8a", "HBsAg positive", MET, lambda c: _pair(c, "positive", "positive")),
    Row("E8a", "HBsAg above 250 IU/mL", MET, lambda c: c.test("hbsag-level", LAST, 250, comparator=">", flag="POS")),
    Row("E8a", "HBV DNA 340000 IU/mL", MET, lambda c: c.test("hbv-load", LAST, 340000, flag="DET")),
    # Detected DNA counts at any level.
    Row("E8a", "HBsAg negative, HBV DNA detected below 20 IU/mL", MET, lambda c: _load(c, "<", "DET")),
    Row("E8a", "HBsAg negative, HBV DNA detected", MET, lambda c: _pair(c, "negative", dna="positive")),
    Row("E8a", "chronic hepatitis B", MET, lambda c: c.problem("chronic-hepatitis-b", years_ago(9))),
    Row("E8a", "HBsAg positive in Chinese words under a local code", MET,
        lambda c: c.test("hbsag", LAST, "阳性(+)", naming="local"), needs=TEXT),
]  # fmt: skip

OPEN = [
    Row("E8a", "HBsAg negative, anti-HBc positive, no DNA", SUSPECTED, lambda c: _pair(c, "negative", "positive")),
    Row("E8a", "chronic hepatitis B coded at one encounter only", SUSPECTED,
        lambda c: c.problem(
            "chronic-hepatitis-b", days_ago(40), category="encounter-diagnosis", visit=c.visit(days_ago(40)))),
    Row("E8a", "HBsAg weakly positive", EQUIVOCAL, lambda c: _pair(c, "weak")),
    Row("E8a", "HBsAg positive, still preliminary", EQUIVOCAL,
        lambda c: c.test("hbsag", days_ago(1), "positive", status="preliminary")),
    Row("E8a", "chronic hepatitis B, provisional", EQUIVOCAL,
        lambda c: c.problem("chronic-hepatitis-b", days_ago(20), verified="provisional")),
    # The vaccine's own antigen is found for up to 18 days.
    Row("E8a", "HBsAg positive ten days after the vaccine", EQUIVOCAL,
        then(lambda c: c.vaccine("43", "Hep B, adult", days_ago(24)), lambda c: c.test("hbsag", LAST, "positive")),
        needs=FINER),
    Row("E8a", "HBsAg positive two years ago, negative now", CONFLICTING,
        then(lambda c: c.test("hbsag", years_ago(2), "positive"), lambda c: _pair(c, "negative", dna="negative"))),
    Row("E8a", "HBsAg negative by value and positive by flag", CONFLICTING, _disagreeing),
    Row("E8a", "HBsAg in a unit that cannot be", UNREADABLE, lambda c: c.test("hbsag-level", LAST, 0.8, unit="kPa")),
]  # fmt: skip

NONE = [
    Row("E8a", "HBsAg negative alone", NO_DATA, lambda c: _pair(c, "negative")),
    Row("E8a", "HBsAg and anti-HBc negative four months ago", NO_DATA, lambda c: clear(c, months_ago(4))),
    Row("E8a", "HBsAg and anti-HBc negative three months and a day ago", NO_DATA,
        lambda c: clear(c, months_ago(3, days=1))),
    Row("E8a", "HBsAg negative in autumn, DNA not detected last week", NO_DATA,
        then(lambda c: clear(c, days_ago(120)), lambda c: c.test("hbv-dna", days_ago(7), "negative"))),
    Row("E8a", "HBsAg not done", NO_DATA,
        then(lambda c: c.unavailable("hbsag", LAST), lambda c: c.test("anti-hbc", LAST, "negative"))),
    Row("E8a", "HBsAg order cancelled", NO_DATA, lambda c: c.test("hbsag", LAST, "negative", status="cancelled")),
]  # fmt: skip

ROWS = [*CLEAR, *POSITIVE, *OPEN, *NONE]
