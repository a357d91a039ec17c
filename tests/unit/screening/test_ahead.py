"""What time alone will change is said criterion by criterion."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from fhir_screener.criteria.evidence import Evidence, not_met, unknown
from fhir_screener.screening.ahead import ahead, milestones
from fhir_screener.screening.screening import Outcome
from fhir_screener.verdict import Reason
from tests.builders.screenings import criterion, screening

CLEAR = Evidence("Observation/1", "1", code="loinc|1", value="negative", date="2021-01-01", note="negative")
DAY = date(2021, 4, 2)
STAYS = criterion(not_met(CLEAR), "E2")
NOW = screening(criteria=(criterion(not_met(CLEAR), "E1"), STAYS), next_change_on=DAY)
THEN = replace(NOW, as_of=DAY, criteria=(criterion(unknown(Reason.NO_DATA), "E1"), STAYS))


def test_only_what_answers_otherwise_is_told() -> None:
    (one,) = ahead(NOW, lambda day: THEN if day == DAY else NOW)
    assert str(one) == "E1: ruled out, from then on open (not enough on record)"


def test_nothing_is_judged_where_nothing_will_change() -> None:
    assert ahead(replace(NOW, next_change_on=None), lambda day: 1 / 0) == ()


def test_one_day_is_one_line() -> None:
    """What is taken away, and the change of that day, are one fact."""
    kept = replace(NOW, eligible_until=DAY - timedelta(days=1))
    (one,) = milestones(kept, ("E1 turns",))
    assert str(one.said) == "Time alone takes something away on 2021-04-02."
    assert one.turns == ("E1 turns",)
    (freed,) = milestones(replace(NOW, eligible_from=DAY), ("E1 turns",))
    assert (str(freed.said), freed.turns) == ("Could qualify from 2021-04-02.", ("E1 turns",))


def test_several_days_stand_in_their_order() -> None:
    """What changes first is said first, with what turns on that day and no other."""
    kept = replace(NOW, eligible_until=date(2021, 6, 30))
    first, then = milestones(kept, ("E1 turns",))
    assert (str(first.said), first.turns) == ("Time alone changes something on 2021-04-02.", ("E1 turns",))
    assert (str(then.said), then.turns) == (
        "Time alone takes something away on 2021-07-01.",
        (),
    )


def test_a_span_to_come_is_one_line() -> None:
    span = replace(NOW, next_change_on=None, eligible_from=date(2021, 5, 1), eligible_until=date(2021, 9, 1))
    assert [str(one.said) for one in milestones(span)] == [
        "Could qualify from 2021-05-01; time alone takes something away on 2021-09-02."
    ]
    assert milestones(replace(NOW, next_change_on=None)) == ()


def test_of_whom_time_does_not_let_in_only_what_is_decided_is_told() -> None:
    """Open for one reason or for another is all the same to somebody who is kept out for good."""
    out = replace(
        NOW, outcome=Outcome.EXCLUDED, shown=False, criteria=(STAYS, criterion(unknown(Reason.NO_DATA), "I4"))
    )
    still = replace(out, as_of=DAY, criteria=(STAYS, criterion(unknown(Reason.SUSPECTED), "I4")))
    assert ahead(out, lambda day: still) == ()
    assert milestones(out, ()) == ()
    (turn,) = ahead(out, lambda day: replace(still, outcome=Outcome.REVIEW))
    assert [one.turns for one in milestones(out, (turn,))] == [(turn,)]
    (ended,) = ahead(replace(out, criteria=NOW.criteria), lambda day: replace(THEN, outcome=Outcome.EXCLUDED))
    assert str(ended).startswith("E1: ruled out")
