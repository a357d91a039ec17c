"""New onset or flare treated with glucocorticoids (I4), in prednisone equivalents. Nothing here is ever not_met."""

from __future__ import annotations

from typing import Any

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import When, days_ago, partial_across, years_ago
from fhir_screener.sandbox.hospital.drugs import Dose
from fhir_screener.sandbox.hospital.situations.row import FINER, TEXT, Row, then
from fhir_screener.sandbox.hospital.systems import Json, quantity
from fhir_screener.sandbox.hospital.truth import (
    EQUIVOCAL,
    IMPRECISE,
    JUDGEMENT,
    MET,
    NO_DATA,
    STALE,
    SUSPECTED,
    UNREADABLE,
)

RECENTLY = days_ago(3)


def taking(c: Charting, drug: str, days: int, mg: float, **more: Any) -> None:
    """On this daily dose since so many days, known from a statement asserted lately or an active order."""
    if days < 300 and c.rng.random() < 0.5:
        c.order(drug, days_ago(days), dose=Dose(mg), **more)
    else:
        c.statement(drug, days_ago(days), dose=Dose(mg), asserted=RECENTLY, **more)


def took(c: Charting, drug: str, first: int, last: int, mg: float, **more: Any) -> None:
    """A finished course from so many days ago to so many days ago, both days included."""
    c.statement(drug, days_ago(first), days_ago(last), status="completed", dose=Dose(mg), **more)


def raised(c: Charting, drug: str, before: float, after: float, days: int) -> None:
    """One dose for most of a year, another since so many days."""
    took(c, drug, 320, days + 1, before)
    c.statement(drug, days_ago(days), dose=Dose(after), asserted=RECENTLY if days > 3 else days_ago(1))


def _ward_course(c: Charting) -> None:
    for days in range(8, -1, -1):
        c.given("methylprednisolone", days_ago(days), 40, form="ingredient", route="iv")


def _order_and_hand_over(c: Charting) -> None:
    c.order("prednisone", days_ago(9), dose=Dose(40), form="product")
    c.handed_over("prednisone", days_ago(9), 30, dose=Dose(40), form="product")


def _eight_tablets(c: Charting) -> None:
    med, dosage = c.tablets("prednisone", 8)
    c.order("prednisone", days_ago(13), med=med, dosageInstruction=[dosage])


def _two_courses(c: Charting) -> None:
    took(c, "prednisone", 260, 150, 30)
    taking(c, "prednisone", 12, 40)


def _local_steroids_then_start(c: Charting) -> None:
    c.statement("budesonide", years_ago(2), asserted=days_ago(20), form="ingredient")
    c.statement("hydrocortisone cream", days_ago(200), asserted=days_ago(20), form="atc")
    taking(c, "prednisone", 11, 30)


def _added(c: Charting) -> None:
    c.statement("prednisone", days_ago(320), dose=Dose(5), asserted=RECENTLY)
    c.statement("methylprednisolone", days_ago(9), dose=Dose(16), asserted=RECENTLY)


def _reduced_after_start(c: Charting) -> None:
    took(c, "prednisone", 80, 31, 40)
    c.statement("prednisone", days_ago(30), dose=Dose(25), asserted=RECENTLY)


def _steps(c: Charting, *steps: tuple[float, int]) -> list[Json]:
    made: list[Json] = []
    for number, (mg, days) in enumerate(steps, 1):
        step = c.dosage("prednisone", Dose(mg))
        step["timing"]["repeat"]["boundsDuration"] = quantity(days, "d")
        made.append({"sequence": number, **step})
    return made


