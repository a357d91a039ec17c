"""`screen` and `why` on files."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

from tests.functional.conftest import PATIENTS
from tests.functional.program import DAY, STUDY, command, environment, run, running


def test_ndjson_answers_for_every_patient_once(charts: Path) -> None:
    ran = run("screen", charts, "--study", STUDY, "--as-of", DAY, "--format", "ndjson")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 0
    assert sorted(line["patient"] for line in lines) == [f"Patient/h{n:05d}" for n in range(1, PATIENTS + 1)]
    assert {line["study"] for line in lines} == {STUDY}
    assert {line["as_of"] for line in lines} == {DAY}
    assert f"{PATIENTS} patients answered" in ran.err


def test_what_it_finds_is_what_was_planned(charts: Path) -> None:
    ran = run("screen", charts, "--study", STUDY, "--as-of", DAY, "--format", "json")
    found = {line["patient"].partition("/")[2]: line["outcome"] for line in json.loads(ran.out)}
    truth = [json.loads(line) for line in (charts.parent / "truth.jsonl").read_text().splitlines()]
    planned = {one["patient"]: one["outcome"] for one in truth}
    assert "candidate" in found.values()
    assert {p for p, o in found.items() if o == "candidate"} <= {p for p, o in planned.items() if o == "candidate"}
    coded = {one["patient"]: one["outcome"] for one in truth if one["coded"]}
    assert {patient: found[patient] for patient in coded} == coded


def test_the_table_has_who_is_worth_a_look_and_no_escape_codes(charts: Path) -> None:
    ran = run("screen", charts, "--study", STUDY, "--as-of", DAY, FORCE_COLOR="1")
    head, *rows = ran.out.splitlines()
    assert head.split() == ["patient", "outcome", "why", "open", "questions"]
    assert any(" candidate " in row for row in rows)
    assert "no signal" not in ran.out
    assert "\x1b" not in ran.said
    assert max(map(len, rows)) <= 120


def test_one_patient_of_a_gzipped_bundle_and_one_who_is_not_there(charts: Path, tmp_path: Path) -> None:
    patients = [json.loads(line) for line in (charts / "Patient.ndjson").read_text("utf-8").splitlines()]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": one} for one in patients[:3]]}
    file = tmp_path / "oddly-named"
    file.write_bytes(gzip.compress(json.dumps(bundle).encode()))
    wanted = ("--patient", "h00002", "--patient", "Patient/nobody")
    ran = run("screen", file, "--study", STUDY, "--as-of", DAY, "--format", "ndjson", *wanted)
    assert [json.loads(line)["patient"] for line in ran.out.splitlines()] == ["Patient/h00002"]
    assert ran.code == 1
    assert "Patient/nobody: there is no such patient" in ran.err


def test_a_day_that_the_charts_cannot_speak_for_is_said_and_answered(charts: Path) -> None:
    for day, said in (("1931-01-01", "lies before everything on record"), ("2931-01-01", "is still to come")):
        ran = run("screen", charts, "--study", STUDY, "--as-of", day, "--format", "ndjson")
        assert ran.code == 0
        assert f"warning: --as-of {day} {said}" in ran.err
        assert len(ran.out.splitlines()) == PATIENTS


def test_what_is_spoilt_is_named_and_the_others_are_answered(charts: Path, tmp_path: Path) -> None:
    lines = (charts / "Patient.ndjson").read_bytes().splitlines()
    nameless = json.dumps({"resourceType": "Patient", "gender": "male"}).encode()
    (tmp_path / "patients.ndjson").write_bytes(b"\n".join([lines[0], b'{"resourceType": "Pat', nameless, lines[1]]))
    (tmp_path / "cut.ndjson.gz").write_bytes(gzip.compress(lines[2])[:-20])
    report = tmp_path / "report.json"
    out = tmp_path / "out.ndjson"
    ran = run("screen", tmp_path, "--study", STUDY, "--format", "ndjson", "--out", out, "--report", report)
    assert ran.code == 1
    assert [json.loads(line)["patient"] for line in out.read_text().splitlines()] == [
        "Patient/h00001",
        "Patient/h00002",
    ]
    assert "patients.ndjson:2" in ran.err
    assert "patients.ndjson:3: a Patient without an id" in ran.err
    assert "cut.ndjson.gz" in ran.err
    said = json.loads(report.read_text())
    assert said["patients"] == 2
    assert len(said["problems"]) == 3


def test_who_reads_no_further_is_no_error(charts: Path) -> None:
    asked = command("screen", charts, "--study", STUDY, "--format", "json")
    with running(asked, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment()) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.read(10)
        process.stdout.close()
        assert b"Traceback" not in process.stderr.read()
        assert process.wait() == 0


def test_why_tells_every_criterion_with_its_evidence(charts: Path) -> None:
    found = run("screen", charts, "--study", STUDY, "--as-of", DAY, "--format", "ndjson")
    lines = [json.loads(line) for line in found.out.splitlines()]
    line = next(line for line in lines if line["outcome"] == "candidate")
    ran = run("why", line["patient"], "--study", STUDY, "--as-of", DAY, "--source", charts)
    assert ran.code == 0
    assert ran.out.startswith(f"{line['patient']}: candidate\n")
    for criterion in line["criteria"]:
        own_section = f"\n{criterion['id']} {criterion['role']}: " in ran.out
        assert own_section or f"\n  {criterion['id']:4} " in ran.out
    references = [e["reference"] for c in line["criteria"] for e in c["evidence"] if e["reference"] and e["decides"]]
    assert references
    assert all(reference in ran.out for reference in references)
