"""`study new`: what it writes can be read, checked and shown at once, and nothing is written over."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_screener.bootstrap import servers
from fhir_screener.cli.study_new import new
from fhir_screener.criteria.kinds import KINDS
from fhir_screener.errors import UsageError
from fhir_screener.studies.lint import Checked, Level, lint
from fhir_screener.studies.load import Catalog
from fhir_screener.studies.skeleton import take_sets, write_study

OURS = Path(__file__).parents[3] / "mappings"


def test_a_new_study_can_be_read_and_says_what_is_missing(tmp_path: Path) -> None:
    written = write_study(tmp_path / "mine", "NCT00000001", "A trial", "Europe/Berlin", OURS)
    assert all(path.is_file() for path in written)
    catalog = Catalog(tmp_path / "mine")
    assert catalog.ids == ("NCT00000001",)
    found = lint(Checked(catalog.read("NCT00000001"), catalog))
    assert [(one.name, one.level) for one in found] == [("empty-set", Level.ERROR), ("never-met", Level.WARNING)]


@pytest.mark.parametrize(
    ("study", "title"), [("1234", "A trial"), ("NCT1", 'GRIP: a "first" trial, #2 {x}'), ("NULL", "no")]
)
def test_whatever_id_and_title_are_called(tmp_path: Path, study: str, title: str) -> None:
    write_study(tmp_path, study, title, "UTC", OURS)
    found = Catalog(tmp_path).study(study)
    assert (found.id, found.title) == (study, title)


def test_it_names_every_rule_there_is(tmp_path: Path) -> None:
    write_study(tmp_path, "NCT1", "A trial", "UTC", OURS)
    text = (tmp_path / "studies" / "nct1.yaml").read_text("utf-8")
    assert all(f"#   {kind} " in text for kind in KINDS)


def test_nothing_is_written_over(tmp_path: Path) -> None:
    write_study(tmp_path, "NCT1", "A trial", "UTC", OURS)
    mine = tmp_path / "valuesets" / "nct2-diagnosis.yaml"
    mine.write_text("mine", "utf-8")
    assert mine not in write_study(tmp_path, "NCT2", "Another", "UTC", OURS)
    assert mine.read_text("utf-8") == "mine"
    with pytest.raises(UsageError, match="is there already"):
        write_study(tmp_path, "nct1", "Again", "UTC", OURS)


def test_nothing_is_written_into_the_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = tmp_path / "_mappings"
    inside.mkdir()
    monkeypatch.setattr(servers, "own_mappings", lambda: inside)
    with pytest.raises(UsageError, match="give --folder"):
        new("NCT1")
    assert not list(inside.iterdir())


@pytest.mark.parametrize(("study", "zone"), [("../out", "UTC"), ("", "UTC"), ("a b", "UTC"), ("NCT1", "Mars/Olympus")])
def test_what_is_no_id_and_no_zone(tmp_path: Path, study: str, zone: str) -> None:
    with pytest.raises(UsageError):
        write_study(tmp_path, study, "A trial", zone, OURS)
    assert not list(tmp_path.rglob("*.yaml"))


def test_sets_of_the_library_are_copied_with_what_they_include(tmp_path: Path) -> None:
    mine = tmp_path / "valuesets" / "egfr.yaml"
    mine.parent.mkdir()
    mine.write_text("mine", "utf-8")
    written = {path.stem for path in take_sets(tmp_path, ["egfr", "hepatitis-b"], OURS)}
    assert {"hepatitis-b", "hepatitis-b-chronic", "ordinary-drugs"} <= written
    assert mine.read_text("utf-8") == "mine"
    with pytest.raises(UsageError, match="no value set 'efgr'; egfr"):
        take_sets(tmp_path, ["efgr"], OURS)
