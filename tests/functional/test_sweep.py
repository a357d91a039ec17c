"""`sweep`, `worklist`, `plan`, `doctor` against a server in a process of its own. The tests go in their order."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from fhir_screener.bootstrap import worker
from fhir_screener.sandbox.broker import broker
from fhir_screener.settings import Settings
from tests.functional.conftest import PATIENTS, Inside
from tests.functional.program import DAY, STUDY, run

BY_CANDIDATE = "Task?code=screening-candidate&_count=1000&_elements=identifier"


def versions(server: str) -> dict[str, str]:
    """{Task id: version}"""
    with urllib.request.urlopen(f"{server}/{BY_CANDIDATE}") as answer:
        bundle = json.load(answer)
    tasks = [entry["resource"] for entry in bundle.get("entry", [])]
    return {task["id"]: task["meta"]["versionId"] for task in tasks}


def sweep(server: str, report: Path, *more: str, **settings: str) -> dict[str, object]:
    """The report of a sweep of everybody, as JSON."""
    asked = ("sweep", "--study", STUDY, "--source", server, "--as-of", DAY, "--report", report, *more)
    ran = run(*asked, FHIR_SCREENER_COHORT="all", **settings)
    assert ran.code == 0, ran.said
    assert f"{STUDY}: {PATIENTS} of {PATIENTS} patients evaluated" in ran.out
    (found,) = json.loads(report.read_text())["sweeps"]
    return dict(found)


@pytest.fixture(scope="module")
def shown(server: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Who has a Task once the first sweep is done, {patient: outcome}."""
    report = tmp_path_factory.mktemp("reports") / "report.json"
    would = sweep(server, report, "--dry-run")["studies"][0]  # type: ignore[index]
    assert versions(server) == {}
    done = sweep(server, report)["studies"][0]  # type: ignore[index]
    assert done["actions"] == would["actions"]
    assert done["actions"]["created"] == len(done["shown"]) == len(versions(server))
    return dict(done["shown"])


def test_again_it_changes_nothing(server: str, shown: dict[str, str], tmp_path: Path) -> None:
    before = versions(server)
    study = sweep(server, tmp_path / "r.json")["studies"][0]  # type: ignore[index]
    assert study["actions"]["unchanged"] == len(shown)
    assert set(study["actions"]) == {"unchanged", "left"}
    assert versions(server) == before


def test_workers_give_the_same_answer(server: str, shown: dict[str, str], tmp_path: Path) -> None:
    before = versions(server)
    with broker(log=tmp_path / "broker.log") as url:
        settings = Settings.build({"source_url": server, "broker_url": url, "cohort": "all", "chunk_size": 20})
        given = {name: value for name, value in settings.environment().items() if "URL" in name or "SIZE" in name}
        with worker(settings, concurrency=1, log=tmp_path / "worker.log", grace=1):
            study = sweep(server, tmp_path / "r.json", "--queue", **given)["studies"][0]  # type: ignore[index]
    assert study["actions"]["unchanged"] == len(shown)
    assert versions(server) == before


