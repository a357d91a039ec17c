"""Dosage: how much, how often, how long; coded parts only, words kept as words."""

import pytest

from fhir_screener.fhir.decode.dosage import instructions
from fhir_screener.records.facts import Quantity, Span
from fhir_screener.terminology.coding import SNOMED
from tests.builders.charts import coded

MG = {"value": 5, "unit": "mg"}


def dose(**part):
    (found,) = instructions([part]).doses
    return found


def repeat(**part):
    return dose(timing={"repeat": part})


def rhythm(found):
    return found.times, found.period, found.unit


def test_an_amount_and_a_range():
    exact = dose(doseAndRate=[{"doseQuantity": MG}])
    assert exact.low == exact.high == Quantity(5, "mg", "", "5")
    between = dose(doseAndRate=[{"doseRange": {"low": MG, "high": {"value": 10, "unit": "mg"}}}])
    assert (between.low.value, between.high.value) == (5, 10)
    assert dose(doseQuantity=MG).low.value == 5, "as STU3 has it"
    assert dose(dose=MG).low.value == 5, "as an administration has it"


def both(ordered, calculated):
    """One dose twice, the calculated amount first."""
    kinds = [("calculated", calculated), ("ordered", ordered)]
    return [{"type": {"coding": [{"code": kind}]}, "doseQuantity": amount} for kind, amount in kinds]


def test_the_ordered_amount_comes_before_the_calculated_one():
    found = dose(doseAndRate=both(MG, {"value": 1, "unit": "tablet"}))
    assert found.low.unit == "mg"


def test_a_range_that_was_ordered_comes_before_an_amount_that_was_calculated():
    between = {"low": MG, "high": {"value": 15, "unit": "mg"}}
    kinds = [{"type": {"coding": [{"code": kind}]}} for kind in ("calculated", "ordered")]
    found = dose(
        doseAndRate=[{**kinds[0], "doseQuantity": {"value": 10, "unit": "mg"}}, {**kinds[1], "doseRange": between}]
    )
    assert (found.low.value, found.high.value) == (5, 15)


def test_what_was_calculated_comes_before_an_order_by_body_weight():
    """It is the amount given, and asks for no weight."""
    found = dose(doseAndRate=both({"value": 1, "unit": "mg/kg"}, {"value": 61, "unit": "mg"}))
    assert (found.low.value, found.low.unit) == (61, "mg")
    alone = dose(doseAndRate=[{"doseQuantity": {"value": 1, "unit": "mg/kg"}}])
    assert alone.low.unit == "mg/kg"


def test_a_rate():
    ratio = {"numerator": {"value": 300, "unit": "mg"}, "denominator": {"value": 2, "unit": "h"}}
    found = dose(rateRatio=ratio)
    assert found.rate
    assert (found.low.value, found.low.unit) == (150, "mg/h")
    assert not dose(dose=MG, rateRatio=ratio).rate


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ({"frequency": 2, "period": 1, "periodUnit": "d"}, (2, 1, "d")),
        ({"period": 8, "periodUnit": "h"}, (1, 8, "h")),
        ({"frequency": 1, "period": 2, "periodUnit": "days"}, (1, 2, "d")),
        ({"timeOfDay": ["08:00", "12:00", "18:00"]}, (3, 1, "d")),
        ({"when": ["MORN", "EVE"]}, (2, 1, "d")),
        ({"frequency": 1, "period": 1, "periodUnit": "wk", "dayOfWeek": ["mon"]}, (1, 1, "wk")),
        ({"frequency": 2, "period": 1, "periodUnit": "d", "dayOfWeek": ["sat", "sun"]}, (4, 1, "wk")),
        ({"frequency": "3", "period": "1", "periodUnit": "d"}, (3, 1, "d")),
        ({}, (None, None, "")),
    ],
)
def test_how_often(part, expected):
    assert rhythm(repeat(**part)) == expected


