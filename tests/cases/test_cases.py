"""Every worked patient of every study, through the same code as `fhir-screener screen` (README.md says what passes)."""

from __future__ import annotations

import importlib.util
import json
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

from fhir_screener.fhir.files import FolderSource
from fhir_screener.screening.screen import screen
from fhir_screener.screening.wire import to_wire
from fhir_screener.studies.load import Catalog, Loaded

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/*/expected.json"))


@cache
def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("score", HERE / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def loaded(study: str) -> Loaded:
    return Catalog(HERE.parent.parent / "mappings").load([study])


@pytest.mark.parametrize("case", CASES, ids=[f"{path.parent.name}-{path.name}" for path in CASES])
def test_a_worked_patient(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    studies = loaded(case.parent.name.removesuffix("-held-out"))
    source = FolderSource(case / "bundle.json", studies.terminology, only=[expected["patient"]])
    answers = [
        to_wire(screen(studies.studies[0], record, date.fromisoformat(expected["as_of"]), studies.terminology))
        for record in source.records()
    ]
    assert len(answers) == 1
    assert scorer().differences(answers[0], expected) == []


def test_every_study_with_cases_has_a_plain_candidate() -> None:
    for folder in {path.parent for path in CASES if not path.parent.name.endswith("-held-out")}:
        outcomes = [json.loads(path.read_text("utf-8"))["outcome"] for path in folder.glob("*/expected.json")]
        assert {"candidate", "review", "excluded", "later", "no_signal", "not_screenable"} <= set(outcomes)
