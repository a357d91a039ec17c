"""The parts of one value: interpretation, coded value, quantity, text, and a reason for no result, must agree."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from fhir_screener.records.facts import Quantity, Value
from fhir_screener.terminology.coding import INTERPRETATION, Coding, Concept
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason
from tests.spec import facts as make

PRESENCE = (
    'result: {of: [hbsag], at_least: {"[IU]/mL": 0.05, "{s_co}": 1}, equivocal: {"[IU]/mL": [0.05, 1]}, within: P3M}'
)
"""A presence test with limits for its units."""
MEASURE = 'result: {of: [egfr], below: {"mL/min": 30}, within: P3M}'


def flagged(value: Value, *codes: str) -> Value:
    return replace(value, interpretation=tuple(Concept((Coding(INTERPRETATION, code, ""),)) for code in codes))


def index(value: float, high: float | None = None) -> Value:
    return Value(quantity=Quantity(value, "S/CO"), high=None if high is None else Quantity(high, "S/CO"))


POSITIVE, NEGATIVE = make.read("positive", ""), make.read("negative", "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (flagged(Value(), "N"), "not_met"),  # of a presence test, normal is negative
        (flagged(Value(), "A"), "equivocal"),  # and abnormal is a reason to look
        (flagged(POSITIVE, "A"), "met"),
        (flagged(NEGATIVE, "A"), "conflicting"),
        (flagged(POSITIVE, "N"), "conflicting"),
        (flagged(make.number(250, "[IU]/mL"), "H"), "met"),
        (flagged(make.number(0.01, "[IU]/mL"), "H"), "conflicting"),
        (flagged(make.number(0.3, "[IU]/mL"), "H"), "equivocal"),  # the grey zone
        (make.number(1, "[IU]/mL", "<"), "equivocal"),  # both sides open
        (replace(make.number(1, "[IU]/mL", "<"), text="not detected"), "not_met"),  # said in words
        (index(0.95), "not_met"),
        (index(0.95, high=0.9), "met"),  # an index is read by its laboratory's own cutoff
        (index(1.1, high=1.2), "not_met"),
        (index(0.9, high=0.9), "equivocal"),  # on the cutoff
        (replace(NEGATIVE, absent="error"), "no-data"),  # no result is no result
        (flagged(Value(absent="error"), "N"), "no-data"),
        (replace(POSITIVE, absent="error"), "conflicting"),  # yet a positive is not lost
        (Value(text="Positive; specimen haemolysed"), "unreadable"),
    ],
)
def test_the_parts_of_a_value_must_agree(ask, value, expected) -> None:
    found = ask(PRESENCE, make.result("L1", value))
    assert (found.reason.value if found.reason else found.verdict.value) == expected


def test_a_measure_may_be_abnormal_and_within_the_limit(ask) -> None:
    low = make.number(60, "mL/min")
    assert ask(MEASURE, make.result("L2", flagged(low, "A"))).verdict is NOT_MET
    assert ask(MEASURE, make.result("L2", flagged(make.number(20, "mL/min"), "N"))).verdict is MET


def test_the_unit_that_does_not_convert_is_named(ask) -> None:
    found = ask(PRESENCE, make.result("L1", make.number(0.12, "ng/mL")))
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.UNREADABLE)
    assert "ng/mL" in str(found.evidence[0].note)


ANTIBODY = "result: {of: [hbsag], within: P3M, positive: suspected}"
"""A presence test for which the study knows no limit."""


def ranged(value: float, unit: str = "RU/mL", text: str = "", **ends: float) -> Value:
    limits = {end: Quantity(limit, unit) for end, limit in ends.items()}
    return Value(quantity=Quantity(value, unit), range_text=text, **limits)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (ranged(85, high=20), "suspected"),
        (ranged(3, low=0, high=20), "not_met"),
        (ranged(20, high=20), "equivocal"),  # on the limit, of which laboratories mean both
        (flagged(ranged(3, high=20), "H"), "conflicting"),
        (ranged(3, text="<20"), "not_met"),
        (ranged(85, text="0-20 RU/mL"), "suspected"),
        (ranged(0.3, low=1.0), "unreadable"),  # of an assay that competes, low is positive: not guessed
        (ranged(85), "unreadable"),
    ],
)
def test_a_presence_test_without_limits_is_read_by_its_own_range(ask, value, expected) -> None:
    found = ask(ANTIBODY, make.result("L1", value))
    assert (found.reason.value if found.reason else found.verdict.value) == expected


def test_a_unit_without_a_limit_is_read_by_its_own_range(ask) -> None:
    assert ask(PRESENCE, make.result("L1", ranged(0.12, "ng/mL", high=0.5))).verdict is NOT_MET
    assert ask(MEASURE, make.result("L2", ranged(60, "mg/dL", high=90))).reason is Reason.UNREADABLE  # no limit


ABOVE = "result: {of: [hbsag], above: range, within: P3M, positive: equivocal, negative: context}"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (flagged(ranged(5.6, "g/L"), "H"), "equivocal"),
        (flagged(ranged(5.6, "g/L"), "L"), "no-data"),
        (flagged(ranged(5.6, "g/L"), "A"), "unreadable"),  # abnormal, but on which side?
        (flagged(ranged(0.8, "g/L", high=2.01), "H"), "conflicting"),
        (ranged(2.1, "g/L", text="3～201 mg/dL"), "equivocal"),
        (ranged(1.9, "g/L", text="3～201 mg/dL"), "no-data"),
        (ranged(2.1, "g/L", text="0.03-2.01"), "equivocal"),  # a range without a unit stands beside the result's
        (ranged(2.1, "g/L", text="see report"), "unreadable"),
    ],
)
def test_a_question_about_the_range_is_answered_by_range_or_flag(ask, value, expected) -> None:
    found = ask(ABOVE, make.result("L1", value))
    assert (found.reason.value if found.reason else found.verdict.value) == expected


GREY = 'result: {of: [hbsag], at_least: {"[IU]/mL": 0.05, "{s_co}": 1}, equivocal: {"[IU]/mL": [0.05, 1], "{s_co}": [1, 5]}, within: P3M}'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (index(2.3), "equivocal"),
        (index(2.3, high=1), "equivocal"),  # a grey zone holds whoever drew the limit
        (index(9, high=1), "met"),
        (ranged(0.07, "[IU]/mL", high=0.1), "not_met"),  # the laboratory calls it normal
        (ranged(0.07, "[IU]/mL", high=0.05), "equivocal"),
        (ranged(3, "[IU]/mL", high=5), "met"),
    ],
)
def test_a_grey_zone_and_the_laboratory_s_own_range(ask, value, expected) -> None:
    found = ask(GREY, make.result("L1", value))
    assert (found.reason.value if found.reason else found.verdict.value) == expected


def test_a_viral_load_below_zero_is_no_load(ask) -> None:
    rule = "result: {of: [hbsag], detection: true, within: P3M}"
    assert ask(rule, make.result("L1", make.number(-1, "[IU]/mL"))).reason is Reason.UNREADABLE
    assert ask(rule, make.result("L1", make.number(0, "[IU]/mL"))).verdict is NOT_MET
