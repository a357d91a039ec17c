"""`tested`: a test was done and has a result, whatever that says."""

from __future__ import annotations

import pytest

from fhir_screener.records.facts import Value
from fhir_screener.verdict import MET, UNKNOWN, Reason
from tests.spec import facts as make

RULE = "tested: {of: [egfr], within: P3M}"


@pytest.mark.parametrize("value", ["positive", "negative", "indeterminate", 88, True, "see the scan"])
def test_any_result_will_do(ask, value) -> None:
    assert ask(RULE, make.result("L2", value)).verdict is MET


@pytest.mark.parametrize("value", [None, Value()])  # a reason for having none; nothing at all
def test_no_result_is_none(ask, value) -> None:
    assert ask(RULE, make.result("L2", value)).reason is Reason.NO_DATA


@pytest.mark.parametrize(
    ("on", "verdict", "reason"),
    [
        ("2020-12-01", MET, None),
        ("2020-11-30", UNKNOWN, Reason.NO_DATA),
        ("2020-12", MET, None),
        ("2020", UNKNOWN, Reason.IMPRECISE_DATE),
        ("2021-03-02", UNKNOWN, Reason.NO_DATA),
    ],
)
def test_when_it_was_done(ask, on, verdict, reason) -> None:
    found = ask(RULE, make.result("L2", 88, on))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_a_preliminary_result_is_no_result_yet(ask) -> None:
    assert ask(RULE, make.result("L2", 88, status="preliminary")).reason is Reason.EQUIVOCAL
    assert ask(RULE, make.result("L2", 88, status="cancelled")).reason is Reason.NO_DATA


def test_an_examination_may_have_no_value(ask) -> None:
    rule = "tested: {of: [chest-ct], result: optional, within: P3M}"
    assert ask(rule, make.result("L3", Value())).verdict is MET
    assert ask(rule, make.result("L3", None)).reason is Reason.NO_DATA  # the record says why there is none
    assert ask(rule, make.result("L3", Value(), status="registered")).reason is Reason.NO_DATA
    assert ask(rule, make.result("L3", Value(), other_subject=True)).reason is Reason.NO_DATA


def test_what_would_settle_it(ask) -> None:
    assert ask(RULE).settle == "test: egfr"
    assert ask("encounter: {in: [stay]}").settle == "ask"
    assert ask("count: {of: [{encounter: {in: [stay]}}], at_least: 2}").settle == "ask"
