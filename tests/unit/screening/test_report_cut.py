"""A report that travels with a Task: not too large, and it says what was left out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fhir_screener.errors import DataError
from fhir_screener.screening.report import StudyReport, SweepReport
from fhir_screener.screening.report_cut import LIMIT, LONGEST, read_report, report_json
from fhir_screener.screening.sweep_plan import Moved, State

MOVED = {"p1": Moved("refreshed", "review", "candidate", "E8a", "Observation/9")}
STUDY = StudyReport("S1", "sha256:0f", evaluated=2, outcomes={"candidate": 1, "excluded": 1}, moved=MOVED)
REPORT = SweepReport(
    sweep="s",
    state=State.DONE,
    as_of=date(2021, 3, 1),
    zone="Asia/Shanghai",
    data_as_of=datetime(2021, 2, 28, 18, 30, tzinfo=UTC),
    seconds=1.5,
    source="http://a/fhir",
    target="http://b/fhir",
    dry_run=False,
    patients=3,
    read=2,
    unread={"p3": "the server failed, HTTP 500"},
    studies=(STUDY,),
    warnings=("the index search cannot see words",),
)


def many(number: int, why: str = "the server failed, HTTP 500") -> dict[str, str]:
    return {f"patient-{n:06}": why for n in range(number)}


def test_a_small_report_is_read_back_as_it_was() -> None:
    assert read_report(report_json(REPORT.to_wire())) == REPORT


def test_who_has_a_task_is_left_to_the_tasks_and_said() -> None:
    shown = replace(STUDY, shown={"p1": "candidate"})
    (found,) = read_report(report_json(replace(REPORT, studies=(shown,)).to_wire())).studies
    assert (found.shown, found.total("shown")) == ({}, 1)


def test_a_large_report_is_shortened_and_says_by_how_many() -> None:
    study = replace(STUDY, not_evaluated=many(40_000), moved=dict.fromkeys(many(9000), MOVED["p1"]))
    body = report_json(replace(REPORT, unread=many(50_000), studies=(study,)).to_wire())
    assert len(body) <= LIMIT
    found = read_report(body)
    assert found.total("unread") == 50_000
    assert 0 < len(found.unread) < 50_000
    assert found.studies[0].total("not_evaluated") == 40_000
    assert found.studies[0].total("moved") == 9_000
    assert found.studies[0].outcomes == STUDY.outcomes


def test_cut_down_to_nothing_it_still_has_failures() -> None:
    found = read_report(report_json(replace(REPORT, unread=many(50)).to_wire(), limit=1000))
    assert (found.unread, found.total("unread"), found.failures) == ({}, 50, True)
    assert (found.warnings, found.total("warnings")) == ((), 1)


def test_a_long_reason_is_clipped() -> None:
    found = read_report(report_json(replace(REPORT, unread={"p3": "x" * 5000}).to_wire()))
    assert len(found.unread["p3"]) == LONGEST


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"sweep": 1}', b"\xff\xfe"])
def test_what_is_no_report_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_report(body)
