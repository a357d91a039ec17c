"""A candidate's Task through its life, on each server: what a sweep does to it, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import extensions, value_of
from fhir_screener.fhir.task.history import recorded
from fhir_screener.fhir.task.read import screening_from_task
from fhir_screener.fhir.task.summary import read_summary
from fhir_screener.screening.candidate import Action, Hand
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screening import Outcome
from tests.builders.screenings import excluded, nested, screening
from tests.integration.task_world import IDENTITY, POOL, STUDY, World, codes, world

KEPT = screening()
CHANGED = screening(criteria=KEPT.criteria[:2], outcome=Outcome.REVIEW)
GONE = excluded()


@pytest.fixture
def there(fhir_server: str) -> World:
    return world(fhir_server)


def test_a_candidate_becomes_one_task_with_all_its_elements(there: World) -> None:
    assert there.sweep(KEPT) is Action.CREATE
    task = there.task()
    assert task["id"] == IDENTITY.task(STUDY, "p1")
    assert (task["status"], task["intent"], task["owner"]["reference"]) == ("requested", "proposal", POOL)
    assert codes(task) == ["candidate", "consent", "test: hbv-dna", "hbv-dna"]
    assert task["for"]["reference"] == "Patient/p1"
    assert task["focus"]["identifier"]["value"] == STUDY
    assert task["authoredOn"] <= task["lastModified"]
    assert screening_from_task(task) == KEPT


def test_the_study_is_a_resource_where_the_server_keeps_such(there: World) -> None:
    there.sweep(KEPT)
    focus = there.task()["focus"]
    if not there.capability.can("ResearchStudy", "create"):
        assert "reference" not in focus
        return
    (study,) = there.search("ResearchStudy")
    assert focus["reference"] == f"ResearchStudy/{study['id']}"
    assert {"system": "http://clinicaltrials.gov", "value": STUDY} in study["identifier"]


def test_any_ledger_comes_back_as_it_was_written(there: World) -> None:
    there.sweep(nested())
    assert screening_from_task(there.task()) == nested()


def test_each_write_leaves_one_provenance(there: World) -> None:
    there.sweep(KEPT)
    there.sweep(KEPT)
    there.sweep(CHANGED)
    found = there.search("Provenance")
    assert sorted(codes(p, "activity")[0] for p in found) == ["CREATE", "UPDATE"]
    assert {p["target"][0]["reference"] for p in found} == {f"Task/{IDENTITY.task(STUDY, 'p1')}"}
    assert {p["entity"][0]["what"]["identifier"]["value"] for p in found} == {f"{STUDY}/3/sha256:0f"}
    device = there.search("Device")[0]
    assert {p["agent"][0]["who"]["reference"] for p in found} == {f"Device/{device['id']}"}


def test_the_history_tells_what_each_sweep_changed(there: World) -> None:
    """The Task itself keeps the last change only."""
    there.sweep(KEPT)
    there.sweep(replace(nested(), as_of=date(2021, 3, 5)))
    last, first = recorded(there.session, str(there.task()["id"]))
    assert (last.what, first.what) == ("refreshed", "created")
    assert first.changes == ()
    assert last.changes == read_summary(there.task()).changes != ()


def test_what_did_not_change_is_not_rewritten(there: World) -> None:
    there.sweep(KEPT)
    version = there.task()["meta"]["versionId"]
    a_month_later = replace(KEPT, as_of=date(2021, 4, 1), study_version="4", checksum="sha256:10", seen={})
    assert there.sweep(KEPT) is Action.UNCHANGED
    assert there.sweep(a_month_later) is Action.UNCHANGED
    assert there.task()["meta"]["versionId"] == version


def test_new_evidence_refreshes_an_untouched_task(there: World) -> None:
    there.sweep(KEPT)
    authored = there.task()["authoredOn"]
    assert there.sweep(CHANGED) is Action.REFRESH
    task = there.task()
    assert screening_from_task(task) == CHANGED
    assert codes(task) == ["review", "consent"]
    assert task["authoredOn"] == authored < task["lastModified"]


def test_an_untouched_task_is_withdrawn_and_comes_back(there: World) -> None:
    there.sweep(KEPT)
    assert there.sweep(GONE) is Action.WITHDRAW
    task = there.task()
    assert (task["status"], codes(task), codes(task, "statusReason")) == (
        "cancelled",
        ["no-longer-matches"],
        ["no-longer-matches"],
    )
    assert screening_from_task(task) == GONE
    assert there.sweep(GONE) is Action.LEAVE
    assert there.sweep(KEPT) is Action.RESTORE
    task = there.task()
    assert (task["status"], "statusReason" in task) == ("requested", False)


def test_a_touched_task_is_marked_and_keeps_all_that_is_the_coordinators(there: World) -> None:
    there.sweep(KEPT)
    theirs = {
        "status": "in-progress",
        "owner": {"reference": "Practitioner/anna"},
        "note": [{"text": "rang her, calls back"}],
        "priority": "urgent",
        "restriction": {"repetitions": 1},
        "performerType": [{"text": "nurse"}],
        "extension": [{"url": names.RESUME_ON_EXT, "valueDate": "2021-05-01"}, {"url": "urn:x:y", "valueString": "z"}],
        "output": [*there.task()["output"], {"type": {"text": "letter"}, "valueString": "sent"}],
    }
    there.edit(**theirs)
    assert there.sweep(GONE) is Action.MARK
    task = there.task()
    assert codes(task) == ["no-longer-matches"]
    kept = set(theirs) - {"output", "extension"}
    assert [one for one in theirs["extension"] if one not in task["extension"]] == []
    assert {name: task[name] for name in kept} == {name: theirs[name] for name in kept}
    assert {"type": {"text": "letter"}, "valueString": "sent"} in task["output"]
    assert there.sweep(GONE) is Action.UNCHANGED
    assert there.sweep(CHANGED) is Action.UPDATE
    assert there.task()["status"] == "in-progress"
    assert screening_from_task(there.task()) == CHANGED


def test_a_rejected_task_resurfaces_only_on_other_evidence(there: World) -> None:
    there.sweep(KEPT)
    reason = {"coding": [{"system": "urn:hospital:reasons", "code": "declined"}], "text": "does not want to"}
    there.edit(status="rejected", statusReason=reason, note=[{"text": "asked on the phone"}])
    assert there.sweep(KEPT) is Action.LEAVE
    assert there.sweep(GONE) is Action.LEAVE
    assert there.task()["status"] == "rejected"
    assert there.sweep(CHANGED) is Action.RESURFACE
    task = there.task()
    assert (task["status"], "statusReason" in task, len(task["note"])) == ("requested", False, 1)
    (decision,) = extensions(task, names.EARLIER_DECISION_EXT)
    assert value_of(decision, "status") == "rejected"
    assert value_of(decision, "digest") == evidence_digest(KEPT)
    assert value_of(decision, "reason") == reason
    assert there.sweep(CHANGED) is Action.UNCHANGED


def test_a_deleted_task_stays_deleted(there: World) -> None:
    there.sweep(KEPT)
    there.session.delete(f"Task/{IDENTITY.task(STUDY, 'p1')}")
    assert there.sweep(KEPT) is Action.LEAVE_DELETED
    assert there.sweep(GONE) is Action.LEAVE
    assert there.tasks() == []


def test_the_task_of_a_merged_patient_points_to_the_survivors(there: World) -> None:
    there.sweep(KEPT)
    merged = screening(outcome=Outcome.NOT_SCREENABLE, criteria=(), shown=False, replaced_by="Patient/p2")
    assert there.sweep(merged) is Action.CLOSE
    task = there.task()
    assert (task["status"], codes(task, "statusReason")) == ("cancelled", ["patient-merged"])
    (pointer,) = extensions(task, names.REPLACED_BY_EXT)
    assert value_of(pointer, "task") == f"Task/{IDENTITY.task(STUDY, 'p2')}"


def test_what_was_not_evaluated_changes_nothing(there: World) -> None:
    there.sweep(KEPT)
    before = there.task()
    assert there.sweep(replace(GONE, evaluated=False)) is Action.LEAVE
    assert there.task() == before


def test_existing_tells_many_at_once_by_patient(there: World) -> None:
    store = there.store()
    there.sweep(KEPT, store)
    there.sweep(screening(patient="p2"), store)
    there.sweep(screening(patient="p2", study="NCT2"), store)
    found = store.existing(STUDY, ["p0", "p1", "p2", *(f"x{n}" for n in range(120))])
    assert sorted(found) == ["p1", "p2"]
    assert found["p1"].hand is Hand.UNTOUCHED
    assert found["p1"].digest == evidence_digest(KEPT)
    assert found["p1"].facets == ("consent", "test: hbv-dna")


def test_a_study_that_ends_closes_its_open_tasks(there: World) -> None:
    store = there.store()
    there.sweep(KEPT, store)
    assert store.close_study("NCT-other") == 0
    assert store.close_study(STUDY) == 1
    task = there.task()
    assert (task["status"], codes(task, "statusReason")) == ("cancelled", ["study-closed"])
    assert store.close_study(STUDY) == 0
    assert there.sweep(KEPT, store) is Action.RESTORE
    there.edit(status="accepted")
    assert store.close_study(STUDY) == 0
