"""When the medication list was last put in order: said beside the outcome, and deciding nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fhir_screener.fhir.files import FolderSource
from fhir_screener.fhir.memory import records
from tests.builders.charts import PATIENT, TERMS, coded

LOINC, EXAMPLE = "http://loinc.org", "http://terminology.hl7.org/CodeSystem/list-example-use-codes"


def medication_list(id_: str = "l1", **more: Any) -> dict[str, Any]:
    one = {
        "resourceType": "List",
        "id": id_,
        "status": "current",
        "mode": "working",
        "code": coded(LOINC, "10160-0"),
        "subject": {"reference": "Patient/p"},
        "date": "2021-02-11T09:00:00+08:00",
    }
    return {key: value for key, value in (one | more).items() if value is not None}


@pytest.mark.parametrize(
    ("lists", "day"),
    [
        ([], None),
        ([medication_list()], "2021-02-11T09:00:00+08:00"),
        ([medication_list(mode="snapshot", code=coded(EXAMPLE, "medications"), date="2020-01")], "2020-01"),
        ([medication_list("l1", date="2020-12-31"), medication_list("l2", date="2021-01-02")], "2021-01-02"),
        ([medication_list(mode="changes")], None),  # what was changed on one day is not the whole
        ([medication_list(status="retired")], None),
        ([medication_list(status="entered-in-error")], None),
        ([medication_list(code=coded(EXAMPLE, "allergies"))], None),
        ([medication_list(date=None)], None),
        ([medication_list(subject={"reference": "Patient/another"})], None),
        ([medication_list(date=7, mode=["working"])], None),  # nonsense is no list
    ],
)
def test_a_current_list_of_medications_with_a_date(lists: list[Any], day: str | None, tmp_path: Path) -> None:
    charts = [PATIENT, *lists]
    (memory,) = records(charts, TERMS)
    (tmp_path / "all.ndjson").write_text("".join(json.dumps(one) + "\n" for one in charts))
    (file,) = FolderSource(tmp_path, TERMS)
    assert memory.reconciled == file.reconciled == day
    assert "List" not in memory.seen
    assert not memory.failed
