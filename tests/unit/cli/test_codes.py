"""`codes survey` and `codes check`, and the site that `screen` and `why` are told of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from fhir_screener.cli.codes import TOLD, _tell
from fhir_screener.cli.sources import Opened
from fhir_screener.sandbox.hospital import AS_OF, TRUTH, write

Call = Callable[..., tuple[int, str, str]]
STUDY = ("--study", "NCT04660565", "--as-of", AS_OF.isoformat())


@pytest.fixture(scope="module")
def charts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hospital") / "charts"
    write(folder, 120)
    (folder / TRUTH).replace(folder.parent / "truth.jsonl")
    return folder


def test_the_survey_as_a_table(charts: Path, call: Call) -> None:
    code, out, _ = call("codes", "survey", str(charts), *STUDY, "--rare", "1")
    assert code == 0
    rows = out.splitlines()
    assert rows[1].split() == ["change", "play", "it", "kind", "name", "looks", "like", "criteria"]
    assert any("未超界" in row and "E8b" in row for row in rows)
    assert "120 patients read for NCT04660565 as of 2026-03-02." in rows


def test_with_the_sites_file_nothing_is_left_to_tell(charts: Path, call: Call) -> None:
    code, out, _ = call("codes", "survey", str(charts), *STUDY, "--site", "example")
    assert code == 0
    assert out.startswith("No local code or name looks like anything the study needs.")


def test_the_survey_as_a_site_file_and_as_json(charts: Path, tmp_path: Path, call: Call) -> None:
    path = tmp_path / "ours.yaml"
    assert call("codes", "survey", str(charts), *STUDY, "--format", "yaml", "--out", str(path))[0] == 0
    code, out, _ = call("codes", "check", str(path))
    assert (code, out) == (
        0, "ours: 0 codes, 0 more to ignore, 0 names, 0 words, 0 ranges, 0 complete types: no fault found\n"
    )  # fmt: skip
    code, out, _ = call("codes", "survey", str(charts), *STUDY, "--format", "json")
    body = orjson.loads(out)
    assert (code, body["patients"]) == (0, 120)
    assert {"kind", "name", "patients", "could_change", "in_play", "criteria", "looks_like"} <= body["found"][0].keys()
    assert "h00" not in out, "counts only, no patient"


def test_the_example_site_has_no_fault_and_a_wrong_one_says_where(tmp_path: Path, call: Call) -> None:
    code, out, _ = call("codes", "check", "example")
    assert (code, "no fault found" in out) == (0, True)
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("site: wrong\nname: [x]\n")
    code, out, err = call("codes", "check", str(wrong))
    assert (code, out) == (2, "")
    assert f"{wrong}:2: name: unknown key 'name'" in err
    code, _, err = call("codes", "check", "nowhere")
    assert code == 2
    assert "known are example" in err


def test_a_code_that_stands_for_what_no_set_lists_is_said(tmp_path: Path, call: Call) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text("site: ours\ncodes: [{system: 'urn:x', items: [{code: A, means: loinc|1-8}]}]\n")
    assert "A stands for http://loinc.org|1-8, which no value set lists" in call("codes", "check", str(path))[1]


def test_screen_and_why_know_the_site(charts: Path, call: Call) -> None:
    truths = [orjson.loads(line) for line in (charts.parent / "truth.jsonl").read_bytes().splitlines()]
    clear = "E8a: HBsAg and anti-HBc negative"
    patient = next(t["patient"] for t in truths if t["bare"] and clear in t["situations"])
    code, out, _ = call("why", patient, *STUDY, "--source", str(charts), "--site", "example")
    assert code == 0
    assert "LAB0231: LOINC 5195-3 by the site's table]" in " ".join(out.split())
    assert "by the site's table" not in call("why", patient, *STUDY, "--source", str(charts))[1]
    code, _, err = call("screen", str(charts), *STUDY, "--site", "nowhere")
    assert (code, "there is no site 'nowhere'" in err) == (2, True)


def test_an_empty_source_is_told(tmp_path: Path, call: Call) -> None:
    (tmp_path / "empty.ndjson").write_text("")
    code, _, err = call("codes", "survey", str(tmp_path), *STUDY)
    assert code == 1
    assert "no patient was found there" in err


def test_what_is_not_named_of_many_faults_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    opened = Opened("charts", lambda opened: iter(()), [f"line {n}" for n in range(TOLD)], ["a warning"])
    opened.unread["p1"] = "no such patient"
    _tell(opened)
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "warning: a warning"
    assert said[-1] == "could not be read: and 1 more"
    assert len(said) == 1 + TOLD + 1


def test_a_draft_is_not_written_over_a_site_file(charts: Path, tmp_path: Path, call: Call) -> None:
    mine = tmp_path / "ours.yaml"
    mine.write_text("site: ours\n", "utf-8")
    code, _, err = call("codes", "survey", str(charts), *STUDY, "--format", "yaml", "--out", str(mine))
    assert code == 2
    assert "is there already" in err
    assert mine.read_text("utf-8") == "site: ours\n"
