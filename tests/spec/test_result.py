"""`result`: laboratory and other findings."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from fhir_screener.errors import MappingError
from fhir_screener.records.facts import Value
from fhir_screener.terminology.coding import Coding, Concept
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason
from tests.spec import facts as make
from tests.spec.conftest import read_rule

LOINC_HBSAG = Coding("http://loinc.org", "5196-1")
HBSAG = 'result: {of: [hbsag], at_least: {"[IU]/mL": 0.05}, within: P3M}'


@pytest.mark.parametrize(
    ("value", "verdict", "reason"),
    [
        ("positive", MET, None),
        ("negative", NOT_MET, None),
        ("indeterminate", UNKNOWN, Reason.EQUIVOCAL),
        ("阳性", MET, None),
        ("弱阳性", UNKNOWN, Reason.EQUIVOCAL),
        ("未检出", NOT_MET, None),
        ("not detected", NOT_MET, None),
        ("non-reactive", NOT_MET, None),
        ("待复检", UNKNOWN, Reason.EQUIVOCAL),
        ("溶血", UNKNOWN, Reason.NO_DATA),
        ("see attached sheet", UNKNOWN, Reason.UNREADABLE),
        (None, UNKNOWN, Reason.NO_DATA),
        (make.number(0.01, "IU/mL"), NOT_MET, None),
        (make.number(250, "IU/mL"), MET, None),
        (make.number(250, "[IU]/L"), MET, None),
        (make.number(0.05, "[IU]/mL", "<"), NOT_MET, None),
        (make.number(1, "[IU]/mL", "<"), UNKNOWN, Reason.EQUIVOCAL),
        (make.number(250, "[IU]/mL", ">"), MET, None),
        (make.number(3, "mg/dL"), UNKNOWN, Reason.UNREADABLE),
        (True, MET, None),
    ],
)
def test_values_of_every_kind(ask, value, verdict, reason) -> None:
    found = ask(HBSAG, make.result("L1", value))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_clearing_result_speaks_for_its_window_only(ask) -> None:
    assert ask(HBSAG, make.result("L1", "negative", on="2020-12-01")).verdict is NOT_MET
    assert ask(HBSAG, make.result("L1", "negative", on="2020-11-30")).reason is Reason.NO_DATA
    assert ask(HBSAG, make.result("L1", "negative", on="2020")).reason is Reason.IMPRECISE_DATE


@pytest.mark.parametrize("weak", [{"on": "2020"}, {"on": "2021-02-25", "status": "preliminary"}])
def test_a_negative_that_may_not_settle_it_takes_nothing_from_one_that_does(ask, weak) -> None:
    vague = make.result("L1", "negative", **weak)
    assert ask(HBSAG, vague).verdict is UNKNOWN
    assert ask(HBSAG, vague, make.result("L1", "negative")).verdict is NOT_MET


def test_a_clearing_result_that_is_too_old_says_so(ask) -> None:
    found = ask(HBSAG, make.result("L1", "negative", on="2020-11-30"))
    assert any(str(item.note).endswith("negative; older than 3 months") for item in found.evidence)


def test_a_positive_does_not_expire_unless_the_rule_says_so(ask) -> None:
    assert ask(HBSAG, make.result("L1", "positive", on="2012")).verdict is MET
    rule = "result: {of: [hbsag], within: P3M, positive_within: P3M, older: suspected}"
    assert ask(rule, make.result("L1", "positive", on="2012")).reason is Reason.SUSPECTED


def test_serology_both_ways_is_conflicting(ask) -> None:
    found = ask(HBSAG, make.result("L1", "positive", on="2019"), make.result("L1", "negative"))
    assert found.reason is Reason.CONFLICTING


@pytest.mark.parametrize("status", ["registered", "cancelled", "entered-in-error", "unknown"])
def test_what_is_no_result_never_counts(ask, status) -> None:
    assert ask(HBSAG, make.result("L1", "positive", status=status)).reason is Reason.NO_DATA


def test_a_lone_preliminary_is_equivocal_and_a_final_supersedes_it(ask) -> None:
    early = make.result("L1", "positive", status="preliminary")
    assert ask(HBSAG, early).reason is Reason.EQUIVOCAL
    assert ask(HBSAG, early, make.result("L1", "negative")).verdict is NOT_MET


def test_somebody_elses_result_never_counts(ask) -> None:
    assert ask(HBSAG, make.result("L1", "positive", other_subject=True)).reason is Reason.NO_DATA


EGFR = 'result: {of: [egfr], below: {"mL/min/{1.73_m2}": 30}, within: P3M, positive: suspected, negative: context, take: latest}'


def test_of_a_measured_quantity_the_latest_decides(ask) -> None:
    unit = "mL/min/{1.73_m2}"
    low, high = make.result("L2", 25, on="2021-01-10", unit=unit), make.result("L2", 60, on="2021-02-10", unit=unit)
    assert ask(EGFR, low).reason is Reason.SUSPECTED
    assert ask(EGFR, low, high).reason is Reason.NO_DATA


def test_yes_says_nothing_of_how_much(ask) -> None:
    """Seen in the wild: an eGFR of `true`. It is no reading below 30, nor one of 30 or more."""
    for said in (True, False):
        assert ask(EGFR, make.result("L2", said)).reason is Reason.UNREADABLE
    assert ask(HBSAG, make.result("L1", False)).verdict is NOT_MET


def test_above_its_own_range(ask) -> None:
    rule = "result: {of: [egfr], above: range, within: P3M}"
    value = replace(make.number(300, "mg/dL"), high=make.Quantity(135, "mg/dL"))
    assert ask(rule, make.result("L2", value)).verdict is MET
    assert ask(rule, make.result("L2", make.number(300, "mg/dL"))).reason is Reason.UNREADABLE


def test_detection(ask) -> None:
    rule = "result: {of: [hbsag], detection: true, within: P3M}"
    assert ask(rule, make.result("L1", make.number(20, "[IU]/mL"))).verdict is MET
    assert ask(rule, make.result("L1", make.number(20, "[IU]/mL", "<"))).reason is Reason.EQUIVOCAL
    not_detected = replace(make.number(20, "[IU]/mL", "<"), text="<20, not detected")
    assert ask(rule, make.result("L1", not_detected)).verdict is NOT_MET


def test_a_positive_soon_after_a_vaccine_is_equivocal(ask) -> None:
    rule = "result: {of: [hbsag], within: P3M, after_vaccine: {in: [vaccine], within: P18D}}"
    positive = make.result("L1", "positive", on="2021-02-18")
    assert ask(rule, positive, make.vaccine("V1", "2021-02-05")).reason is Reason.EQUIVOCAL
    assert ask(rule, positive, make.vaccine("V1", "2021-01-05")).verdict is MET
    assert ask(rule, positive, make.vaccine("V1", "2021-02-05", status="not-done")).verdict is MET


def test_positives_of_a_resolved_episode_belong_to_it(ask) -> None:
    rule = "result: {of: [hbsag], within: P3M, explained_by: [cancer]}"
    old, clear = make.result("L1", "positive", on="2019-03-07"), make.result("L1", "negative")
    over = make.condition("C1", onset="2019-02", abatement="2019-08", clinical="resolved")
    assert ask(rule, old, clear).reason is Reason.CONFLICTING
    assert ask(rule, old, clear, over).verdict is NOT_MET
    doubted = replace(over, verification="provisional")
    unlisted = replace(over, hits={name: replace(hit, unlisted=True) for name, hit in over.hits.items()})
    assert ask(rule, old, clear, doubted).reason is ask(rule, old, clear, unlisted).reason is Reason.CONFLICTING


def test_a_negative_may_only_contradict(ask) -> None:
    rule = "result: {of: [hbsag], within: P3M, negative: against}"
    found = ask(rule, make.result("L1", "negative"))
    assert (found.reason, found.leans) == (Reason.NO_DATA, NOT_MET)


def test_of_a_measured_quantity_the_latest_is_stale_when_it_is_old(ask) -> None:
    """An old adverse value is neither closed nor asserted again; an old clear one is nothing."""
    unit = "mL/min/{1.73_m2}"
    assert ask(EGFR, make.result("L2", 12, on="2020-06-20", unit=unit)).reason is Reason.STALE
    assert ask(EGFR, make.result("L2", 90, on="2020-06-20", unit=unit)).reason is Reason.NO_DATA
    later = make.result("L2", 90, on="2020-08-20", unit=unit)
    assert ask(EGFR, make.result("L2", 12, on="2020-06-20", unit=unit), later).reason is Reason.NO_DATA


def test_times_the_upper_limit_of_its_own_range_else_by_unit(ask) -> None:
    rule = 'result: {of: [egfr], above: {uln: 3, "mg/dL": 3.6}, within: P3M, negative: context}'

    def bilirubin(value: float, upper: float | None, unit: str = "mg/dL") -> Value:
        end = None if upper is None else make.Quantity(upper, unit)
        return replace(make.number(value, unit), high=end)

    assert ask(rule, make.result("L2", bilirubin(3.2, 1.0))).verdict is MET
    assert ask(rule, make.result("L2", bilirubin(4.0, 1.5))).reason is Reason.NO_DATA
    assert ask(rule, make.result("L2", bilirubin(3.6, 1.2))).reason is Reason.NO_DATA  # three times, not more
    assert ask(rule, make.result("L2", bilirubin(3.7, None))).verdict is MET
    assert ask(rule, make.result("L2", bilirubin(75, None, "umol/L"))).reason is Reason.UNREADABLE


def test_answers_of_a_test_in_words_negative_ones_first(ask) -> None:
    rule = "result: {of: [breastfeeding], values: {positive: [nursing], negative: [not-nursing]}, within: P3M}"
    assert ask(rule, make.result("L7", "哺乳")).verdict is MET
    assert ask(rule, make.result("L7", "未哺乳")).verdict is NOT_MET
    assert ask(rule, make.result("L7", "不详")).reason is Reason.NO_DATA  # nobody knows: no result
    assert ask(rule, make.result("L7", "混合")).reason is Reason.UNREADABLE
    assert ask(rule, make.result("L7", "否")).verdict is NOT_MET
    assert ask(rule, make.result("L7", "Yes")).verdict is MET
    assert ask(rule, make.result("L7", "no milk for the baby")).reason is Reason.UNREADABLE  # no plain answer


def test_a_ratio_needs_no_unit(ask) -> None:
    rule = 'result: {of: [egfr], above: {"{INR}": 1.5}, within: P3M}'
    assert ask(rule, make.result("L2", make.number(2.2, ""))).verdict is MET
    assert ask(rule, make.result("L2", make.number(2.2, "1"))).verdict is MET
    assert ask(rule, make.result("L2", make.number(1.0, "{INR}"))).verdict is NOT_MET
    assert ask(rule, make.result("L2", make.number(22, "s"))).reason is Reason.UNREADABLE


ONLY = "result: {of: [breastfeeding], values: {positive: [organs], negative: [not-nursing], only: true}, within: P3M}"
"""A culture, say, that names what grew."""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("pancreas", "met"),
        (replace(make.read("pancreas"), interpretation=(make.concept("", "A"),)), "met"),
        ("未哺乳", "not_met"),
        ("negative", "not_met"),
        ("positive", "equivocal"),  # of what?
        ("阳性", "equivocal"),
        (True, "equivocal"),
        ("未检出 pancreas", "not_met"),
    ],
)
def test_only_its_own_answers_are_positive(ask, value, expected) -> None:
    found = ask(ONLY, make.result("L7", value))
    assert (found.reason.value if found.reason else found.verdict.value) == expected


@pytest.mark.parametrize("month", ["2021-02", "2021"])
@pytest.mark.parametrize(("partial", "exact"), [(90, 20), (20, 90)])
def test_a_partial_date_is_not_the_latest_for_its_last_day(ask, month, partial, exact) -> None:
    """It may be older than the exact one: which of the two is the latest, nobody knows."""
    rule = 'result: {of: [egfr], below: {"mL/min": 30}, within: P3M, take: latest}'
    facts = (
        make.result("L2", value, unit="mL/min", on=day) for value, day in ((partial, month), (exact, "2021-02-20"))
    )
    assert ask(rule, *facts).reason is Reason.CONFLICTING


@pytest.mark.parametrize(("value", "verdict"), [(20, MET), (60, NOT_MET), (200, MET)])
def test_beyond_any_of_two_limits_is_positive(ask, value, verdict) -> None:
    rule = 'result: {of: [egfr], below: {"mL/min": 30}, above: {"mL/min": 120}, within: P3M}'
    assert ask(rule, make.result("L2", value, unit="mL/min")).verdict is verdict


def test_the_own_range_goes_with_no_other_limit(ask) -> None:
    with pytest.raises(MappingError, match="`range` goes with no other limit"):
        ask("result: {of: [egfr], below: range, above: range, within: P3M}")


def test_a_measure_is_told_as_a_measure(ask) -> None:
    """Of a kidney that works, "negative" would tell a reader nothing."""
    rule = 'result: {of: [egfr], below: {"mL/min/{1.73_m2}": 30}, within: P3M, take: latest}'
    poor = ask(rule, make.result("L2", 22, unit="mL/min/{1.73_m2}"))
    assert str(poor.evidence[0].note).endswith(": below 30 mL/min/1.73 m2")
    assert poor.evidence[0].value == "22 mL/min/1.73 m2"
    good = ask(rule, make.result("L2", 88, unit="mL/min/{1.73_m2}"))
    assert str(good.evidence[0].note).endswith("not below 30 mL/min/1.73 m2")


def test_a_code_without_a_name_goes_by_the_name_its_list_has(ask) -> None:
    bare = replace(make.result("L1", "negative"), concept=Concept((LOINC_HBSAG,)))
    named = replace(bare, hits={"hbsag": Hit(LOINC_HBSAG, listed="HBsAg in serum")})
    assert str(ask(HBSAG, named).evidence[0].note) == "HBsAg in serum (5196-1): negative"
    assert str(ask(HBSAG, replace(bare, hits={"hbsag": Hit(LOINC_HBSAG)})).evidence[0].note) == "5196-1: negative"


HBA1C = 'result: {of: [egfr], between: {"%": [7, 10.5], "mmol/mol": [53, 91]}, within: P3M, take: latest}'


@pytest.mark.parametrize(
    ("value", "verdict", "reason"),
    [
        (make.number(7, "%"), MET, None),  # both ends are in
        (make.number(10.5, "%"), MET, None),
        (make.number(6.9, "%"), NOT_MET, None),
        (make.number(10.6, "%"), NOT_MET, None),
        (make.number(60, "mmol/mol"), MET, None),  # by the limit in its own unit; it is not 6 %
        (make.number(50, "mmol/mol"), NOT_MET, None),
        (make.number(8, "%", ">"), UNKNOWN, Reason.EQUIVOCAL),
        (make.number(14, "%", ">"), NOT_MET, None),
        (make.number(8, "mg/dL"), UNKNOWN, Reason.UNREADABLE),
        ("positive", UNKNOWN, Reason.UNREADABLE),
    ],
)
def test_between_two_limits(ask, value, verdict, reason) -> None:
    found = ask(HBA1C, make.result("L2", value))
    assert (found.verdict, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ('result: {of: [egfr], at_least: {"%": 7}, at_most: {"%": 10}, within: P3M}', "every number of % is positive"),
        ('result: {of: [egfr], above: {"%": 7}, between: {"%": [7, 10]}, within: P3M}', "no other limit"),
    ],
)
def test_limits_that_make_no_sense_together(rule, message) -> None:
    with pytest.raises(MappingError, match=message):
        read_rule(rule)


@pytest.mark.parametrize(
    ("limits", "text", "says"),
    [
        ('between: {"%": [50, 60]}', "52-58 %", "met"),
        ('between: {"%": [50, 60]}', "40-45 %", "not_met"),
        ('between: {"%": [50, 60]}', "40-70 %", "equivocal"),  # 55 may be it
        ('between: {"%": [50, 60]}', "55-65 %", "equivocal"),
        ('at_least: {"%": 10}, at_most: {"%": 4}', "3-12 %", "equivocal"),  # so may 7
        ('at_least: {"%": 10}, at_most: {"%": 4}', "5-8 %", "not_met"),
        ('at_least: {"%": 10}, at_most: {"%": 4}', "12-15 %", "met"),
        ('at_least: {"%": 10}', "5-12 %", "equivocal"),
    ],
)
def test_a_value_given_as_a_range(ask, limits, text, says) -> None:
    found = ask(f"result: {{of: [egfr], {limits}, within: P3M, negative: not_met}}", make.result("L2", text))
    assert (found.reason.value if found.reason else found.verdict.value) == says
