"""A server that refuses what it seemed to offer: the next best way is taken, or the refusal goes up as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from fhir_screener.errors import AuthError, Gone, NotSupported, Refused, ServerError, ServerFault, SettingsError
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.desk import Desk
from fhir_screener.fhir.task.read import screening_from_task
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.decision import Move, Person, decision
from fhir_screener.screening.screening import Outcome
from tests.builders.screenings import screening
from tests.integration.task_world import IDENTITY, STUDY, World, world

KEPT = screening()
Rule = Callable[[str, str], ServerError | None]


class Picky(FhirSession):
    """Refuses the requests that `rule(method, target and parameters)` names; `asked` lists all of them."""

    def __init__(self, base: str, rule: Rule) -> None:
        super().__init__(base)
        self.rule, self.asked = rule, list[str]()

    def fetch(self, target: str, decode: Any, params: Any = None, headers: Any = None, **more: Any) -> Any:
        self._look("GET", f"{target}?{params}")
        return super().fetch(target, decode, params, headers, **more)

    def put(self, target: str, *rest: Any, **more: Any) -> Any:
        self._look("PUT", target)
        return super().put(target, *rest, **more)

    def post(self, target: str, *rest: Any, **more: Any) -> Any:
        self._look("POST", target)
        return super().post(target, *rest, **more)

    def _look(self, method: str, target: str) -> None:
        self.asked.append(f"{method} {target}")
        if error := self.rule(method, target):
            raise error


@pytest.fixture
def there(sandbox_server: str) -> World:
    return world(sandbox_server)


def refusing(error: ServerError, method: str, *starts: str) -> Rule:
    return lambda asked, target: error if asked == method and target.startswith(starts) else None


def swept(there: World, rule: Rule) -> tuple[Action, Picky]:
    picky = Picky(there.base, rule)
    return there.sweep(KEPT, there.store(session=picky)), picky


def test_a_transaction_that_is_refused_after_all_goes_one_by_one(there: World) -> None:
    rule = lambda method, target: NotSupported("no", status=405) if (method, target) == ("POST", "") else None  # noqa: E731
    assert swept(there, rule)[0] is Action.CREATE
    assert screening_from_task(there.task()) == KEPT
    assert len(there.search("Provenance")) == 1


def test_a_server_that_does_not_say_and_refuses_our_ids_chooses_its_own(there: World) -> None:
    types = {kind: replace(able, update_create=None) for kind, able in there.capability.types.items()}
    there.capability = replace(there.capability, types=types, transaction=False)
    refusal = Refused("ids are ours to choose", status=400)
    action, _ = swept(there, refusing(refusal, "PUT", "Task/", "ResearchStudy/", "Device/", "Provenance/"))
    assert action is Action.CREATE
    assert there.task()["id"] != IDENTITY.task(STUDY, "p1")
    assert there.task()["focus"]["reference"].startswith("ResearchStudy/")


def test_what_such_a_server_chose_is_found_again_the_next_night_and_by_the_pages(there: World) -> None:
    """Nobody has another installation key: the id is the server's."""
    types = {kind: replace(able, update_create=None) for kind, able in there.capability.types.items()}
    there.capability = replace(there.capability, types=types, transaction=False)
    kinds = ("ResearchStudy", "Device", "Provenance", "ResearchSubject", "Task")

    def rule(method: str, target: str) -> ServerError | None:
        new = method == "PUT" and target.startswith(kinds) and target.partition("/")[2] not in made
        return Refused("ids are ours to choose", status=400) if new else None

    made: set[str] = set()
    assert swept(there, rule)[0] is Action.CREATE
    made = {str(there.task()["id"])}
    assert swept(there, rule)[0] is Action.UNCHANGED
    store = there.store(session=Picky(there.base, rule))
    assert (
        there.sweep(screening(criteria=KEPT.criteria[:2], outcome=Outcome.EXCLUDED, shown=False), store)
        is Action.WITHDRAW
    )
    assert {str(there.task()["id"])} == made
    desk = Desk(Picky(there.base, rule), there.capability, there.setting, there.clock, "0.1.0")
    assert desk.task(STUDY, "p1")["status"] == "cancelled"


def test_a_task_made_with_another_key_is_refused_where_the_server_takes_our_ids(there: World) -> None:
    """Also where it does not say so."""
    types = {kind: replace(able, update_create=None) for kind, able in there.capability.types.items()}
    there.capability = replace(there.capability, types=types)
    there.sweep(KEPT)
    other = replace(there.setting, identity=replace(IDENTITY, key=b"another key for tests"))
    with pytest.raises(SettingsError, match="made with another installation key"):
        there.sweep(screening(criteria=KEPT.criteria[:2]), there.store(setting=other))
    assert screening_from_task(there.task()) == KEPT


