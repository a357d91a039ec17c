"""The sample hospital: its truth was planned before its charts were written; the judge must find it, every criterion.

With the table of its second campus, and without it: then the plan says what a reader finds who lacks the table.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from fhir_screener.fhir.files import FolderSource
from fhir_screener.sandbox.hospital import TRUTH, write
from fhir_screener.screening.screen import screen
from fhir_screener.studies.load import Catalog

AS_OF = date(2026, 3, 2)
MAPPINGS = Path(__file__).parent.parent.parent / "mappings"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("hospital")
    write(path, patients=1000, seed=1, as_of=AS_OF)
    return path


@pytest.mark.parametrize("site", ["example", ""])
def test_every_patient_and_every_criterion_of_the_sample_hospital(site: str, folder: Path) -> None:
    truths = {t["patient"]: t for t in map(json.loads, (folder / TRUTH).read_text("utf-8").splitlines())}
    loaded = Catalog(MAPPINGS, site).load(["NCT04660565"])
    wrong: Counter[str] = Counter()
    answered = 0
    for record in FolderSource(folder, loaded.terminology).records():
        answered += 1
        truth = truths[record.patient.id]
        truth = truth if site else truth["bare"] or truth
        found = screen(loaded.studies[0], record, AS_OF, loaded.terminology)
        if (found.outcome.value, str(found.eligible_from)) != (truth["outcome"], str(truth.get("eligible_from"))):
            wrong[f"{record.patient.id}: {found.outcome.value}, planned {truth['outcome']}"] += 1
        for criterion in found.criteria:
            planned = truth["criteria"][criterion.id]
            reason = criterion.reason.value if criterion.reason else None
            if (criterion.verdict.value, reason) != (planned["verdict"], planned.get("reason")):
                wrong[f"{record.patient.id} {criterion.id}: {criterion.verdict.value} {reason}, planned {planned}"] += 1
    assert answered == 1000
    assert wrong == Counter()


def test_the_second_campus_matters(folder: Path) -> None:
    """Who lacks its table cannot tell who is excluded, and screens a test patient."""
    lines = map(json.loads, (folder / TRUTH).read_text("utf-8").splitlines())
    moved = Counter((one["outcome"], one["bare"]["outcome"]) for one in lines if one["bare"])
    assert sum(moved.values()) >= 25
    assert moved["excluded", "review"] + moved["excluded", "candidate"] >= 1
    assert moved["not_screenable", "no_signal"] + moved["not_screenable", "candidate"] >= 1


COMPLETE = """
complete:
  - {type: MedicationStatement}
  - {type: MedicationRequest, since: 2010-01-01}
  - MedicationAdministration
  - MedicationDispense
  - Procedure
  - Condition
  - Observation
  - DiagnosticReport
"""


def test_complete_records_settle_what_nothing_speaks_of_and_change_nothing_else(folder: Path, tmp_path: Path) -> None:
    """Only exclusions about drugs and diagnoses move, only from no-data to not met, and only where all can be read."""
    text = (MAPPINGS / "sites" / "example.yaml").read_text("utf-8").replace("site: example", "site: vouched")
    (tmp_path / "vouched.yaml").write_text(text + COMPLETE, "utf-8")
    truths = {t["patient"]: t for t in map(json.loads, (folder / TRUTH).read_text("utf-8").splitlines())}
    loaded = Catalog(MAPPINGS, str(tmp_path / "vouched.yaml")).load(["NCT04660565"])
    moved: Counter[str] = Counter()
    for record in FolderSource(folder, loaded.terminology).records():
        found = screen(loaded.studies[0], record, AS_OF, loaded.terminology)
        assert found.outcome.value == truths[record.patient.id]["outcome"]
        for criterion in found.criteria:
            planned = truths[record.patient.id]["criteria"][criterion.id]
            reason = criterion.reason.value if criterion.reason else None
            if (criterion.verdict.value, reason) != (planned["verdict"], planned["reason"]):
                assert (planned["reason"], criterion.verdict.value) == ("no-data", "not_met")
                assert "states that its records are complete" in str(criterion.finding.evidence[0].note)
                assert not record.unread.keys() & {"Condition", "Procedure"}
                moved[criterion.id] += 1
    assert set(moved) == {"E3", "E4", "E5", "E6"}
