"""A new Screening over a Task that others have written to: theirs stays, to the last unknown element."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta

import pytest

from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import Setting, new_task
from fhir_screener.fhir.task.checked import check
from fhir_screener.fhir.task.coded import Json, codes, extensions, value_of
from fhir_screener.fhir.task.identity import Identity
from fhir_screener.fhir.task.merge import closed, merged, set_extension
from fhir_screener.fhir.task.names import Withdrawal
from fhir_screener.fhir.task.read import screening_from_task
from fhir_screener.fhir.task.summary import read_summary
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screening import Outcome
from tests.builders.screenings import excluded, screening

IDENTITY = Identity(b"a key for tests only", "ehr")
SETTING = Setting(IDENTITY, pool="Organization/trials")
NOW = datetime(2021, 3, 1, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
KEPT, GONE = screening(), excluded()
CHANGED = screening(criteria=KEPT.criteria[:2], outcome=Outcome.REVIEW)
STAYS = [Action.REFRESH, Action.UPDATE, Action.MARK]


def task(**edits: object) -> Json:
    return {**new_task(KEPT, SETTING, NOW), **edits}


@pytest.mark.parametrize("action", [a for a in Action if a.writes and a is not Action.CREATE])
def test_nothing_of_others_is_lost_whatever_is_done(action: Action) -> None:
    theirs: Json = {
        "meta": {
            "versionId": "7",
            "tag": [{"system": "urn:hospital", "code": "ward-3"}],
            "profile": ["urn:hospital:task"],
        },
        "text": {"status": "generated", "div": "<div xmlns='http://www.w3.org/1999/xhtml'>x</div>"},
        "note": [{"time": "2021-03-01T10:00", "text": "a time no validator likes"}],
        "owner": {"reference": "Practitioner/anna"},
        "performerType": [],
        "priority": "urgent",
        "restriction": {"period": {"end": "2021-06-01"}},
        "unheardOf": {"x": [1, None]},
        "basedOn": [{"reference": "ServiceRequest/1"}],
    }
    foreign_id = {"system": "urn:hospital:task", "value": "9"}
    mrn = {"system": "urn:hospital:mrn", "value": "0815"}
    foreign_status = {"system": "urn:hospital:stage", "code": "letter-sent"}
    there = task(**theirs)
    there["identifier"].append(foreign_id)
    there["for"] = {**there["for"], "identifier": mrn, "display": "W."}
    there["businessStatus"] = {"coding": [*there["businessStatus"]["coding"], foreign_status], "text": "letter sent"}
    there["input"].append({"type": {"text": "fax"}, "valueString": "yes"})
    there["extension"] = [{"url": "urn:hospital:colour", "valueCode": "red"}]
    before = copy.deepcopy(there)

    after = merged(there, CHANGED, action, TOMORROW, SETTING)

    assert there == before, "the Task handed in was changed"
    assert {name: after[name] for name in theirs if name != "meta"} == {n: theirs[n] for n in theirs if n != "meta"}
    assert after["meta"] == {"tag": theirs["meta"]["tag"], "profile": ["urn:hospital:task", names.PROFILE]}
    assert foreign_id in after["identifier"]
    assert (after["for"]["identifier"], after["for"]["display"]) == (mrn, "W.")
    assert foreign_status in after["businessStatus"]["coding"]
    assert after["businessStatus"]["text"] == "letter sent"
    assert {"type": {"text": "fax"}, "valueString": "yes"} in after["input"]
    assert {"url": "urn:hospital:colour", "valueCode": "red"} in after["extension"]
    assert after["authoredOn"] == before["authoredOn"]
    assert screening_from_task(after) == CHANGED


@pytest.mark.parametrize("action", STAYS)
def test_status_and_reason_stay(action: Action) -> None:
    there = task(status="in-progress", statusReason={"text": "on it"})
    after = merged(there, GONE, action, TOMORROW, SETTING)
    assert (after["status"], after["statusReason"]) == ("in-progress", {"text": "on it"})


def test_our_own_elements_do_not_pile_up() -> None:
    once = merged(task(), CHANGED, Action.REFRESH, TOMORROW, SETTING)
    again = merged(merged(once, KEPT, Action.REFRESH, TOMORROW, SETTING), CHANGED, Action.REFRESH, TOMORROW, SETTING)
    assert again == once
    check(again)


def test_withdrawing_says_that_it_was_us_and_restoring_takes_it_back() -> None:
    away = merged(task(), GONE, Action.WITHDRAW, TOMORROW, SETTING)
    assert away["status"] == "cancelled"
    assert codes(away["statusReason"], names.STATUS_REASON) == ["no-longer-matches"]
    assert codes(away["businessStatus"], names.OUTCOME) == ["no-longer-matches"]
    assert codes(away["businessStatus"], names.SETTLE) == []
    back = merged(away, KEPT, Action.RESTORE, TOMORROW, SETTING)
    assert {c.criterion for c in read_summary(back).changes} == {c.id for c in KEPT.criteria}
    set_extension(back, names.CHANGE_EXT, None)
    assert back == task(lastModified=back["lastModified"])


def test_resurfacing_sets_the_decision_aside_with_its_reason_and_digest() -> None:
    reason = {"text": "does not want to"}
    decided = task(status="rejected", statusReason=reason, note=[{"text": "asked"}])
    decided["extension"] = [{"url": names.DECIDED_ON_EXT, "valueString": "sha256:aa"}]
    after = merged(decided, CHANGED, Action.RESURFACE, TOMORROW, SETTING)
    assert (after["status"], after["note"]) == ("requested", [{"text": "asked"}])
    assert "statusReason" not in after
    assert extensions(after, names.DECIDED_ON_EXT) == []
    (decision,) = extensions(after, names.EARLIER_DECISION_EXT)
    values = {part: value_of(decision, part) for part in ("status", "digest", "reason", "until")}
    assert values == {"status": "rejected", "digest": "sha256:aa", "reason": reason, "until": "2021-03-02T00:00:00Z"}
    check(after)


def test_each_rejection_is_kept_when_there_are_several() -> None:
    first = merged(task(status="rejected"), CHANGED, Action.RESURFACE, TOMORROW, SETTING)
    second = merged({**first, "status": "failed"}, KEPT, Action.RESURFACE, TOMORROW, SETTING)
    decisions = extensions(second, names.EARLIER_DECISION_EXT)
    assert [value_of(d, "status") for d in decisions] == ["rejected", "failed"]
    assert [value_of(d, "digest") for d in decisions] == [evidence_digest(KEPT), evidence_digest(CHANGED)]


def test_a_merged_patients_task_points_to_the_survivors_until_they_are_parted_again() -> None:
    judged = screening(outcome=Outcome.NOT_SCREENABLE, criteria=(), shown=False, replaced_by="Patient/p2")
    after = merged(task(), judged, Action.CLOSE, TOMORROW, SETTING)
    assert codes(after["statusReason"], names.STATUS_REASON) == ["patient-merged"]
    (pointer,) = extensions(after, names.REPLACED_BY_EXT)
    assert value_of(pointer, "patient") == "Patient/p2"
    assert value_of(pointer, "task") == f"Task/{IDENTITY.task('NCT04660565', 'p2')}"
    check(after)
    assert not extensions(merged(after, KEPT, Action.RESTORE, TOMORROW, SETTING), names.REPLACED_BY_EXT)


@pytest.mark.parametrize(
    ("authored", "modified"),
    [
        ("2021-03-05T00:00:00Z", "2021-03-05T00:00:00Z"),
        ("2021-03-02T07:59:59+08:00", "2021-03-02T00:00:00Z"),
        ("2021-03-02T08:00:01+08:00", "2021-03-02T08:00:01+08:00"),
        ("2021", "2021-03-02T00:00:00Z"),
        ("yesterday", "2021-03-02T00:00:00Z"),
    ],
)
def test_last_modified_is_never_before_authored_on(authored: str, modified: str) -> None:
    after = merged(task(authoredOn=authored), CHANGED, Action.REFRESH, TOMORROW, SETTING)
    assert (after["authoredOn"], after["lastModified"]) == (authored, modified)


@pytest.mark.parametrize(("touched", "status"), [(False, "cancelled"), (True, "requested")])
def test_a_study_that_ended_cancels_only_what_nobody_touched(touched: bool, status: str) -> None:
    after = closed(task(), Withdrawal.STUDY_CLOSED, TOMORROW, touched=touched)
    assert (after["status"], "statusReason" in after) == (status, not touched)
    assert codes(after["businessStatus"], names.OUTCOME) == ["no-longer-matches"]
    assert screening_from_task(after) == KEPT
