"""Bad input, on each of three servers: one clear message, the documented exit code, everybody else answered, no Task changed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from fhir_screener.fhir.retry import Retry
from fhir_screener.sandbox.hospital import AS_OF, TRUTH, write
from tests.functional.conftest import Inside
from tests.functional.conftest import inside as inside
from tests.functional.program import STUDY, Ran, run
from tests.integration.faulty_proxy import Relay, relay
from tests.integration.sweep_world import tasks

PATIENTS = 12
DAY = AS_OF.isoformat()
WORDS = {
    "html": "web page; check the base address",
    "401": "credentials were not accepted, HTTP 401; check user and password",
    "500": "the server failed, HTTP 500; look into its log",
    "nothing": "empty or cut short; try again",
    "silence": "no connection; check address",
}
ODD = [
    {"resourceType": "Patient", "id": "odd-unit", "gender": "female", "birthDate": "1990-04-05"},
    {
        "resourceType": "Observation",
        "id": "odd-hcg",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "19080-1"}], "text": "hCG"},
        "subject": {"reference": "Patient/odd-unit"},
        "effectiveDateTime": DAY,
        "valueQuantity": {"value": 3, "unit": "furlongs", "system": "http://unitsofmeasure.org", "code": "[fur_us]"},
    },
]


@dataclass
class There:
    """A hospital on a server behind a relay, swept once; `ids` a file of some of its patients."""

    relay: Relay
    ids: Path

    def versions(self) -> dict[str, str]:
        return {task["id"]: task["meta"]["versionId"] for task in tasks(self.relay.real, "screening-candidate")}

    @property
    def sweep(self) -> tuple[str | Path, ...]:
        return ("sweep", "--study", STUDY, "--source", self.relay.base, "--as-of", DAY, "--patients", self.ids)


@pytest.fixture(scope="module")
def there(shared_fhir_server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[There]:
    folder = tmp_path_factory.mktemp("hospital")
    write(folder, PATIENTS, 1, AS_OF)
    (folder / TRUTH).unlink()
    (folder / "odd.ndjson").write_text("\n".join(map(json.dumps, ODD)))
    assert run("sandbox", "load", shared_fhir_server, "--data", folder).code == 0
    with relay(shared_fhir_server) as state:
        found = There(state, folder.parent / "ids.txt")
        found.ids.write_text("\n".join(f"h{number:05}" for number in range(1, PATIENTS + 1)))
        assert run(*found.sweep).code == 0
        assert found.versions()
        yield found


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch, there: There) -> Iterator[None]:
    """No waiting before a request or a chunk is repeated; and the faults end with the test."""
    monkeypatch.setattr("fhir_screener.fhir.session.Retry", partial(Retry, sleep=lambda seconds: None))
    monkeypatch.setattr("fhir_screener.screening.sweep_retry.FIRST_WAIT", 0.0)
    yield
    there.relay.fails("")
    there.relay.page = 0


def one_line(ran: Ran, code: int, *words: str) -> None:
    assert ran.code == code, ran.said
    assert ran.out == ""
    (line,) = [line for line in ran.err.splitlines() if line.startswith("fhir-screener: ")]
    assert all(word in line for word in words), line


def flowing(ran: Ran) -> str:
    """What the report says, its lines joined."""
    return " ".join(ran.out.split())


@pytest.mark.parametrize("fault", WORDS)
def test_a_server_that_answers_nothing_but_that(inside: Inside, there: There, fault: str) -> None:
    before = there.versions()
    there.relay.fails(fault)
    one_line(inside(*there.sweep), 3, f"{there.relay.base}/metadata", WORDS[fault])
    assert there.versions() == before


@pytest.mark.parametrize("fault", WORDS)
def test_one_type_that_cannot_be_read_changes_no_task(inside: Inside, there: There, fault: str) -> None:
    before = there.versions()
    there.relay.fails(fault, "Observation")
    ran = inside(*there.sweep)
    assert ran.code == 1, ran.said
    assert there.relay.struck
    said = flowing(ran)
    assert f"{STUDY}: 0 of {PATIENTS} patients evaluated" in said
    assert "read but not evaluated" in said
    assert said.count(f"Observation: {PATIENTS} patients could not be read in full: ") == 1
    assert WORDS[fault] in said
    assert there.versions() == before


@pytest.mark.parametrize("fault", ["401", "html"])
def test_tasks_that_cannot_be_read_are_not_written(inside: Inside, there: There, fault: str) -> None:
    before = there.versions()
    there.relay.fails(fault, "Task")
    ran = inside(*there.sweep)
    assert ran.code == 1, ran.said
    assert f"{PATIENTS} of {PATIENTS} patients evaluated" in flowing(ran)
    assert "could not be written" in flowing(ran)
    assert there.versions() == before


@pytest.mark.parametrize("fault", ["401", "500"])
def test_patients_that_cannot_be_read_at_all(inside: Inside, there: There, fault: str) -> None:
    before = there.versions()
    there.relay.fails(fault, "Patient")
    ran = inside(*there.sweep)
    assert ran.code == 1, ran.said
    assert f"{PATIENTS} patients could not be read" in flowing(ran)
    assert WORDS[fault] in flowing(ran)
    assert there.versions() == before


def test_an_expired_page_link_costs_nothing_or_is_said(inside: Inside, there: There) -> None:
    before = there.versions()
    there.relay.page = 20
    assert inside(*there.sweep).code == 0, "small pages alone change nothing"
    assert there.relay.nexts
    assert there.versions() == before
    there.relay.fails("expired")
    ran = inside(*there.sweep)
    assert there.relay.struck
    assert ran.code == 1, ran.said
    assert "page" in flowing(ran)
    assert there.versions() == before


def test_a_study_that_there_is_not(inside: Inside, there: There) -> None:
    ran = inside("sweep", "--study", "NCT00000000", "--source", there.relay.base)
    one_line(ran, 2, "there is no study 'NCT00000000'", STUDY, "study list")


def test_a_patient_that_there_is_not_and_one_that_there_is(inside: Inside, there: There, tmp_path: Path) -> None:
    ids = tmp_path / "ids"
    ids.write_text("h00001\nnobody\n")
    ran = inside(*there.sweep[:-1], ids)
    assert ran.code == 1
    assert f"{STUDY}: 1 of 2 patients evaluated" in ran.out
    assert "no such patient on this server: nobody" in ran.out
    asked = ("screen", there.relay.base, "--study", STUDY, "--as-of", DAY, "--format", "ndjson")
    ran = inside(*asked, "--patient", "nobody", "--patient", "h00001")
    assert [json.loads(line)["patient"] for line in ran.out.splitlines()] == ["Patient/h00001"]
    assert ran.code == 1
    assert "not answered: Patient/nobody: no such patient on this server" in ran.err
    one_line(
        inside("why", "nobody", "--study", STUDY, "--source", there.relay.base), 2, "Patient/nobody: no such patient"
    )


def test_a_wrong_unit_is_unreadable_and_says_which(inside: Inside, there: There) -> None:
    asked = ("screen", there.relay.base, "--study", STUDY, "--as-of", DAY, "--format", "ndjson")
    ran = inside(*asked, "--patient", "odd-unit", "--patient", "h00001")
    assert ran.code == 0, ran.said
    found = {line["patient"]: line for line in map(json.loads, ran.out.splitlines())}
    assert set(found) == {"Patient/odd-unit", "Patient/h00001"}
    (pregnant,) = [one for one in found["Patient/odd-unit"]["criteria"] if one["id"] == "E7"]
    assert (pregnant["verdict"], pregnant["reason"]) == ("unknown", "unreadable")
    assert "fur" in json.dumps(pregnant)