def test_only_some_patients(inside: Inside, server: str, shown: dict[str, str], tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("h00001\nPatient/h00002 # a comment\nh00002\nnobody\n")
    ran = inside("sweep", "--study", STUDY, "--source", server, "--as-of", DAY, "--patients", ids)
    assert ran.code == 1
    assert f"{STUDY}: 2 of 3 patients evaluated" in ran.out
    assert "1 patient could not be read" in ran.out
    assert "nobody" in ran.out


def test_incremental_sweeps_are_not_there_yet(inside: Inside, server: str) -> None:
    ran = inside("sweep", "--study", STUDY, "--source", server, "--since", "auto")
    assert ran.code == 2
    assert "not there yet" in ran.err


def test_the_worklist_has_them_all_and_their_ledgers(inside: Inside, server: str, shown: dict[str, str]) -> None:
    rows = json.loads(inside("worklist", "list", "--source", server, "--format", "json").out)
    assert {row["patient"]: row["outcome"] for row in rows} == shown
    assert {row["task"] for row in rows} == set(versions(server))
    candidates = inside("worklist", "list", "--source", server, "--outcome", "candidate").out
    assert candidates.count(" candidate ") == sum(outcome == "candidate" for outcome in shown.values())
    row = next(row for row in rows if row["outcome"] == "candidate")
    by_task = inside("worklist", "show", row["task"], "--source", server)
    by_patient = inside("worklist", "show", f"Patient/{row['patient']}", "--source", server, "--study", STUDY)
    assert by_task.out == by_patient.out
    why = inside("why", row["patient"], "--study", STUDY, "--source", server, "--as-of", DAY)
    # What time alone will change needs the chart; all else the Task has kept.
    assert by_task.out.partition("I1 inclusion")[1:] == why.out.partition("I1 inclusion")[1:]
    missing = inside("worklist", "show", "nobody", "--source", server)
    assert (missing.code, missing.out) == (2, "")


def test_screening_the_server_gives_what_the_sweep_gave(inside: Inside, server: str, shown: dict[str, str]) -> None:
    asked = ("screen", server, "--study", STUDY, "--as-of", DAY, "--format", "ndjson")
    ran = inside(*asked, FHIR_SCREENER_COHORT="all")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert {line["patient"].partition("/")[2]: line["outcome"] for line in lines if line["shown"]} == shown


def test_a_month_later_only_what_time_changes_is_written(inside: Inside, server: str, shown: dict[str, str]) -> None:
    before = versions(server)
    ran = inside("sweep", "--study", STUDY, "--source", server, "--as-of", "2026-04-02", FHIR_SCREENER_COHORT="all")
    assert ran.code == 0
    after = versions(server)
    assert set(before) <= set(after)
    again = inside("sweep", "--study", STUDY, "--source", server, "--as-of", "2026-04-02", FHIR_SCREENER_COHORT="all")
    assert again.code == 0
    assert versions(server) == after


def test_the_plan_names_every_type(inside: Inside, server: str) -> None:
    ran = inside("plan", "--study", STUDY, "--source", server)
    assert ran.code == 0
    for kind in ("Patient", "Condition", "Observation", "MedicationStatement", "MedicationAdministration", "Consent"):
        assert f"\n{kind} " in ran.out


def test_the_doctor_finds_nothing_wrong_here_and_says_what_is(inside: Inside, server: str) -> None:
    well = inside("doctor", "--source", server)
    assert well.code == 0, well.said
    assert "\n  fault " not in well.out
    assert "Task: read, search, create, update" in well.out
    ill = inside("doctor", "--source", server, FHIR_SCREENER_BROKER_URL="redis://127.0.0.1:9/0")
    assert ill.code == 3
    assert "does not answer" in ill.out
    gone = inside("doctor", "--source", "http://127.0.0.1:9/fhir")
    assert gone.code == 3
    assert STUDY in gone.out


def test_a_coordinator_decides_from_the_terminal(inside: Inside, server: str, shown: dict[str, str]) -> None:
    who = next(patient for patient, outcome in shown.items() if outcome == "review")
    asked = ("worklist", "decide", f"Patient/{who}")
    given = ("--study", STUDY, "--source", server, "--by", "anna")
    rejected = inside(*asked, "reject", *given, "--reason", "declined")
    assert rejected.out == f"Patient/{who} in {STUDY}: rejected (The patient declined to take part); owner: anna\n"
    another = inside(*asked, "accept", "--study", STUDY, "--source", server, "--by", "ben")
    assert another.code == 2
    assert f"Patient/{who} in {STUDY} is rejected (The patient declined to take part); owner: anna" in another.err
    assert "--anyway" in another.err
    undone = inside(*asked, "undo", *given)
    assert undone.out.startswith(f"Patient/{who} in {STUDY}: waiting")
    no_reason = inside(*asked, "reject", *given)
    assert (no_reason.code, "give a reason" in no_reason.err) == (2, True)
    nobody = inside("worklist", "decide", "nobody", "accept", *given)
    assert nobody.code == 2
    assert f"has no Task in {STUDY}: `fhir-screener why nobody --study {STUDY} --source {server}` says" in nobody.err


def test_the_report_as_one_html_file(inside: Inside, server: str, shown: dict[str, str], tmp_path: Path) -> None:
    english, chinese = tmp_path / "r.html", tmp_path / "zh.html"
    asked = ("sweep", "--study", STUDY, "--source", server, "--as-of", DAY)
    ran = inside(*asked, "--report-html", english, FHIR_SCREENER_COHORT="all")
    assert ran.code == 0, ran.said
    assert "Recruitment funnel" in ran.out
    page = english.read_text("utf-8")
    assert f"{PATIENTS} of {PATIENTS}" in page
    assert "<svg" in page
    assert "Nobody was left out" in page
    for loaded in ("<script", "<link", "<img", " src=", "@import", "url("):
        assert loaded not in page
    assert inside(*asked, "--report", chinese, "--lang", "zh", FHIR_SCREENER_COHORT="all").code == 0
    assert "招募漏斗" in chinese.read_text("utf-8")


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_done(inside: Inside, tmp_path: Path) -> None:
    ran = inside("sweep", "--study", STUDY, "--source", "http://127.0.0.1:1/fhir", "--report-html", tmp_path / "r.pdf")
    assert ran.code == 2
    assert "should end in .html" in ran.said
