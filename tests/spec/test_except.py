"""`except`: records that a protocol exempts, one by one, never patient by patient."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from fhir_screener.verdict import MET, UNKNOWN, Reason
from tests.spec import facts as make

CANCER = "condition: {in: [cancer, in-situ], within: P5Y, except: {in: [in-situ], ended: true}}"
CURED = {"onset": "2018", "abatement": "2019-05-01", "clinical": "resolved"}


def test_an_exempt_record_is_context_and_settles_nothing(ask) -> None:
    found = ask(CANCER, make.condition("S1", **CURED))
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.NO_DATA)
    assert "exempt" in found.evidence[0].note
    assert not found.evidence[0].decides


def test_one_exempt_tumour_does_not_exempt_the_other(ask) -> None:
    assert ask(CANCER, make.condition("S1", **CURED), make.condition("C1", onset="2019")).verdict is MET


@pytest.mark.parametrize(
    ("clinical", "verdict", "reason"),
    [
        ("active", MET, None),  # not over: not exempt
        ("resolved", UNKNOWN, Reason.NO_DATA),
        ("", UNKNOWN, Reason.SUSPECTED),  # nobody says whether it is over
    ],
)
def test_what_is_exempt_only_when_over(ask, clinical, verdict, reason) -> None:
    found = ask(CANCER, make.condition("S1", onset="2019", clinical=clinical))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_an_uncertain_diagnosis_exempts_nobody(ask) -> None:
    unsure = make.condition("S1", **{**CURED, "verification": "provisional"})
    assert ask(CANCER, unsure).reason is Reason.EQUIVOCAL


@pytest.mark.parametrize(
    ("ended", "verdict", "reason"),
    [
        ("2018-02-28", UNKNOWN, Reason.NO_DATA),  # more than three years ago: exempt
        ("2019-05-01", MET, None),
        ("2018", UNKNOWN, Reason.SUSPECTED),  # to the year only: either side of three years
    ],
)
def test_what_is_exempt_once_it_is_over_for_long_enough(ask, ended, verdict, reason) -> None:
    rule = "condition: {in: [in-situ], within: P5Y, except: {in: [in-situ], ended_for: P3Y}}"
    found = ask(rule, make.condition("S1", onset="2016", abatement=ended, clinical="resolved"))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_time_alone_makes_it_exempt(ask) -> None:
    """A clock: `eligible_from` is the day on which three years have passed."""
    rule = "condition: {in: [in-situ], within: P5Y, except: {in: [in-situ], ended_for: P3Y}}"
    assert ask(rule, make.condition("S1", onset="2016", abatement="2019-05-01", clinical="resolved")).clock


DRUGS = "exposure: {to: [rituximab, denosumab], within: P6M, except: {to: [denosumab]}}"


def test_an_exempt_drug_beside_one_that_counts(ask) -> None:
    exempt = make.drug("R2", "administration", taken="2021-01-05")
    assert ask(DRUGS, exempt).reason is Reason.NO_DATA
    assert ask(DRUGS, exempt, make.drug("R1", "administration", taken="2021-01-05")).verdict is MET


def test_a_product_of_an_exempt_drug_and_another_is_suspected(ask) -> None:
    both = replace(
        make.concept(make.RXNORM, "R1"),
        codings=(*make.concept(make.RXNORM, "R1").codings, *make.concept(make.RXNORM, "R2").codings),
    )
    product = make.drug("R1", "administration", taken="2021-01-05", concept=both, hits=make._hits(both))
    assert ask(DRUGS, product).reason is Reason.SUSPECTED


def test_an_exempt_procedure(ask) -> None:
    rule = "procedure: {in: [hysterectomy], except: {in: [hysterectomy]}}"
    assert ask(rule, make.procedure("Y1", "2020-05-01")).reason is Reason.NO_DATA
