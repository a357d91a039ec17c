"""Non-biologic DMARDs and other immunosuppressants within twelve weeks, that is 84 days (E6)."""

from __future__ import annotations

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import days_ago, months_ago, partial_across, years_ago
from fhir_screener.sandbox.hospital.drugs import Dose
from fhir_screener.sandbox.hospital.situations.row import TEXT, Row
from fhir_screener.sandbox.hospital.truth import EQUIVOCAL, IMPRECISE, MET, NO_DATA, STALE, SUSPECTED

EDGE = days_ago(84)
LATELY = days_ago(12)
WEEKLY = Dose(10, 1, "wk")


def _ongoing(c: Charting, drug: str, dose: Dose) -> None:
    if c.rng.random() < 0.5:
        c.statement(drug, months_ago(14), dose=dose, asserted=LATELY)
    else:
        c.order(drug, days_ago(c.rng.randint(20, 250)), dose=dose)


def _known_thrice(c: Charting) -> None:
    c.statement("methotrexate", months_ago(9), dose=WEEKLY, asserted=LATELY)
    c.order("methotrexate", days_ago(40), dose=WEEKLY)
    c.handed_over("methotrexate", days_ago(40), 90, dose=WEEKLY)


def _one_after_the_other(c: Charting) -> None:
    c.statement("azathioprine", years_ago(1), days_ago(75), status="completed", dose=Dose(50, 2))
    c.statement("leflunomide", days_ago(74), days_ago(20), status="stopped", dose=Dose(20), asserted=LATELY)


def _until_about(c: Charting) -> None:
    c.statement("methotrexate", years_ago(2), partial_across(EDGE.on(c.as_of)), status="completed", dose=WEEKLY)


TAKEN = [
    Row("E6", "methotrexate, ongoing", MET, lambda c: _ongoing(c, "methotrexate", WEEKLY)),
    Row("E6", "methotrexate stated, ordered and handed over", MET, _known_thrice),
    Row("E6", "azathioprine, then leflunomide until 20 days ago", MET, _one_after_the_other, ends=days_ago(20)),
    Row("E6", "azathioprine, ongoing", MET, lambda c: _ongoing(c, "azathioprine", Dose(50, 2))),
    Row("E6", "mycophenolate mofetil, ongoing", MET, lambda c: _ongoing(c, "mycophenolate mofetil", Dose(500, 2))),
    Row("E6", "tacrolimus by mouth, ongoing", MET, lambda c: _ongoing(c, "tacrolimus", Dose(1, 2))),
    Row("E6", "hydroxychloroquine, ongoing", MET, lambda c: _ongoing(c, "hydroxychloroquine", Dose(200, 2))),
    Row("E6", "sulfasalazine, ongoing", MET, lambda c: _ongoing(c, "sulfasalazine", Dose(1000, 2))),
    # A targeted drug, but not a biologic: twelve weeks, not six months.
    Row("E6", "tofacitinib ended eight weeks ago", MET,
        lambda c: c.statement("tofacitinib", months_ago(10), days_ago(56), status="completed", dose=Dose(5, 2)),
        ends=days_ago(56)),
    Row("E6", "cyclophosphamide infused six weeks ago", MET,
        lambda c: c.given("cyclophosphamide", days_ago(42), 800), ends=days_ago(42)),
    Row("E6", "leflunomide ended 84 days ago", MET,
        lambda c: c.statement("leflunomide", years_ago(2), EDGE, status="completed", dose=Dose(20)), ends=EDGE),
    Row("E6", "methotrexate ended five weeks ago", MET,
        lambda c: c.statement(
            "methotrexate", years_ago(1), days_ago(35), status="stopped", dose=WEEKLY, asserted=LATELY),
        ends=days_ago(35)),
    Row("E6", "azathioprine handed over for 60 days", MET,
        lambda c: c.handed_over("azathioprine", days_ago(100), 60, dose=Dose(50, 2)), ends=days_ago(41)),
    # Without a number 30 days are assumed; an assumed supply is a known end too.
    Row("E6", "azathioprine handed over 70 days ago, days of supply not recorded", MET,
        lambda c: c.handed_over("azathioprine", days_ago(70)), ends=days_ago(41)),
    Row("E6", "tripterygium in Chinese words, ongoing", MET,
        lambda c: c.statement("tripterygium glycosides", months_ago(4), asserted=LATELY, form="local"), needs=TEXT),
    Row("E6", "iguratimod in Chinese words, ongoing", MET,
        lambda c: c.statement(
            "iguratimod", months_ago(4), asserted=LATELY,
            med={"medicationCodeableConcept": {"text": "艾拉莫德片 25mg bid"}}),
        needs=TEXT),
]  # fmt: skip