def test_at_most():
    assert repeat(frequency=1, frequencyMax=2, period=1, periodUnit="d").times_max == 2
    wide = repeat(frequency=1, period=4, periodMax=6, periodUnit="h")
    assert rhythm(wide) == (1, 6, "h"), "every 4 to 6 hours: at least every 6"
    assert wide.times_max == 1.5, "at most every 4"


@pytest.mark.parametrize(
    ("code", "expected"),
    [("BID", (2, 1, "d")), ("QOD", (1, 2, "d")), ("Q6H", (1, 6, "h")), ("AM", (1, 1, "d")), ("XYZ", (None, None, ""))],
)
def test_a_coded_rhythm(code, expected):
    assert rhythm(dose(timing={"code": coded("http://x", code)})) == expected


def test_a_rhythm_by_snomed_and_by_text():
    assert rhythm(dose(timing={"code": coded(SNOMED, "229799001")})) == (2, 1, "d")
    assert rhythm(dose(timing={"code": {"text": "tid"}})) == (3, 1, "d")


def test_what_is_repeated_speaks_before_the_code():
    timing = {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}, "code": coded("x", "BID")}
    assert dose(timing=timing).times == 1


def test_once():
    assert repeat(count=1).once
    assert dose(timing={"event": ["2021-02-01"]}).once
    assert dose(timing={"code": {"text": "once"}}).once
    several = dose(timing={"event": ["2021-02-03", "2021-02-01"]})
    assert not several.once
    assert several.bounds == Span("2021-02-01", "2021-02-03")


def test_for_how_long():
    assert repeat(boundsPeriod={"start": "2021-01-01", "end": "2021-02-01"}).bounds == Span("2021-01-01", "2021-02-01")
    weeks = {"value": 2, "system": "http://unitsofmeasure.org", "code": "wk"}
    assert repeat(boundsDuration=weeks).bounds_days == 14
    assert repeat(boundsRange={"low": {"value": 1, "code": "wk"}, "high": weeks}).bounds_days == 14
    assert repeat(count=10, frequency=2, period=1, periodUnit="d").bounds_days == 5


def test_as_needed():
    assert dose(asNeededBoolean=True).as_needed
    assert dose(asNeededCodeableConcept={"text": "pain"}).as_needed
    assert not dose(asNeededBoolean=False).as_needed


def test_the_most_in_a_period_is_given_per_day():
    per_week = {"numerator": {"value": 70, "unit": "mg"}, "denominator": {"value": 1, "code": "wk"}}
    assert dose(maxDosePerPeriod=per_week).per_period.value == 10
    nonsense = {"numerator": {"value": 70, "unit": "mg"}, "denominator": {"value": 1, "unit": "tablet"}}
    assert dose(maxDosePerPeriod=nonsense).per_period is None


def test_words_are_kept_once():
    told = instructions([{"text": "5 mg qd", "patientInstruction": "with food", "sequence": 2}, {"text": "5 mg qd"}])
    assert told.doses[0].text == "5 mg qd; with food"
    assert told.doses[0].sequence == 2
    assert told.text == "5 mg qd; with food\n5 mg qd"


@pytest.mark.parametrize("odd", [None, "5 mg", [None, "x"], {"doseAndRate": "x", "timing": 5, "route": []}])
def test_nonsense_is_no_dose(odd):
    assert all(found.low is None and found.times is None for found in instructions(odd).doses)


def test_a_rhythm_in_words_of_its_code():
    assert rhythm(dose(timing={"code": {"text": "每日2次"}})) == (2, 1, "d")
    assert rhythm(dose(timing={"code": {"text": "隔日一次"}})) == (1, 2, "d")
    assert dose(timing={"code": {"text": "遵医嘱"}}).times is None


def test_how_many_meals_is_not_said():
    found = repeat(when=["PC"])
    assert (found.times, found.times_max) == (1, 3)
    assert repeat(when=["PC"], frequency=2, period=1, periodUnit="d").times == 2
    assert repeat(when=["PCM", "PCV"]).times == 2
