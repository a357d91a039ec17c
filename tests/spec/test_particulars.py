"""Particulars: what refines `exposure`, `dose`, `result`, `report`, `igra`, `pregnant` and `lactating`."""

from __future__ import annotations

import pytest

from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason
from tests.spec import facts as make

HER = make.patient(gender="female", birth_date="1990-01-15")


def test_a_form_that_is_never_systemic_is_no_systemic_exposure(ask) -> None:
    """`local` names it by code, where route and form say nothing."""
    cream = make.drug("P1", "administration", taken="2021-02-01", systemic=None)
    assert ask("exposure: {to: [prednisone], within: P84D}", cream).verdict is MET
    assert ask("exposure: {to: [prednisone], local: [prednisone], within: P84D}", cream).reason is Reason.NO_DATA


def test_any_route_counts_where_the_protocol_says_so(ask) -> None:
    drops = make.drug("P1", "administration", taken="2021-02-01", systemic=False)
    assert ask("exposure: {to: [prednisone], route: systemic, within: P84D}", drops).reason is Reason.NO_DATA
    assert ask("exposure: {to: [prednisone], route: any, within: P84D}", drops).verdict is MET


def test_a_local_form_is_no_start_of_a_dose(ask) -> None:
    rule = (
        "dose: {of: [prednisone], local: [prednisone], in: prednisone, started_within: P28D, free_for: P90D,"
        " raised_within: P28D, continuing: P180D}"
    )
    found = ask(rule, make.drug("P1", taken="2021-02-20..", asserted="2021-02-26", mg=40))
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.NO_DATA)


@pytest.mark.parametrize(
    ("value", "verdict", "reason"),
    [
        (4, NOT_MET, None),
        (5, UNKNOWN, Reason.EQUIVOCAL),  # both ends are in the zone
        (25, UNKNOWN, Reason.EQUIVOCAL),
        (26, MET, None),
    ],
)
def test_a_grey_zone_is_equivocal(ask, value, verdict, reason) -> None:
    rule = 'result: {of: [hbsag], at_least: {"m[IU]/mL": 25}, equivocal: {"m[IU]/mL": [5, 25]}, within: P3M}'
    found = ask(rule, make.result("L1", value, unit="m[IU]/mL"))
    assert (found.verdict, found.reason) == (verdict, reason)


REPORT = "report: {of: [chest-ct], finding: [active-tb], doubtful: [organs], clear: [target], within: P3M}"


def test_a_report_may_mention_what_needs_eyes_or_be_clear_by_code(ask) -> None:
    mention = make.result("L3", make.Value(text="A mass in the pancreas."), report=True)
    assert ask(REPORT, mention).reason is Reason.SUSPECTED
    clear = make.result("L3", make.Value(), report=True, conclusions=(make.concept(make.SNOMED, "I1"),))
    assert ask(REPORT, clear).verdict is NOT_MET


def test_the_laboratory_may_read_an_assay_itself(ask) -> None:
    rule = "igra: {spots: {panel: [score], a: [hbsag], nil: [egfr]}, interpretation: [organ], within: P3M}"
    assert ask(rule, make.result("L5", "negative")).verdict is NOT_MET
    assert ask(rule, make.result("L5", "positive")).reason is Reason.SUSPECTED
    assert ask(rule, make.result("L4", "positive")).reason is Reason.SUSPECTED


@pytest.mark.parametrize("spots", [0, 6, 35])
def test_an_assay_as_one_number_is_looked_at(ask, spots: float) -> None:
    """Of which panel, and less what, is not said."""
    rule = "igra: {spots: {panel: [score], a: [hbsag], nil: [egfr]}, within: P3M}"
    assert ask(rule, make.result("L4", make.number(spots, "{spots}"))).reason is Reason.EQUIVOCAL


RAW = (
    "igra: {quantiferon: {tb1_raw: [hbsag], tb2_raw: [egfr], nil: [score], mitogen_raw: [organ]},"
    " within: P3M, positive: met}"
)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ((0.2, 0.2, 0.1, 5.0), NOT_MET),
        ((1.1, 0.2, 0.1, 5.0), MET),  # 1.0 above nil
        ((0.4, 0.2, 0.1, 5.0), NOT_MET),  # 0.3 above nil, below 0.35
    ],
)
def test_values_that_still_hold_nil_are_taken_less_nil(ask, values, verdict) -> None:
    facts = [make.result(c, v, unit="[IU]/mL") for c, v in zip(("L1", "L2", "L4", "L5"), values, strict=True)]
    assert ask(RAW, *facts).verdict is verdict


def test_an_expected_day_of_delivery_says_pregnant_until_it_is_past(ask) -> None:
    rule = "pregnant: {conditions: [pregnancy], due_date: [score], test_within: P30D}"
    due = make.result("L4", make.Value(date="2021-06-01"), on="2021-02-01")
    assert ask(rule, due, patient=HER).verdict is MET
    past = make.result("L4", make.Value(date="2021-01-15"), on="2020-08-01")
    assert ask(rule, past, patient=HER).verdict is UNKNOWN


def test_a_gestational_age_is_a_sign_of_the_pregnancy_that_it_counts_from_and_of_none_that_ended(ask) -> None:
    rule = "pregnant: {conditions: [pregnancy], gestation: [score], ended: [hysterectomy], test_within: P30D}"
    early = make.result("L4", 6, unit="wk", on="2021-02-01")
    found = ask(rule, early, patient=HER)
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.SUSPECTED)
    assert ask(rule, early, make.procedure("Y1", "2020-11-01"), patient=HER).reason is Reason.SUSPECTED
    assert ask(rule, early, make.procedure("Y1", "2021-01-10"), patient=HER).reason is Reason.NO_DATA


@pytest.mark.parametrize(
    ("value", "verdict", "reason"),
    [
        (3, NOT_MET, None),
        (12, UNKNOWN, Reason.EQUIVOCAL),
        (900, MET, None),
    ],
)
def test_hcg_by_number(ask, value, verdict, reason) -> None:
    rule = "pregnant: {conditions: [pregnancy], hcg_quantitative: [hbsag], test_within: P30D}"
    found = ask(rule, make.result("L1", value, unit="m[IU]/mL"), patient=HER)
    assert (found.verdict, found.reason) == (verdict, reason)


def test_after_a_delivery_silence_about_lactation_is_no_answer(ask) -> None:
    rule = "lactating: {conditions: [lactation], delivery: [hysterectomy], within: P12M}"
    found = ask(rule, make.procedure("Y1", "2021-01-10"), patient=HER)
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.NO_DATA)
