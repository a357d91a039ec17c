"""Two browsers before one candidate."""

from __future__ import annotations

import itertools
import os
import re
from collections.abc import Callable

from playwright.sync_api import expect

from fhir_screener.fhir.task.decided import hers
from tests.browser.conftest import Seats
from tests.browser.coordinator import Coordinator
from tests.browser.ward import Ward

DECLINED = "The patient declined to take part"
TRIES = int(os.environ.get("FHIR_SCREENER_TEST_TRIES", "5"))
Act = Callable[[Coordinator], None]


def accept(person: Coordinator) -> None:
    person.accept()


def reject(person: Coordinator) -> None:
    person.reject(DECLINED)


def test_the_second_is_told_what_the_first_did_and_may_choose_again(ward: Ward, seat: Seats) -> None:
    anna, ben, task = seat("Anna"), seat("Ben"), ward.task("p01")["id"]
    anna.candidate(task)
    ben.candidate(task)
    anna.accept()
    expect(anna.standing).to_contain_text("accepted; owner: Anna")
    ben.desk.get_by_label("Note").fill("Called, declined by phone.")
    ben.reject(DECLINED)
    expect(ben.heading).to_have_text("Somebody else was first")
    expect(ben.standing).to_contain_text("accepted; owner: Anna")
    ben.page.get_by_role("button", name="Add it as a note").click()
    expect(ben.standing).to_contain_text("Called, declined by phone.")  # what he wrote is not lost
    assert ward.task("p01")["status"] == "accepted"
    ben.reject(DECLINED)
    expect(ben.standing).to_contain_text("rejected")
    assert [one["status"] for one in ward.find("ResearchSubject?patient=p01")] == ["not-registered"]


def test_over_many_tries_no_decision_is_lost(ward: Ward, seat: Seats) -> None:
    """Each of the two is told either that theirs stands, or what stands instead; and so it is on the server."""
    anna, ben, task = seat("Anna"), seat("Ben"), ward.task("p02")["id"]
    lost = 0
    for number in range(TRIES):
        for person in (anna, ben):
            person.candidate(task)
        before = len(moves(ward))
        pairs: list[tuple[Coordinator, Act]] = [(anna, accept), (ben, reject)]
        for person, act in pairs if number % 2 else reversed(pairs):
            act(person)  # does not wait: the other's is on its way before the first is answered
        for person in (anna, ben):
            expect(person.standing).to_contain_text(re.compile("(accepted|rejected).*; owner: "))
        believed = [one for one in (anna, ben) if "Somebody else was first" not in one.heading.inner_text()]
        lost += len(believed) - (len(moves(ward)) - before)
        assert len(believed) == 1
        believed[0].undo()
        expect(believed[0].standing).to_contain_text("waiting")
    assert lost == 0


def moves(ward: Ward) -> list[object]:
    """Each time that a coordinator's elements became others."""
    seen = [hers(one) for one in reversed(ward.versions("p02"))]
    return [after for before, after in itertools.pairwise(seen) if before != after]
