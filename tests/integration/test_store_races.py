"""Two at the same Task at once, and answers that get lost: one Task, nobody's edit overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock

import pytest

from fhir_screener.errors import Conflict, Unreachable
from fhir_screener.fhir.answer import Answer
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.read import screening_from_task
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.screening import Outcome
from tests.builders.screenings import excluded, screening
from tests.integration.task_world import World, codes, without, world

KEPT = screening()
CHANGED = screening(criteria=KEPT.criteria[:2], outcome=Outcome.REVIEW)
SEVERAL = 6


@pytest.fixture
def there(fhir_server: str) -> World:
    return world(fhir_server)


@pytest.mark.parametrize("first", [None, CHANGED], ids=["create", "refresh"])
def test_stores_applying_the_same_screening_at_once_leave_one_task(there: World, first: object) -> None:
    if first:
        there.sweep(CHANGED)
    gate = Barrier(SEVERAL)

    def work(number: int) -> Action:
        here = World(there.base, FhirSession(there.base), there.capability)
        gate.wait(20)
        return here.sweep(KEPT)

    with ThreadPoolExecutor(SEVERAL) as pool:
        done = list(pool.map(work, range(SEVERAL)))
    assert screening_from_task(there.task()) == KEPT
    assert there.task()["status"] == "requested"
    assert {Action.CREATE, Action.REFRESH} & set(done)
    assert set(done) <= {Action.CREATE, Action.REFRESH, Action.UNCHANGED}


def test_stores_that_may_not_choose_ids_create_under_a_lock(there: World) -> None:
    there.capability = without(there.capability, client_ids=False)
    there.store().ensure_support(KEPT.study)
    gate, lock = Barrier(SEVERAL), Lock()

    def work(number: int) -> Action:
        here = World(there.base, FhirSession(there.base), there.capability)
        gate.wait(20)
        return here.sweep(KEPT, here.store(guard=lambda name: lock))

    with ThreadPoolExecutor(SEVERAL) as pool:
        done = list(pool.map(work, range(SEVERAL)))
    assert sorted(done, key=str) == [Action.CREATE] + [Action.UNCHANGED] * (SEVERAL - 1)
    assert screening_from_task(there.task()) == KEPT


def test_of_two_tasks_for_one_candidate_the_one_in_a_persons_hand_counts(there: World) -> None:
    there.capability = without(there.capability, client_ids=False)
    there.sweep(KEPT)
    first = there.task()
    there.put({**first, "id": "twin", "status": "in-progress"})
    assert there.sweep(CHANGED) is Action.UPDATE
    judged = {task["id"]: screening_from_task(task) for task in there.tasks()}
    assert judged == {first["id"]: KEPT, "twin": CHANGED}


def test_an_edit_between_our_read_and_our_write_is_merged(there: World) -> None:
    there.sweep(KEPT)
    there.clock.between = lambda: there.edit(status="in-progress", note=[{"text": "called"}])
    assert there.sweep(CHANGED) is Action.UPDATE
    task = there.task()
    assert (task["status"], task["note"][0]["text"]) == ("in-progress", "called")
    assert screening_from_task(task) == CHANGED


def test_a_task_taken_in_hand_while_we_withdraw_it_is_marked_instead(there: World) -> None:
    there.sweep(KEPT)
    there.clock.between = lambda: there.edit(owner={"reference": "Practitioner/anna"})
    assert there.sweep(excluded()) is Action.MARK
    assert (there.task()["status"], codes(there.task())) == ("requested", ["no-longer-matches"])


def test_a_task_rejected_while_we_refresh_it_stays_as_it_was_decided(there: World) -> None:
    there.sweep(KEPT)
    there.clock.between = lambda: there.edit(status="completed")
    assert there.sweep(CHANGED) is Action.UPDATE
    assert there.task()["status"] == "completed"


def test_whoever_keeps_writing_wins_in_the_end(there: World) -> None:
    there.sweep(KEPT)

    def again() -> None:
        priority = "urgent" if there.task().get("priority") == "asap" else "asap"
        there.edit(priority=priority)
        there.clock.between = again

    there.clock.between = again
    with pytest.raises(Conflict, match="somebody else"):
        there.sweep(CHANGED)
    assert screening_from_task(there.task()) == KEPT


class Deaf(FhirSession):
    """Sends a write, and loses the answer to it: once."""

    lost = 0

    def post(
        self,
        target: str,
        body: bytes,
        headers: Mapping[str, str] | None = None,
        *,
        idempotent: bool = False,
        expect: str | None = None,
    ) -> Answer:
        answer = super().post(target, body, headers, idempotent=idempotent, expect=expect)
        return self._lose(answer)

    def put(self, target: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        answer = super().put(target, body, headers)
        return self._lose(answer) if target.startswith("Task/") else answer

    def _lose(self, answer: Answer) -> Answer:
        self.lost += 1
        if self.lost == 1:
            raise Unreachable("no answer within 120 s; try again", where="POST")
        return answer


@pytest.mark.parametrize("transaction", [True, False], ids=["transaction", "one by one"])
@pytest.mark.parametrize("client_ids", [True, False], ids=["our ids", "their ids"])
def test_a_lost_answer_is_looked_up_not_written_twice(there: World, client_ids: bool, transaction: bool) -> None:
    there.capability = without(there.capability, client_ids=client_ids, transaction=transaction)
    there.store().ensure_support(KEPT.study)
    deaf = Deaf(there.base)
    assert there.sweep(KEPT, there.store(session=deaf)) is Action.CREATE
    assert deaf.lost == 1
    version = there.task()["meta"]["versionId"]
    assert screening_from_task(there.task()) == KEPT
    assert there.sweep(KEPT) is Action.UNCHANGED
    assert there.task()["meta"]["versionId"] == version
