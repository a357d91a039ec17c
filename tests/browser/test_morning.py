"""The morning as a story: from a sweep to decisions, to the next sweep and what it brings back."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.conftest import Seats
from tests.browser.coordinator import Coordinator
from tests.browser.ward import POSITIVE, STUDY, Json, Ward, chart, pages, today

PEOPLE = {"rej": "Rosa", "acc": "Adam", "sno": "Simon", "own": "Olga", "gon": "Greta", "cha": "Chen"}
DECLINED = "The patient declined to take part"


def renewed(resource: Json, **elements: object) -> Json:
    """Another result of the same test, of today."""
    return {**resource, "id": f"{resource['id']}-2", "effectiveDateTime": today().isoformat(), **elements}


def test_the_morning(hospital: str, seat: Seats, logs: Path) -> None:
    ward = Ward(hospital)
    charts = {id: chart(id, name) for id, name in PEOPLE.items()}
    untested = charts["gon"].pop("hbsag")
    ward.admit(*charts.values())
    ward.sweep()
    with pages(ward, logs / "morning.log") as place:
        anna = seat("Anna", place)
        first_morning(anna)
        ward.put(
            [
                renewed(untested, valueCodeableConcept=POSITIVE, interpretation=[]),
                better(charts["rej"]["score"]),
                better(charts["cha"]["score"]),
                *chart("new", "Nadia").values(),
            ]
        )
        ward.sweep()
        second_morning(anna)
    subjects = {one["individual"]["reference"].split("/")[-1]: one["status"] for one in ward.find("ResearchSubject")}
    assert subjects == {"acc": "screening", "cha": "not-registered"}  # the second was taken back
    assert anna.troubles == []


def better(score: Json) -> Json:
    return renewed(score, valueQuantity={**score["valueQuantity"], "value": 31})


def first_morning(anna: Coordinator) -> None:
    """Everybody is new. She reads one ledger, decides on four, and takes a decision back."""
    anna.view("New since my last look")
    for name in PEOPLE.values():
        expect(anna.row(name)).to_be_visible()
    anna.open("Rosa")
    read_the_ledger(anna)
    anna.reject(DECLINED)
    expect(anna.standing).to_contain_text(f"rejected ({DECLINED}); owner: Anna")
    decide(anna, "Adam", "accepted; owner: Anna", anna.accept)
    back = today() + timedelta(days=14)
    decide(anna, "Simon", f"snoozed until {back.day} {back:%b} {back.year}", lambda: anna.snooze(back))
    decide(anna, "Olga", "owner: Ben", lambda: anna.assign("Ben"))
    anna.note("Rang twice, call again on Monday.")
    expect(anna.page.get_by_text("Rang twice, call again on Monday.")).to_be_visible()
    decide(anna, "Chen", "accepted; owner: Anna", anna.accept)
    anna.undo()
    expect(anna.standing).to_contain_text("waiting")
    anna.view("Decided")
    expect(anna.row("Rosa")).to_be_visible()
    expect(anna.row("Adam")).to_be_visible()
    expect(anna.row("Chen")).to_have_count(0)
    anna.view("Snoozed")
    expect(anna.row("Simon")).to_be_visible()
    anna.view("New since my last look")
    anna.page.get_by_role("button", name="Mark all as looked at").click()
    expect(anna.standing).to_contain_text("Nothing new since you looked")


def read_the_ledger(anna: Coordinator) -> None:
    page = anna.page
    expect(page.get_by_role("img", name="Time line")).to_be_visible()
    ledger = page.get_by_role("region", name="I3")
    expect(ledger).to_contain_text("24")
    expect(ledger.get_by_role("link", name="Observation")).to_be_visible()
    page.get_by_text("The same as a table").click()
    expect(page.get_by_role("rowheader", name="I4").first).to_be_visible()
    ledger.get_by_role("link", name="Observation").first.click()
    expect(page.get_by_text('"valueQuantity"')).to_be_visible()
    page.get_by_role("link", name="Back to the candidate").click()


def decide(anna: Coordinator, name: str, becomes: str, act: object) -> None:
    anna.view("Candidates")
    anna.open(name)
    assert callable(act)
    act()
    expect(anna.standing).to_contain_text(becomes)


def second_morning(anna: Coordinator) -> None:
    """One is gone, one rejected comes back, one has changed, one is new; what was decided stays as it is."""
    anna.view("New since my last look")
    expect(anna.row("Nadia")).to_be_visible()
    expect(anna.row("Rosa")).to_be_visible()
    expect(anna.row("Olga")).to_have_count(0)
    anna.view("No longer matches")
    expect(anna.row("Greta")).to_contain_text("E8a")
    anna.view("Candidates")
    expect(anna.row("Rosa")).to_contain_text(f"Back after a rejection ({DECLINED})")
    for name, patient in {"Rosa": "rej", "Chen": "cha"}.items():
        expect(anna.row(name)).to_contain_text("I3")
        expect(anna.row(name)).to_contain_text(f"Observation/{patient}-score-2")
    for name in ("Greta", "Adam", "Simon"):
        expect(anna.row(name)).to_have_count(0)
    anna.open("Rosa")
    expect(anna.standing).to_contain_text("waiting")
    expect(anna.page.get_by_role("region", name="History").get_by_role("listitem")).not_to_have_count(0)
    anna.view("Decided")
    expect(anna.row("Adam")).to_be_visible()
    expect(anna.row("Rosa")).to_have_count(0)
    assert anna.page.url.startswith(f"{anna.place}/study/{STUDY}")
