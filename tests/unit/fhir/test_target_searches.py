"""What is read from the target: no filter is believed, no half is taken for the whole, no odd Task spoils the rest."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest
import responses

from fhir_screener.errors import NoSuch, PageExpired, ServerFault
from fhir_screener.fhir.capability import Capability, TypeAbilities
from fhir_screener.fhir.retry import NO_RETRY
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import Setting, new_task
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.identity import Identity, study_identifier
from fhir_screener.fhir.task.pages import Pages
from fhir_screener.fhir.task.study_log import StudyLog
from fhir_screener.fhir.task.support import StudySheet, Support
from fhir_screener.fhir.task.sweeps import Sweeps
from fhir_screener.fhir.task.writer import Writer
from fhir_screener.screening.views import VIEWS
from tests.builders.screenings import screening

BASE = "https://work.example.org/fhir"
IDENTITY = Identity(b"a key for tests only", "ehr")
SETTING = Setting(IDENTITY)
SAYS_NOTHING = Capability("4.0.1")
TASK = new_task(screening(), SETTING, datetime(2021, 3, 1, tzinfo=UTC))
STUDY = screening().study


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def session() -> FhirSession:
    return FhirSession(BASE, retries=NO_RETRY)


def bundle(*resources: Json, total: int | None = None, after: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    found["entry"] = [{"resource": one, "search": {"mode": "match"}} for one in resources]
    found |= {} if total is None else {"total": total}
    return found | ({"link": [{"relation": "next", "url": after}]} if after else {})


def test_a_task_never_points_to_another_study(server: responses.RequestsMock, session: FhirSession) -> None:
    """A server that heeds no `identifier` sends every ResearchStudy it has."""
    other = {"resourceType": "ResearchStudy", "id": "1", "identifier": [study_identifier("NCT00000001")]}
    server.get(f"{BASE}/ResearchStudy", json=bundle(other))
    server.post(f"{BASE}/ResearchStudy", status=201, headers={"Location": f"{BASE}/ResearchStudy/2/_history/1"})
    chosen = Capability("4.0.1", {"ResearchStudy": TypeAbilities(update_create=False)})
    assert Support(session, chosen, IDENTITY, "1").study(StudySheet(STUDY)) == "ResearchStudy/2"


def test_a_ledger_that_another_hand_changed_costs_one_cell_of_the_log(
    server: responses.RequestsMock, session: FhirSession
) -> None:
    odd = copy.deepcopy(TASK)
    criterion = next(one for one in odd["output"] if one["type"]["coding"][0]["code"] == "E8a")
    criterion["valueCodeableConcept"]["coding"][0]["code"] = "maybe"
    server.get(f"{BASE}/Task", json=bundle(odd, total=1))
    server.get(f"{BASE}/ResearchSubject", json=bundle(total=0))
    ((entry, _),) = next(StudyLog(session, SAYS_NOTHING, SETTING).entries(STUDY))
    assert entry.answers == {"I1": "met", "I2": "unknown: no-data", "E8a": "unreadable"}


@pytest.mark.parametrize("kind", ["ResearchSubject", "Provenance"])
def test_a_log_without_all_that_was_decided_is_none(
    server: responses.RequestsMock, session: FhirSession, kind: str
) -> None:
    server.get(f"{BASE}/Task", json=bundle({**TASK, "status": "accepted"}, total=1))
    for one in ("ResearchSubject", "Provenance"):
        server.get(f"{BASE}/{one}", json=bundle(total=2 if one == kind else 0))
    with pytest.raises(ServerFault, match="did not send all"):
        list(StudyLog(session, SAYS_NOTHING, SETTING).entries(STUDY))


def sweep(id: str, day: int) -> Json:
    study = {"coding": [{"system": names.STUDY_ID, "code": STUDY}]}
    return {
        "resourceType": "Task",
        "id": id,
        "status": "completed",
        "code": {"coding": [{"system": names.TASK_CODE, "code": names.SWEEP}]},
        "executionPeriod": {"start": f"2021-03-{day:02}T18:30:00Z"},
        "input": [{"type": study, "valueString": "sha256:0"}],
    }


def test_sweeps_behind_a_link_that_is_relative(server: responses.RequestsMock, session: FhirSession) -> None:
    server.get(f"{BASE}/Task", json=bundle(sweep("s2", 2), after="/fhir/Task?page=2"))
    second = responses.matchers.query_param_matcher({"page": "2"})
    server.get(f"{BASE}/Task", json=bundle(sweep("s1", 1)), match=[second])
    server.get(f"{BASE}/fhir/Task", status=404)
    found = Sweeps(session, SAYS_NOTHING, "ehr").of_study(STUDY, size=1)
    assert [one.task for one in found] == ["s2", "s1"]


@pytest.mark.parametrize("status", [400, 404, 410])
def test_there_is_no_sweep_of_this_id(server: responses.RequestsMock, session: FhirSession, status: int) -> None:
    server.get(f"{BASE}/Task/a%20b", status=status)
    with pytest.raises(NoSuch):
        Sweeps(session, SAYS_NOTHING, "ehr").by_id("a b")


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_page_of_the_list_that_the_server_has_forgotten(
    server: responses.RequestsMock, session: FhirSession, status: int
) -> None:
    server.get(BASE, status=status, json={"resourceType": "OperationOutcome", "issue": []})
    with pytest.raises(PageExpired):
        Pages(session, SAYS_NOTHING, SETTING).page(STUDY, VIEWS[0], today=date(2021, 3, 1), link=f"{BASE}?_getpages=1")


@pytest.mark.parametrize(
    ("headers", "body", "targets"),
    [
        ({"Location": f"{BASE}/Task/t1/_history/1"}, {}, ["Task/t1"]),
        ({}, {"json": {"resourceType": "Task", "id": "t2"}}, ["Task/t2"]),
        ({}, {}, []),
    ],
)
def test_a_provenance_points_to_the_task_that_was_made_or_is_not_written(
    server: responses.RequestsMock,
    session: FhirSession,
    headers: dict[str, str],
    body: dict[str, Any],
    targets: list[str],
) -> None:
    server.post(f"{BASE}/Task", status=201, headers=headers, **body)
    server.post(f"{BASE}/Provenance", status=201)
    chooses = {kind: TypeAbilities(frozenset({"create"}), update_create=False) for kind in ("Task", "Provenance")}
    record = {"resourceType": "Provenance", "recorded": "2021-03-01T00:00:00Z"}
    Writer(session, Capability("4.0.1", chooses), IDENTITY).create(TASK, record)
    written = [orjson.loads(call.request.body) for call in server.calls if call.request.url.endswith("/Provenance")]
    assert [one["target"][0]["reference"] for one in written] == targets


def test_a_whole_list_is_whole_or_none(server: responses.RequestsMock, session: FhirSession) -> None:
    view = next(one for one in VIEWS if one.name == "candidates")
    pages = Pages(session, SAYS_NOTHING, SETTING)
    server.get(f"{BASE}/Task", json=bundle(TASK, total=1))
    assert [row.patient for row in pages.everyone(STUDY, [view], 10)[0]] == ["p1"]
    for answer in (bundle(TASK, total=3), bundle(after=f"{BASE}/Task")):
        server.upsert("GET", f"{BASE}/Task", json=answer)
        with pytest.raises(ServerFault, match="did not send all"):
            pages.everyone(STUDY, [view], 10)
