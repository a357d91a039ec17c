"""`study_participation`: taking part in another study."""

from __future__ import annotations

import pytest

from fhir_screener.verdict import MET, UNKNOWN, Reason
from tests.spec import facts as make

RULE = "study_participation: {within: P30D}"
OTHER = "ResearchStudy/NCT2"


@pytest.mark.parametrize(
    ("status", "period", "verdict", "reason"),
    [
        ("on-study", "2020-06-01..", MET, None),
        ("follow-up", "2020-06-01..", MET, None),
        ("off-study", "2020-06-01..2021-02-10", MET, None),
        ("off-study", "2020-06-01..2021-01-29", UNKNOWN, Reason.NO_DATA),  # ended before: another may not be on record
        ("off-study", "2020-06-01..", UNKNOWN, Reason.IMPRECISE_DATE),  # ended on some day since
        ("off-study", "2021-02-10..", MET, None),
        ("off-study", None, UNKNOWN, Reason.IMPRECISE_DATE),
        ("on-study", "2020-06-01..2021-01-15", UNKNOWN, Reason.NO_DATA),  # it has an end, whatever its status
        ("withdrawn", "2021-02-10..", UNKNOWN, Reason.SUSPECTED),  # perhaps before anything was given
        ("screening", "2021-02-10..", UNKNOWN, Reason.NO_DATA),
        ("ineligible", "2021-02-10..", UNKNOWN, Reason.NO_DATA),
        ("on-study", "2021-03-10..", UNKNOWN, Reason.NO_DATA),  # still to come
    ],
)
def test_another_study(ask, status, period, verdict, reason) -> None:
    found = ask(RULE, make.subject(OTHER, status, period=make.span(period)))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_this_study_is_no_other(ask) -> None:
    assert ask(RULE, make.subject("ResearchStudy/NCT1", "on-study")).reason is Reason.NO_DATA


def test_a_study_that_cannot_be_read_may_be_any(ask) -> None:
    assert ask(RULE, make.subject("", "on-study", unresolved=True)).reason is Reason.UNREADABLE


def test_nothing_on_record_is_not_known(ask) -> None:
    assert ask(RULE).reason is Reason.NO_DATA
    assert ask(RULE, failed=frozenset({"ResearchSubject"})).reason is Reason.NOT_FETCHED


def test_time_alone_ends_what_is_over(ask) -> None:
    assert ask(RULE, make.subject(OTHER, "off-study", period=make.span("2020-06-01..2021-02-10"))).clock
    assert not ask(RULE, make.subject(OTHER, "on-study", period=make.span("2020-06-01.."))).clock
