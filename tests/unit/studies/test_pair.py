"""Two versions of a study over one chart: who would change, by which criterion, and why."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from fhir_screener.errors import UsageError
from fhir_screener.fhir.files import FolderSource
from fhir_screener.screening.compare import Difference, compare
from fhir_screener.screening.screen import screen
from fhir_screener.studies.load import Catalog
from fhir_screener.studies.pair import pair_of
from fhir_screener.terminology.coding import ICD10, RXNORM
from tests.unit.studies.conftest import GOUT, folder

DRUG = (
    "{{id: E1, role: exclusion, text: Colchicine., settle: ask, rule: {{exposure: {{to: [colchicine], within: {}}}}}}}"
)
PATIENT = {"reference": "Patient/p1"}
CHART = [
    {"resourceType": "Patient", "id": "p1", "gender": "male", "birthDate": "1960-01-01"},
    {
        "resourceType": "Condition",
        "id": "c1",
        "subject": PATIENT,
        "code": {"coding": [{"system": ICD10, "code": "M10.0"}]},
        "recordedDate": "2020-01-01",
    },
    {
        "resourceType": "MedicationAdministration",
        "id": "m1",
        "status": "completed",
        "subject": PATIENT,
        "effectiveDateTime": "2020-08-01",
        "medicationCodeableConcept": {"coding": [{"system": RXNORM, "code": "2683", "display": "Colchicine"}]},
    },
]


@pytest.fixture
def chart(tmp_path: Path) -> Path:
    path = tmp_path / "chart.ndjson"
    path.write_text("".join(json.dumps(one) + "\n" for one in CHART), "utf-8")
    return path


def judged(old: Path, new: Path, chart: Path) -> Difference | None:
    pair = pair_of(str(old / "studies" / "t1.yaml"), str(new / "studies" / "t1.yaml"), Catalog(old))
    (record,) = FolderSource(chart, pair.terminology).records()
    was, now = (screen(study, record, date(2021, 3, 1), pair.terminology) for study in (pair.old, pair.new))
    return compare(was, now)


def test_a_longer_window_lets_somebody_wait(tmp_path: Path, chart: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    old, new = folder(tmp_path / "old", GOUT, DRUG.format("P6M")), folder(tmp_path / "new", GOUT, DRUG.format("P12M"))
    found = judged(old, new, chart)
    assert found is not None
    assert (found.patient, found.before, found.after, found.moves) == ("p1", "candidate", "later", True)
    (change,) = found.changes
    assert (change.criterion, change.before, change.after) == ("E1", "unknown: no-data", "met")
    assert "Colchicine" in change.why
    assert judged(old, old, chart) is None


def test_pieces_of_evidence_are_kept_apart(tmp_path: Path, chart: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    old, new = folder(tmp_path / "old", GOUT, DRUG.format("P12M")), folder(tmp_path / "new", GOUT, DRUG.format("P6M"))
    found = judged(old, new, chart)
    assert found is not None
    assert "before the window; Nothing on record" in found.changes[0].why


def test_a_study_file_that_is_not_there(tmp_path: Path) -> None:
    old = folder(tmp_path, GOUT)
    for missing in ("next.yaml", "next/t1"):
        with pytest.raises(UsageError, match=f"^{missing}: there is no such study file"):
            pair_of("T1", missing, Catalog(old))


def test_a_value_set_of_the_same_name_may_have_changed(tmp_path: Path, chart: Path) -> None:
    """Both versions are judged by their own, from one reading."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    old, new = (folder(tmp_path / name, GOUT, DRUG.format("P12M")) for name in ("old", "new"))
    sets = new / "valuesets" / "gout.yaml"
    sets.write_text(sets.read_text("utf-8").replace("M10", "M11"), "utf-8")
    found = judged(old, new, chart)
    assert found is not None
    assert {change.criterion: change.after for change in found.changes} == {"I1": "unknown: no-data"}
    assert (found.before, found.after) == ("later", "no_signal")
    assert pair_of(str(old / "studies" / "t1.yaml"), str(new / "studies" / "t1.yaml"), Catalog(old)).changed == (
        "gout",
    )


def test_a_criterion_that_is_new_or_gone_is_a_change(tmp_path: Path, chart: Path) -> None:
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    old, new = folder(tmp_path / "old", GOUT), folder(tmp_path / "new", GOUT, DRUG.format("P12M"))
    found = judged(old, new, chart)
    assert found is not None
    assert [(c.criterion, c.before, c.after) for c in found.changes] == [("E1", "", "met")]


def test_both_versions_are_read_as_the_same_site_reads_them(tmp_path: Path) -> None:
    """Else local codes would count in the one and not in the other, and every difference be the site's."""
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
    old, new = folder(tmp_path / "old", GOUT), folder(tmp_path / "new", GOUT)
    (old / "sites").mkdir()
    (old / "sites" / "here.yaml").write_text("site: here\nnames: {gout: [podagra]}\n")
    pair = pair_of(str(old / "studies" / "t1.yaml"), str(new / "studies" / "t1.yaml"), Catalog(old, "here"))
    assert pair.terminology.site.name == "here"
    assert pair.changed == ()
