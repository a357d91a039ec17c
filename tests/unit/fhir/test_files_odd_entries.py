"""One odd entry of a Bundle costs itself, not what comes after it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fhir_screener.fhir.files import FolderSource
from fhir_screener.terminology.valueset import Terminology


@pytest.mark.parametrize("odd", [{"id": "x"}, {"resourceType": None}, {"resourceType": 7}])
def test_what_follows_an_entry_without_a_type_is_read(tmp_path: Path, odd: dict[str, object]) -> None:
    people = [{"resourceType": "Patient", "id": name} for name in ("before", "after")]
    entries = [{"resource": one} for one in (people[0], odd, people[1])]
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}), "utf-8")
    source = FolderSource(path, Terminology([]))
    assert [record.patient.id for record in source.records()] == ["before", "after"]
    assert any("left out" in problem for problem in source.problems)
