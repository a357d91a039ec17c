"""Biologic treatment within six months (E5)."""

from __future__ import annotations

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import days_ago, months_ago, partial_across, years_ago
from fhir_screener.sandbox.hospital.drugs import Dose
from fhir_screener.sandbox.hospital.situations.row import FINER, TEXT, Row, Writes
from fhir_screener.sandbox.hospital.systems import RXNORM, SNOMED, Json, concept
from fhir_screener.sandbox.hospital.truth import (
    EQUIVOCAL,
    IMPRECISE,
    MET,
    NO_DATA,
    STALE,
    SUSPECTED,
    UNREADABLE,
)

EDGE = months_ago(6)
LATELY = days_ago(12)


def _before_dawn(c: Charting) -> None:
    """An instant in UTC that is the first day of the window only in the study's zone (SEMANTICS 4)."""
    eve = months_ago(6, days=1).on(c.as_of)
    made = c.given("rituximab", EDGE, 1000)
    made["effectiveDateTime"] = f"{eve.isoformat()}T17:30:00Z"


def _three_times(c: Charting) -> None:
    for days in (205, 191, 45):
        c.given("rituximab", days_ago(days), 1000)


def _infusion_procedure(c: Charting) -> None:
    done = concept(SNOMED, "180256009", "Subcutaneous chemotherapy", "利妥昔单抗静脉输注")
    done.pop("coding")
    c.procedure(done, days_ago(80), usedCode=[concept(RXNORM, "121191", "rituximab")])


GIVEN = [
    Row("E5", "rituximab infused four months ago", MET,
        lambda c: c.given("rituximab", days_ago(121), 1000), ends=days_ago(121)),
    Row("E5", "rituximab infused six months ago to the day", MET,
        lambda c: c.given("rituximab", EDGE, 1000), ends=EDGE),
    Row("E5", "rituximab infused six months ago by the hospital's clock only", MET, _before_dawn, ends=EDGE),
    # The last matching fact is the one whose end counts.
    Row("E5", "rituximab infused three times, last six weeks ago", MET, _three_times, ends=days_ago(45)),
    Row("E5", "rituximab biosimilar by product code", MET,
        lambda c: c.given("rituximab", days_ago(45), 500, form="product"), ends=days_ago(45)),
    Row("E5", "rituximab under its retired ATC code", MET,
        lambda c: c.statement("rituximab", at=days_ago(100), status="completed", med=_retired()), ends=days_ago(100)),
    Row("E5", "rituximab under the skin, with hyaluronidase", MET,
        lambda c: c.given("rituximab and hyaluronidase", days_ago(60), form="product"), ends=days_ago(60)),
    # A completed infusion without an end is a point in time.
    Row("E5", "rituximab infusion of three months ago, stated as completed", MET,
        lambda c: c.statement("rituximab", days_ago(92), status="completed", asserted=LATELY), ends=days_ago(92)),
    Row("E5", "inebilizumab infused five weeks ago", MET,
        lambda c: c.given("inebilizumab", days_ago(36), 300), ends=days_ago(36)),
    Row("E5", "infliximab infused ten weeks ago", MET,
        lambda c: c.given("infliximab", days_ago(70), 300), ends=days_ago(70)),
    Row("E5", "belimumab ongoing", MET, lambda c: c.statement("belimumab", years_ago(2), asserted=LATELY)),
    Row("E5", "adalimumab on order", MET, lambda c: c.order("adalimumab", days_ago(50), dose=Dose(40, 1, "wk"))),
    # n days cover the day of hand-over and the n - 1 after it.
    Row("E5", "adalimumab handed over for four weeks", MET,
        lambda c: c.handed_over("adalimumab", days_ago(75), 28), ends=days_ago(48)),
    Row("E5", "abatacept handed over, days of supply not recorded", MET,
        lambda c: c.handed_over("abatacept", days_ago(90)), ends=days_ago(61)),
    Row("E5", "tocilizumab stopped two months ago", MET,
        lambda c: c.statement("tocilizumab", years_ago(1), days_ago(61), status="stopped", asserted=LATELY),
        ends=days_ago(61)),
    Row("E5", "omalizumab for asthma", MET, lambda c: c.statement("omalizumab", months_ago(9), asserted=LATELY)),
    Row("E5", "rituximab under a Chinese brand name", MET,
        lambda c: c.statement(
            "rituximab", at=days_ago(50), status="completed",
            med={"medicationCodeableConcept": {"text": "汉利康 500mg 静脉滴注"}}),
        ends=days_ago(50), needs=TEXT),
    Row("E5", "telitacicept in Chinese words, ongoing", MET,
        lambda c: c.statement("telitacicept", months_ago(5), asserted=LATELY, form="local"), needs=TEXT),
    Row("E5", "rituximab infusion as a procedure", MET, _infusion_procedure, ends=days_ago(80), needs=FINER),
]  # fmt: skip


