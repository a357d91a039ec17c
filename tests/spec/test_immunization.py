"""`immunization`: vaccines given."""

from __future__ import annotations

import pytest

from fhir_screener.verdict import MET, UNKNOWN, Reason
from tests.spec import facts as make

RULE = "immunization: {in: [vaccine], within: P30D}"


@pytest.mark.parametrize(
    ("on", "verdict", "reason"),
    [
        ("2021-01-30", MET, None),  # both ends of the window count
        ("2021-03-01", MET, None),
        ("2021-01-29", UNKNOWN, Reason.NO_DATA),
        ("2021-01", UNKNOWN, Reason.IMPRECISE_DATE),
        ("", UNKNOWN, Reason.IMPRECISE_DATE),
        ("2021-03-02", UNKNOWN, Reason.NO_DATA),  # still to come
    ],
)
def test_when_it_was_given(ask, on, verdict, reason) -> None:
    found = ask(RULE, make.vaccine("V1", on))
    assert (found.verdict, found.reason) == (verdict, reason)


def test_without_a_window_the_date_does_not_matter(ask) -> None:
    assert ask("immunization: {in: [vaccine]}", make.vaccine("V1", "")).verdict is MET


def test_one_that_was_refused_is_shown_and_settles_nothing(ask) -> None:
    found = ask(RULE, make.vaccine("V1", "2021-02-20", status="not-done"))
    assert (found.verdict, found.reason) == (UNKNOWN, Reason.NO_DATA)
    assert "not given" in found.evidence[0].note


def test_an_error_never_counts(ask) -> None:
    assert ask(RULE, make.vaccine("V1", "2021-02-20", status="entered-in-error")).reason is Reason.NO_DATA


def test_no_vaccine_on_record_is_not_known(ask) -> None:
    assert ask(RULE).reason is Reason.NO_DATA
    assert ask(RULE, failed=frozenset({"Immunization"})).reason is Reason.NOT_FETCHED
