"""Whole sweeps against a server that fails: whom it costs, what is said, and that no Task changes because a read failed."""

from __future__ import annotations

import io
import json
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from fhir_screener.errors import AuthError, NotFhir, ServerError, Unreachable
from fhir_screener.sandbox.hospital import AS_OF, write
from fhir_screener.sandbox.processes import FhirServer, fhir_server
from fhir_screener.screening.report import SweepReport
from fhir_screener.screening.sweep_plan import State
from tests.hapi.run_hapi import free_port
from tests.integration.sweep_world import Field
from tests.log_lines import log_lines

PATIENTS = 60
STUDY = "NCT04660565"


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("hospital")
    write(folder, patients=PATIENTS, seed=3)
    return sorted(folder.glob("*.ndjson"))


@pytest.fixture
def field(hospital: list[Path], tmp_path: Path) -> Iterator[Field]:
    with fhir_server(load=hospital, log=tmp_path / "sandbox.log") as server:
        yield Field(server)


def whole(report: SweepReport) -> bool:
    return report.state is State.DONE and not report.failures


def test_again_at_once_and_a_month_later_nothing_is_doubled_or_rewritten_without_need(field: Field) -> None:
    first = field.sweep()
    assert whole(first)
    versions = field.versions()
    assert set(versions.values()) == {"1"}
    again = field.sweep()
    assert field.versions() == versions
    assert set(again.studies[0].actions) <= {"left", "unchanged"}
    later = field.sweep(as_of=AS_OF + timedelta(days=30))
    assert whole(later)
    changed = {task for task, version in field.versions().items() if version != "1" and task in versions}
    done = later.studies[0].actions
    assert len(changed) == sum(
        number for action, number in done.items() if action not in ("left", "unchanged", "created")
    )
    assert len(field.versions()) == len(versions) + done.get("created", 0)


def test_a_dry_run_says_what_the_sweep_then_does(field: Field) -> None:
    dry = field.sweep(dry_run=True)
    assert field.versions() == {}
    assert field.count("Task") == 0
    real = field.sweep()
    assert dry.studies[0].actions == real.studies[0].actions
    assert field.count("Task") == real.studies[0].actions["created"] + 1, "and the sweep's own"


@pytest.mark.parametrize("kind", ["busy", "unavailable", "drop", "cut", "html", "error"])
def test_a_fault_that_passes_costs_nobody(field: Field, kind: str) -> None:
    expected = field.sweep(dry_run=True).studies[0].outcomes
    field.fault(kind=kind, method="GET", count=1, after=9)
    report = field.sweep()
    assert report.studies[0].outcomes == expected, (kind, report.unread, report.studies[0].not_evaluated)
    assert not report.unread


def test_observations_that_cannot_be_read_change_no_task_and_name_the_patient(field: Field) -> None:
    first = field.sweep().studies[0]
    versions = field.versions()
    chosen = sorted(first.shown)[0]
    field.fault(kind="error", type="Observation", patient=chosen, count=None)
    report = field.sweep(as_of=AS_OF + timedelta(days=400))
    study = report.studies[0]
    assert dict(study.not_evaluated) == {chosen: "not fetched: Observation"}
    assert report.exit_code == 1
    assert study.evaluated == report.read - 1
    task = field.task_of(chosen)
    assert field.versions()[task] == versions[task], "whatever a year has changed, nothing is known of this patient"
    assert any(field.versions()[other] != version for other, version in versions.items()), (
        "others are brought up to date"
    )


def test_a_target_that_lets_nobody_write_ends_the_sweep_before_it_reads(field: Field) -> None:
    field.fault(kind="forbidden", method="POST", count=None)
    field.fault(kind="forbidden", method="PUT", count=None)
    with pytest.raises(AuthError):
        field.sweep()
    assert field.count("Task") == 0
    field.clear()
    report = field.sweep()
    assert whole(report)


