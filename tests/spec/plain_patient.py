"""The plain eligible man of the worked patients, read and judged with some records more; without any he is a candidate."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from fhir_screener.fhir.files import FolderSource
from fhir_screener.screening.screen import screen
from fhir_screener.screening.screening import Screening
from fhir_screener.studies.load import Catalog, Loaded

TESTS = Path(__file__).parent.parent
STUDY = "NCT04660565"


@cache
def loaded() -> Loaded:
    return Catalog(TESTS.parent / "mappings").load([STUDY])


@pytest.fixture
def judged(tmp_path: Path) -> Any:
    """`judged(resource, ..., without=codes, **patient)`: the plain patient with these records more, on 2021-03-01.

    `without`: his own records that hold one of these codes are left out; `patient`: elements of his Patient that are others.
    """

    def judge(*more: dict[str, Any], without: tuple[str, ...] = (), **patient: str) -> Screening:
        tree = json.loads((TESTS / "cases" / STUDY.lower() / "B00" / "bundle.json").read_text("utf-8"))
        tree["entry"] = [
            entry for entry in tree["entry"] if not any(f'"{code}"' in json.dumps(entry) for code in without)
        ]
        for entry in tree["entry"]:
            if entry["resource"]["resourceType"] == "Patient":
                entry["resource"].update(patient)
        for number, resource in enumerate(more):
            whole = {"id": f"more-{number}", "subject": {"reference": "Patient/b00-pt"}, **resource}
            tree["entry"].append(
                {"fullUrl": f"https://ehr.example/fhir/{whole['resourceType']}/{whole['id']}", "resource": whole}
            )
        path = tmp_path / "bundle.json"
        path.write_text(json.dumps(tree), "utf-8")
        (record,) = FolderSource(path, loaded().terminology, only=["b00-pt"]).records()
        return screen(loaded().studies[0], record, date(2021, 3, 1), loaded().terminology)

    return judge


def said(screening: Screening, criterion: str) -> str:
    found = next(c for c in screening.criteria if c.id == criterion)
    return found.reason.value if found.reason else found.verdict.value