STARTED = [
    Row("I4", "prednisone 40 mg/d started ten days ago", MET, lambda c: taking(c, "prednisone", 10, 40)),
    Row("I4", "prednisolone 30 mg/d started three weeks ago", MET, lambda c: taking(c, "prednisolone", 21, 30)),
    # Both ends of the 28 days count.
    Row("I4", "methylprednisolone 32 mg/d started 28 days ago", MET,
        lambda c: taking(c, "methylprednisolone", 28, 32)),
    Row("I4", "prednisone handed over nine days ago for 30 days", MET,
        lambda c: c.handed_over("prednisone", days_ago(9), 30, dose=Dose(40))),
    Row("I4", "prednisone ordered and handed over nine days ago", MET, _order_and_hand_over),
    Row("I4", "eight tablets of prednisone 5 mg a day since 13 days", MET, _eight_tablets),
    Row("I4", "daily intravenous methylprednisolone since eight days", MET, _ward_course),
    Row("I4", "new start after a course that ended five months ago", MET, _two_courses),
    Row("I4", "inhaler and cream for long, prednisone new", MET, _local_steroids_then_start),
    # met, even where the dose is unreadable
    Row("I4", "prednisone started a week ago, dose not recorded", MET,
        lambda c: c.statement("prednisone", days_ago(7), asserted=RECENTLY)),
    Row("I4", "new start in taper steps", MET,
        lambda c: c.statement(
            "prednisone", days_ago(19), asserted=RECENTLY, dosage=_steps(c, (40, 14), (30, 14), (20, 14))),
        needs=FINER),
    Row("I4", "new start, dose in Chinese words", MET,
        lambda c: c.statement(
            "prednisone", days_ago(12), asserted=RECENTLY, dosage=[{"text": "醋酸泼尼松片5mg×8片 qd po"}]),
        needs=TEXT),
    Row("I4", "new start, drug and dose in Chinese words only", MET,
        lambda c: c.statement(
            "methylprednisolone", days_ago(8), asserted=RECENTLY, med={"medicationCodeableConcept": {"text": "美卓乐"}},
            dosage=[{"text": "24mg 每日1次 口服"}]),
        needs=TEXT),
]  # fmt: skip

RAISED = [
    Row("I4", "prednisone raised from 10 to 40 mg/d eight days ago", MET,
        lambda c: raised(c, "prednisone", 10, 40, 8), signal=True),
    Row("I4", "prednisone raised from 5 to 30 mg/d 28 days ago", MET,
        lambda c: raised(c, "prednisone", 5, 30, 28), signal=True),
    # 8 mg of methylprednisolone is exactly 10 mg of prednisone.
    Row("I4", "methylprednisolone raised from 8 to 32 mg/d", MET,
        lambda c: raised(c, "methylprednisolone", 8, 32, 10), signal=True),
    Row("I4", "methylprednisolone added to prednisone 5 mg/d", MET, _added, signal=True),
    Row("I4", "prednisone raised from 20 to 50 mg/d", SUSPECTED, lambda c: raised(c, "prednisone", 20, 50, 6)),
    Row("I4", "methylprednisolone raised from 12 to 40 mg/d", SUSPECTED,
        lambda c: raised(c, "methylprednisolone", 12, 40, 15)),
    Row("I4", "raised two months ago from 7.5 to 30 mg/d", JUDGEMENT, lambda c: raised(c, "prednisone", 7.5, 30, 62)),
    Row("I4", "raised two months ago from 15 to 40 mg/d", SUSPECTED, lambda c: raised(c, "prednisone", 15, 40, 62)),
    Row("I4", "raised from a dose not recorded", UNREADABLE,
        then(
            lambda c: c.statement("prednisone", days_ago(320), days_ago(11), status="completed"),
            lambda c: c.statement("prednisone", days_ago(10), dose=Dose(40), asserted=RECENTLY))),
    # A baseline interval that straddles 10 mg/d.
    Row("I4", "raised from 7.5 to 12.5 mg/d by need", EQUIVOCAL,
        then(
            lambda c: c.statement(
                "prednisone", days_ago(320), days_ago(11), status="completed", dose=Dose(7.5, upper=12.5)),
            lambda c: c.statement("prednisone", days_ago(10), dose=Dose(40), asserted=RECENTLY)),
        needs=FINER),
]  # fmt: skip