OPEN = [
    Row("E6", "cyclophosphamide ordered, no infusion on record", SUSPECTED,
        lambda c: c.order("cyclophosphamide", days_ago(30), status="completed")),
    Row("E6", "long-term use of an immunosuppressant, drug not named", SUSPECTED,
        lambda c: c.problem("on-immunosuppressant", recorded=days_ago(40))),
    Row("E6", "azathioprine on hold", EQUIVOCAL,
        lambda c: c.statement("azathioprine", months_ago(6), status="on-hold", dose=Dose(50, 2), asserted=LATELY)),
    Row("E6", "leflunomide stopped, end not recorded", IMPRECISE,
        lambda c: c.statement("leflunomide", str(c.as_of.year - 3), status="stopped", dose=Dose(20), asserted=LATELY)),
    # Completed without an end: an interval whose end is unknown.
    Row("E6", "methotrexate completed, end not recorded", IMPRECISE,
        lambda c: c.statement("methotrexate", years_ago(2), status="completed", dose=WEEKLY, asserted=LATELY)),
    Row("E6", "methotrexate ended about twelve weeks ago, day not recorded", IMPRECISE,
        _until_about, possible=lambda as_of: partial_across(EDGE.on(as_of)) is not None),
    Row("E6", "methotrexate order of five years ago, never renewed", STALE,
        lambda c: c.order("methotrexate", years_ago(5), dose=WEEKLY)),
    Row("E6", "hydroxychloroquine last asserted 14 months ago", STALE,
        lambda c: c.statement("hydroxychloroquine", years_ago(4), dose=Dose(200, 2), asserted=days_ago(430))),
]  # fmt: skip

NONE = [
    Row("E6", "methotrexate ended 85 days ago", NO_DATA,
        lambda c: c.statement("methotrexate", years_ago(2), days_ago(85), status="completed", dose=WEEKLY)),
    Row("E6", "methotrexate ended 100 days ago", NO_DATA,
        lambda c: c.statement(
            "methotrexate", years_ago(2), days_ago(100), status="stopped", dose=WEEKLY, asserted=days_ago(90))),
    Row("E6", "azathioprine handed over 120 days ago, days of supply not recorded", NO_DATA,
        lambda c: c.handed_over("azathioprine", days_ago(120))),
    Row("E6", "cyclophosphamide infused a year ago", NO_DATA,
        lambda c: c.given("cyclophosphamide", years_ago(1), 800)),
    Row("E6", "tacrolimus ointment", NO_DATA,
        lambda c: c.statement("tacrolimus ointment", days_ago(60), asserted=LATELY, form="atc")),
    Row("E6", "cyclosporine eye drops", NO_DATA,
        lambda c: c.order("cyclosporine eye drops", days_ago(60), form="product")),
    Row("E6", "hydroxychloroquine never taken", NO_DATA,
        lambda c: c.statement(
            "hydroxychloroquine", days_ago(60), status="not-taken", dose=Dose(200, 2), asserted=LATELY)),
    Row("E6", "mycophenolate only proposed", NO_DATA,
        lambda c: c.order("mycophenolate mofetil", days_ago(8), intent="proposal", dose=Dose(500, 2))),
    Row("E6", "azathioprine entered in error", NO_DATA,
        lambda c: c.order("azathioprine", days_ago(20), status="entered-in-error", dose=Dose(50, 2))),
]  # fmt: skip

ROWS = [*TAKEN, *OPEN, *NONE]