def test_tasks_that_the_target_refuses_are_named_and_made_by_the_next_sweep(field: Field) -> None:
    shown = set(field.sweep(dry_run=True).studies[0].shown)
    field.fault(kind="error", status=422, method="POST", count=None, after=2)
    report = field.sweep()
    unwritten = set(report.studies[0].unwritten)
    assert len(unwritten) == len(shown) - 2
    assert set(field.versions()) == {field.task_of(patient) for patient in shown - unwritten}
    assert report.exit_code == 1
    field.clear()
    assert whole(field.sweep())
    assert set(field.versions()) == {field.task_of(patient) for patient in shown}


@pytest.mark.parametrize(("kind", "error"), [("unauthorized", AuthError), ("html", NotFhir), ("drop", Unreachable)])
def test_a_server_that_gives_nothing_at_all_ends_the_sweep_with_one_message(
    field: Field, kind: str, error: type[ServerError]
) -> None:
    field.fault(kind=kind, count=None)
    with pytest.raises(error) as caught:
        field.sweep()
    assert caught.value.exit_code == 3
    assert field.server.base_url in str(caught.value)
    field.clear()
    assert field.count("Task") == 0


def test_nobody_at_the_address() -> None:
    field = Field(FhirServer(f"http://127.0.0.1:{free_port()}/fhir", None))  # type: ignore[arg-type]
    with pytest.raises(Unreachable, match="check address"):
        field.sweep()


def test_a_patient_who_does_not_exist_is_named(field: Field, tmp_path: Path) -> None:
    known = sorted(field.sweep(dry_run=True).studies[0].shown)[0]
    ids = tmp_path / "ids.txt"
    ids.write_text(f"{known}\nno-such-patient\n")
    report = field.sweep(cohort=f"file:{ids}")
    assert list(report.unread) == ["no-such-patient"]
    assert list(report.studies[0].shown) == [known]
    assert report.exit_code == 1


def test_the_sweeps_record_says_how_it_went(field: Field) -> None:
    report = field.sweep()
    (record,) = field.tasks("sweep")
    assert record["status"] == "completed"
    assert record["meta"]["versionId"] == "2"
    counted = [output for output in record["output"] if "valueUnsignedInt" in output]
    counts = {output["type"]["coding"][0]["code"]: output["valueUnsignedInt"] for output in counted}
    assert counts["patients"] == report.patients
    assert counts["action:created"] == report.studies[0].actions["created"]
    asked = field.stats()["requests"]
    assert asked - 10 <= report.requests <= asked, "all but those for the sweep's record and what the server can do"


def markers(hospital: list[Path]) -> set[str]:
    """Names, birth dates and free texts of the charts: what must not be told."""
    found: set[str] = set()
    for file in hospital:
        for line in file.read_text(encoding="utf-8").splitlines():
            body = json.loads(line)
            found |= {name["text"] for name in body.get("name", ()) if isinstance(name, dict) and name.get("text")}
            found |= {note["text"] for note in body.get("note", ())}
            found |= {str(body[key]) for key in ("birthDate", "valueString", "conclusion") if key in body}
    return {text for text in found if len(text) > 5}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    with log_lines("debug", "json") as stream:
        yield stream


def test_nothing_of_a_chart_is_told_when_things_go_wrong(
    field: Field, hospital: list[Path], lines: io.StringIO
) -> None:
    told = ""
    for fault in (
        {"kind": "cut", "type": "Observation", "count": 2},
        {"kind": "json", "type": "Condition", "count": None},
        {"kind": "error", "status": 422, "method": "POST", "count": None},
        {"kind": "html", "type": "Patient", "count": None},
    ):
        field.fault(**fault)
        try:
            told += json.dumps(field.sweep().to_wire(), ensure_ascii=False)
        except ServerError as error:
            told += "".join(traceback.format_exception(error))
        field.clear()
    told += lines.getvalue()
    assert "request.again" in told
    hidden = markers(hospital)
    assert len(hidden) > 50
    assert [text for text in hidden if text in told] == []
