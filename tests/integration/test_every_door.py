"""A worked patient is judged alike by whatever door the chart comes in: file, memory, a server; and out again by its Task."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from fhir_screener import load_study
from fhir_screener.api import screen as from_memory
from fhir_screener.bootstrap.servers import server_source
from fhir_screener.fhir.files import FolderSource
from fhir_screener.fhir.task.build import Setting, new_task
from fhir_screener.fhir.task.read import screening_from_task
from fhir_screener.sandbox.processes import fhir_server
from fhir_screener.screening.screen import screen
from fhir_screener.screening.screening import Screening
from fhir_screener.settings import Settings
from tests.builders.cases import CASES
from tests.builders.tasks import IDENTITY

STUDY = load_study("NCT04660565")
NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOME = "https://ehr.example/fhir/"


class Case:
    """A worked patient as a server can hold it: one version a record, references as relative ones."""

    def __init__(self, folder: Path) -> None:
        self.name = f"{folder.parent.name}-{folder.name}"
        expected = orjson.loads((folder / "expected.json").read_bytes())
        self.patient, self.as_of = expected["patient"], date.fromisoformat(expected["as_of"])
        text = (folder / "bundle.json").read_text("utf-8")
        self.bundle = orjson.loads(text)
        for entry in self.bundle["entry"]:
            url, one = entry.get("fullUrl", ""), entry["resource"]
            if url.startswith("urn:uuid:"):
                text = text.replace(url, f"{one['resourceType']}/{one.get('id')}")
        self.resources = [entry["resource"] for entry in orjson.loads(text.replace(HOME, ""))["entry"]]

    @property
    def fits_a_server(self) -> bool:
        """Whether a server can hold it as it is: ids that are ids, each once, references to nothing elsewhere, no old update."""
        names = [(one["resourceType"], one.get("id", "")) for one in self.resources]
        said = re.findall(r'"reference":"([^"]*)"', orjson.dumps(self.resources).decode())
        plain = all(re.fullmatch(r"[A-Za-z0-9.-]{1,64}", name) for _, name in names)
        near = all(re.fullmatch(r"(#|[A-Z][A-Za-z]+/)[^\s]*", reference) for reference in said)
        return plain and near and max(Counter(names).values()) == 1 and not any(map(self._by_update, self.resources))

    def _by_update(self, one: dict[str, Any]) -> bool:
        """Whether only an update long ago tells that a drug is taken no more: a server says that it was updated today."""
        updated = one.get("meta", {}).get("lastUpdated", "")[:10]
        if one["resourceType"] != "MedicationStatement" or one.get("dateAsserted") or not updated:
            return False
        return date.fromisoformat(updated) < self.as_of - timedelta(days=365)

    def __repr__(self) -> str:
        return self.name


ALL = [Case(path.parent) for path in sorted(CASES.glob("nct04660565*/*/expected.json"))]
SERVED = [case for case in ALL if case.fits_a_server]


def answers(screening: Screening) -> list[Any]:
    """Outcome, and each criterion's answer with the records behind it."""
    told: list[Any] = [screening.outcome, screening.eligible_from, screening.next_change_on]
    for one in screening.criteria:
        records = sorted({(e.reference, e.decides) for e in _evidence(one.finding) if e.reference})
        told.append((one.id, one.verdict, one.reason, one.finding.applicable, records))
    return told


def _evidence(finding: Any) -> Iterator[Any]:
    yield from finding.evidence
    for branch in finding.branches:
        yield from _evidence(branch)


def judged(record: Any, case: Case) -> Screening:
    return screen(STUDY.study, record, case.as_of, STUDY.loaded.terminology)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """{patient: record} of the cases that a server can hold, read from one in batches."""
    folder = tmp_path_factory.mktemp("doors")
    with (folder / "all.ndjson").open("wb") as file:
        for case in SERVED:
            file.writelines(orjson.dumps(one) + b"\n" for one in case.resources)
    with fhir_server(load=[folder / "all.ndjson"], log=folder / "server.log") as server:
        settings = Settings.build({"source_url": server.base_url, "cohort": "all"})
        batches = []
        for day in sorted({case.as_of for case in SERVED}):
            source = server_source(settings, STUDY.loaded, as_of=day)
            patients = [case.patient for case in SERVED if case.as_of == day]
            batches += [source.read(patients[at : at + 50]) for at in range(0, len(patients), 50)]
    assert [unread for batch in batches for unread in batch.unread] == []
    return {record.patient.id: record for batch in batches for record in batch.records}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where each case is written in its turn."""
    return tmp_path_factory.mktemp("file") / "bundle.json"


def test_most_worked_patients_can_be_served() -> None:
    assert len(SERVED) > 0.8 * len(ALL)
    assert len({case.patient for case in SERVED}) == len(SERVED)


@pytest.mark.parametrize("case", ALL, ids=repr)
def test_the_same_from_a_file_and_from_memory(case: Case, file: Path) -> None:
    file.write_bytes(orjson.dumps(case.bundle))
    source = FolderSource(file, STUDY.loaded.terminology, only=[case.patient])
    (record,) = source.records()
    memory = from_memory(STUDY, case.bundle, as_of=case.as_of, patient=case.patient)
    assert answers(memory) == answers(judged(record, case))


@pytest.mark.parametrize("case", SERVED, ids=repr)
def test_the_same_from_a_server_and_back_from_its_task(case: Case, served: dict[str, Any]) -> None:
    expected = from_memory(STUDY, case.resources, as_of=case.as_of, patient=case.patient)
    found = judged(served[case.patient], case)
    assert answers(found) == answers(expected)
    assert screening_from_task(new_task(found, Setting(IDENTITY), NOW)) == found
