"""A study with an expression, from the file to the answer: only its own types are kept whole."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

from fhir_screener.fhir.files import FolderSource
from fhir_screener.screening.screen import screen
from fhir_screener.studies.load import Catalog
from fhir_screener.verdict import MET
from tests.unit.studies.conftest import GOUT, folder

TOPHI = (
    "{id: I2, role: inclusion, text: Tophi., settle: chart, rule: {fhirpath: {on: Condition,"
    " met: \"bodySite.text = 'tophus'\", date: recordedDate, within: P1Y}}}"
)
PATIENT = {"reference": "Patient/p1"}
CHART = [
    {"resourceType": "Patient", "id": "p1"},
    {"resourceType": "Condition", "id": "g1", "subject": PATIENT, "code": {"text": "gout"}, "recordedDate": "2020"},
    {"resourceType": "Observation", "id": "o1", "status": "final", "subject": PATIENT, "code": {"text": "pulse"}},
    {
        "resourceType": "Condition",
        "id": "c1",
        "subject": PATIENT,
        "code": {"text": "a lump"},
        "bodySite": [{"text": "tophus"}],
        "recordedDate": "2020-09-01",
    },
]


def test_an_expression_sees_what_no_other_rule_reads(tmp_path: Path) -> None:
    loaded = Catalog(folder(tmp_path, GOUT, TOPHI)).load(["T1"])
    chart = tmp_path / "chart.ndjson"
    chart.write_text("".join(json.dumps(one) + "\n" for one in CHART), "utf-8")
    (record,) = FolderSource(chart, loaded.terminology).records()
    assert record.whole.keys() == {"Condition"}
    found = screen(loaded["T1"], record, date(2021, 3, 1), loaded.terminology)
    tophi = next(one for one in found.criteria if one.id == "I2")
    assert tophi.verdict is MET
    assert tophi.finding.evidence[0].reference == "Condition/c1"
    assert found.eligible_until == date(2021, 9, 1)