def _retired() -> Json:
    return {"medicationCodeableConcept": concept("atc", "L01XC02", "rituximab")}


def _infused_about(c: Charting) -> None:
    c.statement("rituximab", at=partial_across(EDGE.on(c.as_of)), status="completed", asserted=LATELY)


OPEN = [
    # An infused drug known only from an order.
    Row("E5", "rituximab ordered, no infusion on record", SUSPECTED,
        lambda c: c.order("rituximab", days_ago(60), status="completed")),
    Row("E5", "denosumab two months ago", SUSPECTED,
        lambda c: c.given("denosumab", days_ago(60), 60, form="product")),
    Row("E5", "long-term use of a biologic, drug not named", SUSPECTED,
        lambda c: c.problem("on-biologic", recorded=days_ago(50))),
    Row("E5", "belimumab, status unknown", EQUIVOCAL,
        lambda c: c.statement("belimumab", months_ago(8), status="unknown", asserted=LATELY)),
    Row("E5", "belimumab on hold", EQUIVOCAL,
        lambda c: c.statement("belimumab", months_ago(8), status="on-hold", asserted=LATELY)),
    Row("E5", "adalimumab stopped, end not recorded", IMPRECISE,
        lambda c: c.statement("adalimumab", years_ago(3), status="stopped", asserted=LATELY)),
    Row("E5", "rituximab about six months ago, day not recorded", IMPRECISE,
        _infused_about, possible=lambda as_of: partial_across(EDGE.on(as_of)) is not None),
    Row("E5", "adalimumab order of five years ago, never renewed", STALE,
        lambda c: c.order("adalimumab", years_ago(5), dose=Dose(40, 1, "wk"))),
]  # fmt: skip


def _unknown_drug(days: int, reference: Json) -> Writes:
    def chart(c: Charting) -> None:
        c.given("rituximab", days_ago(days), med={"medicationReference": reference}, route="iv")

    return chart


MISSING = {"reference": "Medication/retired-7731"}
UNNAMED = {"identifier": {"system": "urn:fhir-screener:hospital:old-formulary", "value": "7731"}}
UNRESOLVED = [
    # SEMANTICS 5: unreadable in E5 and E6, and in I4 unless it is already met.
    Row("E5", "an infusion three weeks ago whose drug cannot be found", UNREADABLE,
        _unknown_drug(21, MISSING), also={"E6": UNREADABLE}, given={"I4": MET}),
    Row("E5", "an infusion two weeks ago of a drug with an old formulary number", UNREADABLE,
        _unknown_drug(14, UNNAMED), also={"E6": UNREADABLE}, given={"I4": MET}),
    Row("E5", "a drug that cannot be found, no glucocorticoid", UNREADABLE,
        _unknown_drug(10, MISSING), also={"E6": UNREADABLE, "I4": UNREADABLE}),
    Row("E5", "a drug that cannot be found, given four years ago", NO_DATA,
        _unknown_drug(1460, MISSING), needs=FINER, also={"E6": NO_DATA, "I4": NO_DATA}),
]  # fmt: skip

NONE = [
    Row("E5", "rituximab infused six months and a day ago", NO_DATA,
        lambda c: c.given("rituximab", months_ago(6, days=1), 1000)),
    Row("E5", "rituximab infused two years ago", NO_DATA, lambda c: c.given("rituximab", years_ago(2), 1000)),
    Row("E5", "rituximab infusion of eight months ago, stated as completed", NO_DATA,
        lambda c: c.statement("rituximab", months_ago(8), status="completed", asserted=LATELY)),
    # Not taken is no exposure; it does not prove that no other biologic was given.
    Row("E5", "rituximab declined", NO_DATA, lambda c: c.statement("rituximab", at=days_ago(40), status="not-taken")),
    Row("E5", "rituximab only planned", NO_DATA,
        lambda c: c.order("rituximab", days_ago(10), status="draft", intent="plan")),
    Row("E5", "rituximab order cancelled", NO_DATA, lambda c: c.order("rituximab", days_ago(30), status="cancelled")),
    Row("E5", "rituximab infusion not done", NO_DATA,
        lambda c: c.given("rituximab", days_ago(20), status="not-done")),
    Row("E5", "rituximab infusion entered in error", NO_DATA,
        lambda c: c.given("rituximab", days_ago(25), status="entered-in-error")),
    Row("E5", "insulin glargine, ongoing", NO_DATA,
        lambda c: c.statement("insulin glargine", years_ago(2), asserted=LATELY)),
    Row("E5", "vaccinated against influenza", NO_DATA,
        lambda c: c.vaccine("141", "Influenza, seasonal, injectable", days_ago(60))),
    Row("E5", "allergic to infliximab", NO_DATA, lambda c: c.allergy(concept(RXNORM, "191831", "infliximab"))),
]  # fmt: skip

ROWS = [*GIVEN, *OPEN, *UNRESOLVED, *NONE]
