"""Pages of a worklist on real servers: who is on which, how many there are, and who comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from fhir_screener.fhir.task.desk import Desk, version_of
from fhir_screener.fhir.task.pages import Pages, WorklistPage
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.decision import Move, Person, Rejection, decision
from fhir_screener.screening.screening import Outcome
from fhir_screener.screening.views import Order, Owners, Wanted, view
from tests.builders.screenings import criterion, screening
from tests.integration.task_world import START, STUDY, World, world

ANNA, BEN = Person("anna", "Anna Weiss"), Person("ben", "Ben Li")
TODAY = date(2021, 3, 2)
BACK = TODAY + timedelta(days=3)
OPEN = screening().criteria[2].finding
ONE_TEST = screening(criteria=(*screening().criteria[:2], criterion(OPEN, settle="test: hbsag")))


@pytest.fixture
def there(fhir_server: str) -> World:
    """Four candidates, of whom the second is to be reviewed and the third is later."""
    found = world(fhir_server)
    for id in ("p3", "p4"):
        found.put({"resourceType": "Patient", "id": id, "gender": "female"})
    found.sweep(screening())
    found.sweep(screening(patient="p2", outcome=Outcome.REVIEW))
    found.sweep(screening(patient="p3", outcome=Outcome.LATER, eligible_from=date(2021, 6, 1)))
    found.sweep(screening(patient="p4"))
    return found


def look(there: World, name: str, today: date = TODAY, wanted: Wanted | None = None, **more: Any) -> WorklistPage:
    chosen = view(name)
    assert chosen is not None
    return Pages(there.session, there.capability, there.setting).page(STUDY, chosen, wanted, today=today, **more)


def names(page: WorklistPage) -> list[str]:
    return [row.patient for row in page.rows]


def decide(there: World, patient: str, move: Move, by: Person = ANNA, **more: Any) -> None:
    at = Desk(there.session, there.capability, there.setting, there.clock, "0.1.0")
    at.decide(STUDY, patient, decision(move, by, TODAY, **more), seen=version_of(at.task(STUDY, patient)))


def test_each_view_has_its_own_and_says_how_many_the_others_have(there: World) -> None:
    page = look(there, "candidates")
    assert sorted(names(page)) == ["p1", "p4"]
    assert page.total == 2
    assert page.counts == {
        "new": 4,
        "candidates": 2,
        "review": 1,
        "one-away": 3,
        "later": 1,
        "snoozed": 0,
        "gone": 0,
        "decided": 0,
    }


def test_new_is_what_was_written_since_a_look(there: World) -> None:
    assert names(look(there, "new", look=START + timedelta(days=1))) == []
    assert len(names(look(there, "new", look=START - timedelta(days=1)))) == 4
    assert look(there, "new", look=START + timedelta(days=1)).counts["new"] == 0


def test_a_page_at_a_time_and_everybody_once(there: World) -> None:
    first = look(there, "new", size=3)
    second = look(there, "new", size=3, link=first.next)
    assert len(first.rows) == 3
    assert sorted(names(first) + names(second)) == ["p1", "p2", "p3", "p4"]
    assert not second.next


def test_longest_waiting_first(there: World) -> None:
    assert names(look(there, "new", wanted=Wanted(order=Order.WAITING))) == ["p1", "p2", "p3", "p4"]
    assert names(look(there, "new")) == ["p4", "p3", "p2", "p1"]


def test_mine_and_nobodys(there: World) -> None:
    decide(there, "p1", Move.ASSIGN, owner=ANNA)
    decide(there, "p2", Move.ASSIGN, owner=BEN)
    mine = look(there, "new", wanted=Wanted(owners=Owners.MINE, person="anna"))
    assert (names(mine), mine.total) == (["p1"], 1)
    assert sorted(names(look(there, "new", wanted=Wanted(owners=Owners.NOBODYS)))) == ["p3", "p4"]
    decide(there, "p1", Move.ASSIGN)
    assert sorted(names(look(there, "new", wanted=Wanted(owners=Owners.NOBODYS)))) == ["p1", "p3", "p4"]


def test_by_open_question_and_by_the_day_of_the_change(there: World) -> None:
    there.sweep(ONE_TEST)
    assert names(look(there, "new", wanted=Wanted(facet="test: hbsag"))) == ["p1"]
    assert names(look(there, "one-away", wanted=Wanted(test="hbsag"))) == ["p1"]
    assert names(look(there, "new", wanted=Wanted(since=START.date() + timedelta(days=2)))) == []


def test_a_snoozed_one_comes_back_on_its_day(there: World) -> None:
    decide(there, "p2", Move.SNOOZE, until=BACK)
    before = look(there, "review", BACK - timedelta(days=1))
    assert (names(before), before.counts["review"], before.counts["snoozed"]) == ([], 0, 1)
    assert names(look(there, "snoozed")) == ["p2"]
    after = look(there, "review", BACK)
    assert (names(after), after.counts["review"], after.counts["snoozed"]) == (["p2"], 1, 0)
    assert names(look(there, "snoozed", BACK)) == []
    assert names(look(there, "decided", BACK)) == []


def test_one_that_another_client_snoozed_stays_where_it_can_be_seen(there: World) -> None:
    decide(there, "p2", Move.SNOOZE, until=BACK)
    task = next(t for t in there.tasks() if t["status"] == "on-hold")
    there.put({name: value for name, value in task.items() if name != "executionPeriod"})
    assert names(look(there, "snoozed", BACK)) == ["p2"] or names(look(there, "review", BACK)) == ["p2"]


def test_a_rejection_that_comes_back_says_what_changed_since(there: World) -> None:
    decide(there, "p1", Move.REJECT, reason=Rejection.DECLINED)
    assert names(look(there, "decided")) == ["p1"]
    other = screening(criteria=(*screening().criteria[:2], criterion(screening().criteria[0].finding)))
    assert there.sweep(other) is Action.RESURFACE
    (row,) = (row for row in look(there, "candidates").rows if row.patient == "p1")
    assert row.summary.earlier is not None
    assert row.summary.earlier.reason == "The patient declined to take part"
    changed = row.summary.earlier.changes[0]
    assert (changed.criterion, changed.before, changed.after) == ("E8a", "unknown: judgement", "met")
    assert changed.cause == "Patient/p1"


def test_a_server_without_batches_and_parameters_shows_the_same(there: World) -> None:
    types = dict(there.capability.types)
    less = types["Task"].search_params - {"business-status", "period", "owner"}
    types["Task"] = replace(types["Task"], search_params=less)
    decide(there, "p2", Move.SNOOZE, until=BACK)
    there.capability = replace(there.capability, batch=False, transaction=False, types=types)
    assert sorted(names(look(there, "candidates"))) == ["p1", "p4"]
    assert names(look(there, "review", BACK)) == ["p2"]
    assert sorted(names(look(there, "new", wanted=Wanted(owners=Owners.NOBODYS)))) == ["p1", "p3", "p4"]


def test_the_rows_of_patients_that_were_searched_for(there: World) -> None:
    pages = Pages(there.session, there.capability, there.setting)
    assert sorted(row.patient for row in pages.of_patients([STUDY], ["p2", "p3", "nobody"])) == ["p2", "p3"]
    assert pages.of_patients(["NCT00000001"], ["p2"]) == []