def _started_about(c: Charting, edge: When) -> None:
    c.statement("prednisone", partial_across(edge.on(c.as_of)), dose=Dose(40), asserted=RECENTLY)


COPD = ("cm", "J44.1", "Chronic obstructive pulmonary disease with (acute) exacerbation")
EDGE = days_ago(28)
OPEN = [
    Row("I4", "prednisone since two months", JUDGEMENT, lambda c: taking(c, "prednisone", 60, 30)),
    # 29 to 180 days: the far end still counts.
    Row("I4", "prednisone since 180 days", JUDGEMENT, lambda c: taking(c, "prednisone", 180, 15)),
    Row("I4", "started 80 days ago, reduced since", JUDGEMENT, _reduced_after_start),
    Row("I4", "prednisone 10 mg/d unchanged for over a year", SUSPECTED, lambda c: taking(c, "prednisone", 420, 10)),
    # A long course reduced is as one unchanged.
    Row("I4", "long course, reduced from 20 to 15 mg/d", SUSPECTED, lambda c: raised(c, "prednisone", 20, 15, 40)),
    Row("I4", "prednisone started two weeks ago for COPD", SUSPECTED,
        lambda c: c.order("prednisone", days_ago(14), dose=Dose(40), reasonCode=c.because(COPD)), needs=FINER),
    Row("I4", "prednisone started ten days ago, status unknown", EQUIVOCAL,
        lambda c: c.statement("prednisone", days_ago(10), status="unknown", dose=Dose(40), asserted=RECENTLY)),
    Row("I4", "prednisone active since three years, last asserted 18 months ago", STALE,
        lambda c: c.statement("prednisone", years_ago(3), dose=Dose(10), asserted=days_ago(550))),
    Row("I4", "started about four weeks ago, day not recorded", IMPRECISE,
        lambda c: _started_about(c, EDGE), possible=lambda as_of: partial_across(EDGE.on(as_of)) is not None),
]  # fmt: skip

NONE = [
    # A single dose or premedication is no start.
    Row("I4", "one dose of dexamethasone before contrast", NO_DATA,
        lambda c: c.given(
            "dexamethasone", days_ago(20), 10, reasonCode=[{"text": "Premedication before contrast medium"}])),
    Row("I4", "prednisone course ended two months ago", NO_DATA, lambda c: took(c, "prednisone", 150, 60, 30)),
    Row("I4", "inhaled budesonide only", NO_DATA,
        lambda c: c.statement("budesonide", years_ago(1), asserted=days_ago(20))),
    Row("I4", "steroid cream only", NO_DATA,
        lambda c: c.statement("hydrocortisone cream", days_ago(15), asserted=days_ago(5), form="atc")),
    Row("I4", "prednisone planned, not ordered", NO_DATA,
        lambda c: c.order("prednisone", days_ago(2), status="draft", intent="plan", dose=Dose(40))),
    Row("I4", "prednisone prescribed, never taken", NO_DATA,
        lambda c: c.statement("prednisone", days_ago(12), status="not-taken", dose=Dose(40), asserted=RECENTLY)),
    Row("I4", "prednisone entered in error", NO_DATA,
        lambda c: c.order("prednisone", days_ago(6), status="entered-in-error", dose=Dose(40))),
    Row("I4", "prednisone ordered not to be given", NO_DATA,
        lambda c: c.order("prednisone", days_ago(6), dose=Dose(40), doNotPerform=True)),
    Row("I4", "prednisone to start next week", NO_DATA,
        lambda c: c.statement("prednisone", days_ago(-6), status="intended", dose=Dose(40), asserted=RECENTLY)),
]  # fmt: skip

ROWS = [*STARTED, *RAISED, *OPEN, *NONE]
