"""The plan of the sample hospital against what a sweep found."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fhir_screener.cli.demo_truth import compared
from fhir_screener.screening.report import StudyReport

DAY = date(2026, 3, 2)
PLAN = {
    "a": "candidate",
    "b": "candidate",
    "c": "review",
    "d": "later",
    "e": "later",
    "f": "excluded",
    "g": "no_signal",
}
FREE = {"d": "2026-06-01", "e": "2029-01-01"}


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    lines = [{"patient": p, "outcome": o, "eligible_from": FREE.get(p)} for p, o in PLAN.items()]
    file = tmp_path / "truth.jsonl"
    file.write_text("\n".join(json.dumps(line) for line in lines))
    return file


def test_everybody_where_the_plan_has_them(truth: Path) -> None:
    shown = {"a": "candidate", "b": "candidate", "c": "review", "d": "later"}
    said = compared(truth, StudyReport("S1", "", shown=shown), DAY)
    assert "7 of 7 patients are where the plan has them" in said
    assert "2 of 2 planned candidates found, 0 candidates that were not planned" in said


def test_every_difference_is_counted(truth: Path) -> None:
    shown = {"a": "review", "b": "candidate", "c": "candidate", "f": "candidate"}
    said = compared(truth, StudyReport("S1", "", shown=shown), DAY)
    # a and c are elsewhere, d is missing, f should not be there; b, e, g are right.
    assert "3 of 7 patients" in said
    assert "1 of 2 planned candidates found, 2 candidates that were not planned" in said
