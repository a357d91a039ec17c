"""A sweep's report in words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest

from fhir_screener.cli.report_text import NAMED, report_text
from fhir_screener.screening.funnel import Reached
from fhir_screener.screening.lookalikes import Lookalike
from fhir_screener.screening.report import StudyReport, SweepReport
from fhir_screener.screening.sweep_plan import State

ORDER = {"S1": ["I1", "E1", "E2"]}


@pytest.fixture(autouse=True)
def _wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")


def report(**changes: Any) -> SweepReport:
    study = StudyReport(
        "S1",
        "sha256:0f",
        evaluated=7,
        outcomes={"excluded": 4, "candidate": 2, "no_signal": 1},
        actions={"left": 5, "created": 2},
        keeps_out={"E2": 3, "E1": 2},
        first_out={"E2": 2, "E1": 2},
        unknown={"I1": 1},
    )
    given: dict[str, Any] = {
        "sweep": "sweep-1",
        "state": State.DONE,
        "as_of": date(2021, 3, 1),
        "zone": "Asia/Shanghai",
        "data_as_of": datetime(2021, 2, 28, 18, 30, tzinfo=UTC),
        "seconds": 12.34,
        "source": "http://a/fhir",
        "target": "http://b/fhir",
        "dry_run": False,
        "patients": 9,
        "read": 8,
        "studies": (study,),
        "requests": 1234,
    }
    return SweepReport(**{**given, **changes})


def test_what_was_found_best_first_and_in_the_protocols_order() -> None:
    text = report_text(report(), ORDER)
    assert text.startswith("Sweep done in 12.3 s\nData as of 2021-02-28 18:30:00 UTC; judged as of 2021-03-01")
    assert "1,234 requests" in text
    assert "Tasks are on http://b/fhir" in text
    assert "S1: 7 of 9 patients evaluated" in text
    assert "2 candidate, 4 excluded, 1 no signal" in text
    assert "2 created, 5 left" in text
    rows = [line.split() for line in text.splitlines() if line.startswith(("I1", "E1", "E2"))]
    assert rows == [["I1", "1"], ["E1", "2", "2"], ["E2", "2", "3"]]


def test_a_later_too_far_ahead_for_a_task_is_said_beside_the_others() -> None:
    found = StudyReport("S1", "", evaluated=9, outcomes={"later": 8, "candidate": 1}, too_far={"later": 1})
    text = report_text(report(studies=(found,)), ORDER)
    assert "1 candidate, 8 later (1 too far ahead for a Task)" in text
    assert "Of these, too far ahead for a Task (`later_within` of the study): 1." in text


def test_a_dry_run_says_so() -> None:
    text = report_text(report(dry_run=True), ORDER)
    assert "nothing was written to http://b/fhir" in text
    assert "would be  2 created" in text


def test_a_sweep_that_was_given_up_says_so() -> None:
    assert report_text(report(state=State.FAILED), ORDER).startswith("Sweep was given up after 12.3 s")


def test_patients_who_were_not_answered_are_named_by_reason_and_counted() -> None:
    gone = dict.fromkeys([f"p{n:03}" for n in range(NAMED + 15)], "the server failed, HTTP 500")
    study = StudyReport(
        "S1", "sha256:0f", not_evaluated={"q1": "not fetched: Observation"}, unwritten={"q2": "refused"}
    )
    text = report_text(report(unread={**gone, "x": "no such patient"}, studies=(study,)), ORDER)
    assert f"{NAMED + 16} patients could not be read" in text
    assert "the server failed, HTTP 500: p000, p001" in text
    assert f"p{NAMED - 1:03} and 15 more" in text
    assert "no such patient: x" in text
    assert "1 patient read but not evaluated" in text
    assert "not fetched: Observation: q1" in text
    assert "1 Task could not be written" in text


def test_warnings_come_last() -> None:
    text = report_text(report(warnings=("the index search cannot see words",)), ORDER)
    assert text.endswith("1 warning\n  - the index search cannot see words\n")


def test_the_funnel_in_plain_text() -> None:
    study = StudyReport(
        "S1", "sha256:0f", evaluated=8, outcomes={"excluded": 3, "later": 1, "candidate": 2, "no_signal": 2},
        first_out={"E1": 1, "E2": 3}, alone_out={"E2": 2},
    )  # fmt: skip
    text = report_text(report(studies=(study,)), ORDER, {"S1": Reached(5, 2, 1)})
    rows = [" ".join(word for word in line.split() if word.strip("█░#-")) for line in text.splitlines()]
    for row in (
        "to be read 9",
        "assessed 8 1 out",
        "with a signal 6 2 out",
        "from here on 6 patients fill the bar:",
        "not kept out by E1 5 1 out",
        "not kept out by E2 2 3 out, 2 by it alone",
        "candidates 2",
        "accepted 5",
        "enrolled 1",
        "Kept out for a time only (later): 1.",
    ):
        assert row in rows


def test_the_funnel_needs_no_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", TextIOWrapper(BytesIO(), encoding="ascii"))
    text = report_text(report(), ORDER)
    assert "####" in text
    assert "█" not in text


def test_local_names_that_nobody_knows_are_listed_with_whom_they_could_change() -> None:
    coded = Lookalike("test", "乙肝表面抗原定量", "urn:lab", "0231", "hbsag", "乙肝表面抗原", 7, 6, 1, ("E8a",))
    words = Lookalike("drug", "特药一号", patients=3, could_change=3, criteria=("E5",))
    study = StudyReport("S1", "sha256:0f", lookalikes=(coded, words), left_out={"lookalikes": 9})
    text = report_text(report(studies=(study,)), ORDER)
    rows = [" ".join(line.split()) for line in text.splitlines()]
    assert "6 1 7 test 乙肝表面抗原定量 [0231] hbsag: 乙肝表面抗原 E8a" in rows
    assert "3+ 0+ 3+ drug 特药一号 may be any drug E5" in rows
    assert "1 more; `codes survey` finds all" in text


@pytest.mark.parametrize("found", [(), None])
def test_without_such_names_no_word_of_them(found: Any) -> None:
    study = StudyReport("S1", "sha256:0f", lookalikes=found)
    assert "nobody knows" not in report_text(report(studies=(study,)), ORDER)
