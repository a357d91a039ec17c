"""What changed between two screenings, and which record caused it; and the one line that says why."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec import structs

from fhir_screener.criteria.evidence import Evidence, met, not_met, unknown
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.fhir.task.coded import value_of
from fhir_screener.fhir.task.summary import change, read_summary, summary
from fhir_screener.screening.brief import one_test_away, why
from fhir_screener.screening.change import MAPPING, TIME, Change, changes
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.verdict import Reason
from tests.builders.screenings import criterion, screening

OLD = Evidence("Observation/1", "1", code="loinc|1", value="negative", date="2021-01-01", note="negative")
NEW = Evidence("Observation/2", "1", code="loinc|1", value="positive", date="2021-02-01", note="positive")


def with_(*criteria: CriterionFinding, **more: object) -> Screening:
    return screening(criteria=criteria, **more)


def test_the_same_screening_has_not_changed() -> None:
    assert changes(screening(), screening()) == ()
    assert change(screening(), screening()) is None


@pytest.mark.parametrize(
    ("before", "after", "cause"),
    [
        (not_met(OLD), met(NEW), "Observation/2"),  # a record came
        (not_met(OLD), unknown(Reason.NO_DATA), "Observation/1"),  # a record went
        (
            not_met(OLD),
            not_met(structs.replace(OLD, value="negative (corrected)")),
            "Observation/1",
        ),  # a record changed
        (not_met(OLD), unknown(Reason.NO_DATA, structs.replace(OLD, decides=False)), TIME),  # it left its window
        (unknown(Reason.NO_DATA), unknown(Reason.STALE), TIME),
        (not_met(OLD), not_met(structs.replace(OLD, version="2", note="said otherwise")), None),  # moves every night
    ],
)
def test_the_record_that_caused_it(before: object, after: object, cause: str | None) -> None:
    found = changes(with_(criterion(before)), with_(criterion(after)))  # type: ignore[arg-type]
    assert [one.cause for one in found] == ([cause] if cause else [])


@pytest.mark.parametrize(
    ("that_day", "cause"),
    [
        (not_met(OLD), TIME),  # the chart was the same on that day: the window has reached another record
        (met(NEW), "Observation/2"),  # the chart says otherwise of that day as well
    ],
)
def test_time_is_told_from_records_by_judging_the_chart_as_of_the_earlier_day(that_day: object, cause: str) -> None:
    asked: list[date] = []

    def again(day: date) -> Screening:
        asked.append(day)
        return with_(criterion(that_day), as_of=day)  # type: ignore[arg-type]

    before, after = with_(criterion(not_met(OLD))), with_(criterion(met(NEW)), as_of=date(2021, 4, 1))
    assert [one.cause for one in changes(before, after, again)] == [cause]
    assert asked == [before.as_of]
    assert [one.cause for one in changes(before, with_(criterion(met(NEW))), again)] == ["Observation/2"]
    assert len(asked) == 1, "on the same day it cannot be time"


@pytest.mark.parametrize("recorded", ["2021-03-02", "2021-03-01T20:00:00Z", "2021-03-02.."])
def test_a_record_of_a_day_since_is_no_doing_of_time(recorded: str) -> None:
    """As of the earlier day today's chart says what it said then, for nobody could have seen the record."""
    came = structs.replace(NEW, date=recorded)
    before = with_(criterion(not_met(OLD)), as_of=date(2021, 3, 1))
    after = with_(criterion(met(came)), as_of=date(2021, 3, 2))
    assert [one.cause for one in changes(before, after, lambda day: before)] == ["Observation/2"]


def test_another_mapping_is_a_cause_of_its_own() -> None:
    after = with_(criterion(unknown(Reason.JUDGEMENT)), checksum="sha256:other")
    assert changes(with_(criterion(unknown(Reason.NO_DATA))), after) == (
        Change("E8a", "unknown: no-data", "unknown: judgement", MAPPING),
    )


def test_what_a_task_says_of_it_can_be_read_again() -> None:
    before = with_(criterion(not_met(OLD)))
    after = with_(criterion(met(NEW)), outcome=Outcome.EXCLUDED, as_of=date(2021, 3, 2))
    told = change(before, after)
    assert told is not None
    read = read_summary({"extension": [summary(after), told]})
    assert (read.changed_on, read.was) == ("2021-03-02", "candidate")
    assert read.changes == changes(before, after)
    assert read.coverage.exclusions_open == after.coverage.exclusions_open
    assert read.why["en"] == str(why(after))
    assert read.why["zh"]


def test_why_names_what_keeps_out_before_what_needs_eyes_before_what_speaks_for() -> None:
    out, eyes = criterion(met(NEW)), criterion(unknown(Reason.STALE, OLD), "E9")
    favour = criterion(met(Evidence("Observation/7", note="Score 24.")), "I3", "inclusion")
    assert str(why(with_(out, eyes, favour))).startswith("E8a")
    assert str(why(with_(eyes, favour))).startswith("E9 (stale)")
    assert str(why(with_(favour))) == "I3 Score 24."
    assert value_of(summary(with_(favour)), "why") == "I3 Score 24."


def test_one_test_away() -> None:
    test = criterion(unknown(Reason.NO_DATA), "E9", settle="test: tspot")
    ask = criterion(unknown(Reason.NO_DATA), "I2", "inclusion", "consent")
    other = criterion(unknown(Reason.NO_DATA), "E8b", settle="test: hiv")
    seen = criterion(unknown(Reason.STALE, OLD), "E4", settle="chart")
    assert one_test_away(with_(test, ask)) == "tspot"
    assert one_test_away(with_(test, other)) == ""
    assert one_test_away(with_(test, seen)) == ""
    assert one_test_away(with_(ask)) == ""


@pytest.mark.parametrize("reason", [Reason.SUSPECTED, Reason.CONFLICTING])
def test_what_was_found_is_not_undone_by_the_same_test_once_more(reason: Reason) -> None:
    positive = criterion(unknown(reason, OLD), "E9", settle="test: tspot")
    assert one_test_away(with_(positive)) == ""
    unclear = criterion(unknown(Reason.EQUIVOCAL, OLD), "E9", settle="test: tspot")
    assert one_test_away(with_(unclear)) == "tspot"
