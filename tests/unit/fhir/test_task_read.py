"""Who had a Task in hand, and what can be read from one that people and servers have been at."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import pytest

from fhir_screener.errors import DataError
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import Setting, new_task
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.identity import Identity
from fhir_screener.fhir.task.merge import closed
from fhir_screener.fhir.task.names import Withdrawal
from fhir_screener.fhir.task.read import existing_from_task, hand_of, screening_from_task
from fhir_screener.screening.candidate import Hand
from tests.builders.screenings import nested, screening

POOL = "Organization/trials"
SETTING = Setting(Identity(b"a key for tests only", "ehr"), pool=POOL)
NOW = datetime(2021, 3, 1, tzinfo=UTC)
NEW = new_task(screening(), SETTING, NOW)
OURS = closed(NEW, Withdrawal.NO_LONGER_MATCHES, NOW, touched=False)
THEIRS = {"coding": [{"system": "urn:hospital:reasons", "code": "declined"}]}

HANDS = [
    # (what was done to the Task, whose hand that is)
    (NEW, {}, Hand.UNTOUCHED),
    (NEW, {"owner": None}, Hand.UNTOUCHED),
    (NEW, {"owner": {"reference": f"https://target.example/fhir/{POOL}"}}, Hand.UNTOUCHED),
    (NEW, {"priority": "urgent"}, Hand.UNTOUCHED),
    (NEW, {"owner": {"reference": "Practitioner/anna"}}, Hand.TOUCHED),
    (NEW, {"owner": {"display": "Anna"}}, Hand.TOUCHED),
    (NEW, {"note": [{"text": "rang her"}]}, Hand.TOUCHED),
    (NEW, {"statusReason": {"text": "waiting"}}, Hand.TOUCHED),
    (NEW, {"extension": [{"url": names.RESUME_ON_EXT, "valueDate": "2021-05-01"}]}, Hand.TOUCHED),
    (NEW, {"status": "received"}, Hand.TOUCHED),
    (NEW, {"status": "in-progress"}, Hand.TOUCHED),
    (NEW, {"status": "on-hold"}, Hand.TOUCHED),
    (NEW, {"status": "draft"}, Hand.TOUCHED),
    (NEW, {"status": "accepted"}, Hand.DECIDED),
    (NEW, {"status": "completed"}, Hand.DECIDED),
    (NEW, {"status": "rejected"}, Hand.REJECTED),
    (NEW, {"status": "failed"}, Hand.REJECTED),
    (NEW, {"status": "cancelled"}, Hand.REJECTED),
    (NEW, {"status": "cancelled", "statusReason": THEIRS}, Hand.REJECTED),
    (NEW, {"status": "entered-in-error"}, Hand.RETIRED),
    (OURS, {}, Hand.CANCELLED_BY_US),
    (OURS, {"owner": None}, Hand.CANCELLED_BY_US),
    (OURS, {"note": [{"text": "good to know"}]}, Hand.CANCELLED_BY_US),
    (OURS, {"owner": {"reference": "Practitioner/anna"}}, Hand.CANCELLED_BY_US),
    (OURS, {"statusReason": THEIRS}, Hand.REJECTED),
    (OURS, {"statusReason": {"coding": [*OURS["statusReason"]["coding"], *THEIRS["coding"]]}}, Hand.REJECTED),
    (OURS, {"statusReason": None}, Hand.REJECTED),
]


@pytest.mark.parametrize(("task", "edit", "hand"), HANDS, ids=[f"{h.value}-{n}" for n, (_, _, h) in enumerate(HANDS)])
def test_hand(task: Json, edit: Json, hand: Hand) -> None:
    edited = {name: value for name, value in {**task, **edit}.items() if value is not None}
    assert hand_of(edited, POOL) is hand


def test_without_a_pool_any_owner_is_a_person() -> None:
    assert hand_of(NEW, "") is Hand.TOUCHED
    assert hand_of({**NEW, "owner": {}}, "") is Hand.UNTOUCHED


def test_a_decision_remembers_its_digest_or_else_the_one_in_the_task_counts() -> None:
    existing = existing_from_task({**NEW, "status": "rejected"}, POOL)
    assert existing.decided_digest == existing.digest != ""
    remembered = {"url": names.DECIDED_ON_EXT, "valueString": "sha256:aa"}
    assert existing_from_task({**NEW, "extension": [remembered]}, POOL).decided_digest == "sha256:aa"


@pytest.mark.parametrize(
    "task",
    [
        {"resourceType": "Task"},
        {"businessStatus": {"text": "called"}, "input": [{}], "owner": "Anna", "statusReason": {}},
        {
            "businessStatus": {"coding": [{"system": names.ELIGIBLE_FROM, "code": "soon"}]},
            "extension": "x",
            "meta": None,
        },
        {"businessStatus": [], "input": {"type": 1}, "statusReason": {"coding": "x"}, "status": "cancelled"},
    ],
)
def test_a_task_of_any_shape_can_be_reconciled(task: Json) -> None:
    existing = existing_from_task(task, POOL)
    assert (existing.digest, existing.outcome, existing.eligible_from) == ("", "", None)


def test_a_screening_is_not_read_from_half_a_task() -> None:
    task = new_task(nested(), SETTING, NOW)
    assert screening_from_task(task) == nested()
    with pytest.raises(DataError, match="no ledger"):
        screening_from_task({**task, "output": []})
    with pytest.raises(DataError, match="another hand"):
        screening_from_task({**task, "input": []})


def test_a_ledger_that_was_changed_is_refused_not_guessed() -> None:
    task = copy.deepcopy(new_task(nested(), SETTING, NOW))
    task["output"][1]["valueCodeableConcept"]["coding"] = [{"system": names.VERDICT, "code": "maybe"}]
    with pytest.raises(DataError, match="judge the patient again"):
        screening_from_task(task)
