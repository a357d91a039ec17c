"""In which order `worklist list` has the Tasks."""

from __future__ import annotations

from datetime import date

from fhir_screener.cli.worklist import best_first
from fhir_screener.fhir.task.summary import Summary
from fhir_screener.fhir.task.worklist import Row
from fhir_screener.screening.candidate import Hand
from fhir_screener.screening.coverage import Coverage


def task(patient: str, outcome: str, still_open: int = 0, *, day: date | None = None, facets: int = 0) -> Row:
    return Row(
        task=f"task-{patient}",
        study="NCT1",
        patient=patient,
        status="requested",
        hand=Hand.UNTOUCHED,
        outcome=outcome,
        facets=("ask",) * facets,
        eligible_from=day,
        owner="",
        as_of="2026-03-02",
        authored="",
        modified="",
        summary=Summary(coverage=Coverage(inclusions_open=still_open)),
    )


def test_best_first_is_outcome_then_day_then_fewest_criteria_open() -> None:
    rows = [
        task("a", "later", day=date(2026, 9, 1)),
        task("b", "later", 9, day=date(2026, 4, 1)),
        task("c", "candidate", 5),
        task("d", "review", 1),
        task("e", "candidate", 2),
        task("f", "candidate", 0, facets=3),
    ]
    assert "".join(row.patient for row in sorted(rows, key=best_first)) == "efcdba"