def test_nor_does_a_decision_with_another_key_make_a_second_research_subject(there: World) -> None:
    types = {kind: replace(able, update_create=None) for kind, able in there.capability.types.items()}
    there.capability = replace(there.capability, types=types)
    there.sweep(KEPT)
    other = replace(there.setting, identity=replace(IDENTITY, key=b"another key for tests"))
    desk = Desk(there.session, there.capability, other, there.clock, "0.1.0")
    with pytest.raises(SettingsError, match="made with another installation key"):
        desk.decide(STUDY, "p1", decision(Move.ACCEPT, Person("anna", "Anna Weiss"), date(2021, 3, 2)))
    assert there.task()["status"] == "requested"
    assert there.search("ResearchSubject") == []


def test_a_task_deleted_while_its_study_is_closed_keeps_nobody_elses_open(there: World) -> None:
    there.sweep(KEPT)
    there.sweep(screening(patient="p2"))
    deleted = IDENTITY.task(STUDY, "p1")
    rule = refusing(Gone("deleted", status=410), "GET", f"Task/{deleted}")
    assert there.store(session=Picky(there.base, rule)).close_study(STUDY) == 1
    assert {task["id"]: task["status"] for task in there.tasks()}[IDENTITY.task(STUDY, "p2")] == "cancelled"


def test_a_refusal_that_has_nothing_to_do_with_ids_goes_up_and_changes_no_habit(there: World) -> None:
    types = {kind: replace(able, update_create=None) for kind, able in there.capability.types.items()}
    there.capability = replace(there.capability, types=types)
    refused = [True]

    def rule(method: str, target: str) -> ServerError | None:
        return Refused("bad content", status=422) if refused[0] and method == "POST" and target == "" else None

    store = there.store(session=Picky(there.base, rule))
    with pytest.raises(Refused):
        there.sweep(KEPT, store)
    refused[0] = False
    assert there.sweep(KEPT, store) is Action.CREATE
    assert there.task()["id"] == IDENTITY.task(STUDY, "p1")


def test_without_the_right_to_make_a_study_the_task_names_it_by_identifier(there: World) -> None:
    refusal = AuthError("not allowed", status=403)
    action, picky = swept(there, refusing(refusal, "PUT", "ResearchStudy/", "Device/"))
    assert action is Action.CREATE
    assert there.task()["focus"] == {
        "type": "ResearchStudy",
        "identifier": {"system": "urn:fhir-screener:study", "value": STUDY},
        "display": STUDY,
    }
    store = there.store(session=picky)
    store.ensure_support(STUDY)
    before = len(picky.asked)
    store.ensure_support(STUDY)
    assert len(picky.asked) == before, "what was refused once is not asked for again"


def test_a_task_stands_without_its_provenance(there: World) -> None:
    there.capability = replace(there.capability, transaction=False)
    action, _ = swept(there, refusing(ServerFault("it broke", status=500), "PUT", "Provenance/"))
    assert action is Action.CREATE
    assert screening_from_task(there.task()) == KEPT


def test_where_elements_cannot_be_chosen_whole_tasks_are_read(there: World) -> None:
    there.sweep(KEPT)
    rule: Rule = lambda method, target: Refused("unknown", status=400) if "_elements" in target else None  # noqa: E731
    store = there.store(session=Picky(there.base, rule))
    assert list(store.existing(STUDY, ["p1", "p2"])) == ["p1"]
    assert there.sweep(KEPT, store) is Action.UNCHANGED


def test_when_the_server_does_not_send_all_tasks_nothing_is_taken_for_absent(there: World) -> None:
    for patient in ("p1", "p2"):
        there.sweep(screening(patient=patient))

    class Forgetful(FhirSession):
        def fetch(self, target: str, decode: Any, *rest: Any, **more: Any) -> Any:
            page = super().fetch(target, decode, *rest, **more)
            return replace(page, entries=page.entries[:1]) if target == "Task" else page

    with pytest.raises(ServerFault, match="did not send all"):
        there.store(session=Forgetful(there.base)).existing(STUDY, ["p1", "p2"])


def test_a_task_that_may_not_be_written_is_an_error(there: World) -> None:
    there.capability = replace(there.capability, transaction=False)
    with pytest.raises(AuthError):
        swept(there, refusing(AuthError("not allowed", status=403), "PUT", "Task/"))
    assert there.tasks() == []
