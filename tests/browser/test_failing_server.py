"""A FHIR server that dies while a decision is on its way: the page says what happened; it is written once or not at all."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from fhir_screener.fhir.task.decided import hers
from tests.browser.conftest import Seats
from tests.browser.ward import STUDY, Ward

READS = 2
"""Times that the Task is read before it is written."""
GONE = {"before the write": "drop", "after the write": "lost"}


@pytest.fixture(autouse=True)
def mended(ward: Ward) -> Iterator[None]:
    yield
    ward.mend()


def decisions(ward: Ward, patient: str) -> int:
    seen = [hers(one) for one in reversed(ward.versions(patient))]
    return sum(before != after for before, after in itertools.pairwise(seen))


@pytest.mark.parametrize(("moment", "patient"), [("before the write", "p06"), ("after the write", "p07")])
def test_a_connection_that_breaks_once_costs_nothing(ward: Ward, seat: Seats, moment: str, patient: str) -> None:
    anna = seat("Anna")
    anna.candidate(ward.task(patient)["id"])
    ward.fault(kind=GONE[moment], method="POST")
    anna.accept()
    expect(anna.standing).to_contain_text("accepted; owner: Anna")
    assert decisions(ward, patient) == 1
    assert len(ward.find(f"ResearchSubject?patient={patient}")) == 1


def dies(ward: Ward, moment: str) -> None:
    """At the write, which is the first POST; nothing is answered from then on."""
    written = int(moment == "after the write")
    if written:
        ward.fault(kind="lost", method="POST")
    ward.fault(kind="drop", method="POST", after=written, count=None)
    ward.fault(kind="drop", method="GET", type="Task", after=READS, count=None)


@pytest.mark.parametrize(("moment", "patient"), [("before the write", "p08"), ("after the write", "p09")])
def test_a_server_that_stays_away(ward: Ward, seat: Seats, moment: str, patient: str) -> None:
    anna, task = seat("Anna"), ward.task(patient)["id"]
    anna.candidate(task)
    dies(ward, moment)
    anna.accept()
    expect(anna.heading).to_contain_text("The FHIR server did not answer", timeout=60_000)
    expect(anna.standing).to_contain_text("may or may not")
    ward.mend()
    assert decisions(ward, patient) == (moment == "after the write")
    anna.page.get_by_role("link", name="See how it stands").click()
    expect(anna.standing).to_contain_text("accepted; owner: Anna" if moment == "after the write" else "waiting")
    if moment == "before the write":
        anna.accept()
        expect(anna.standing).to_contain_text("accepted; owner: Anna")
    assert decisions(ward, patient) == 1


def test_lists_and_charts_say_that_the_server_is_away(ward: Ward, seat: Seats) -> None:
    anna, task = seat("Anna"), ward.task("p10")["id"]
    ward.fault(kind="unavailable", count=None)
    for address in (f"/study/{STUDY}/new", f"/candidate/{task}"):
        assert anna.go(address).status == 502
        expect(anna.heading).to_contain_text("The FHIR server did not answer")
    ward.mend()
    anna.page.get_by_role("link", name="Try again").click()
    expect(anna.heading).not_to_contain_text("The FHIR server did not answer")
    anna.go(f"/study/{STUDY}/new")
    expect(anna.heading).to_contain_text("New since my last look")


@pytest.mark.parametrize("kind", ["Observation", "Patient"])
def test_a_source_that_fails_leaves_what_the_sweep_found(ward: Ward, seat: Seats, kind: str) -> None:
    anna, task = seat("Anna"), ward.task("p10")["id"]
    ward.fault(kind="error", count=None, type=kind)
    anna.candidate(task)
    expect(anna.page.get_by_role("status").first).to_contain_text("could not be read")
    expect(anna.page.get_by_role("region", name="I3")).to_contain_text("24")
    anna.go(f"/candidate/{task}?lang=zh")
    expect(anna.page.get_by_role("region", name="I3")).to_contain_text("24，不低于 20")
    expect(anna.page.locator("main")).to_contain_text("以下由筛查所写的内容转述")
