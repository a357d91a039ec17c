"""What the worklist owns up to: nothing after a whole night, and each thing that can be the matter, until it is mended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
from playwright.sync_api import expect

from fhir_screener.bootstrap import build_screener, telling
from tests.browser.conftest import Seats
from tests.browser.coordinator import Coordinator
from tests.browser.ward import STUDY, Ward, chart, pages, today
from tests.servers import sandbox

NOBODYS_BROKER = "redis://127.0.0.1:9/0"


@pytest.fixture(scope="module")
def small(logs: Path) -> Iterator[Ward]:
    """Three patients who are read one by one."""
    with sandbox(logs / "banner.log") as base:
        made = Ward(base, chunk_size=1, batch_size=1)
        made.admit(*(chart(f"q{number}", f"Patient {number}") for number in range(3)))
        yield made


def says(person: Coordinator, *words: str) -> None:
    """On the list, and on the sweeps' own page."""
    for path in ("candidates", "sweeps"):
        person.go(f"/study/{STUDY}/{path}")
        for one in words:
            expect(person.page.locator(".banner").filter(has_text=one)).to_have_count(1)
        expect(person.page.locator(".banner")).to_have_count(len(words))


def test_each_night_as_it_went(small: Ward, seat: Seats, logs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    due = datetime.now(UTC) - timedelta(hours=2)  # whatever the time of day, it is due and no longer early
    nightly = {"nightly_hour": str(due.hour), "nightly_minute": str(due.minute), "nightly_zone": "UTC"}
    with (
        pages(small, logs / "banner-pages.log") as place,
        pages(small, logs / "missed.log", broker_url=NOBODYS_BROKER, **nightly) as other,
    ):
        anna = seat("Anna", place)
        says(anna, "No sweep of this study has been seen through yet")
        small.sweep()
        says(anna)  # nothing is the matter
        expect(anna.standing).to_contain_text("3 of 3")
        going_on(small, anna, monkeypatch)
        says(anna)
        small.fault(kind="error", type="Observation", count=None)
        (report,) = build_screener(small.settings).sweep([STUDY], today())
        small.mend()
        assert report.exit_code == 1
        says(anna, "The last sweep left patients out")
        anna.page.get_by_role("link", name="Report of this sweep").click()
        expect(anna.heading).to_contain_text("Sweep report")
        expect(anna.page.get_by_role("heading", name="Read but not evaluated: 3")).to_be_visible()
        small.sweep()
        says(anna)
        days_ago(small, 2)
        says(anna, "The last sweep is older than a day")
        says(seat("Ben", other), "The nightly sweep that was due")


def going_on(ward: Ward, anna: Coordinator, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep in another process, here a thread, that stands still after its second patient."""
    monkeypatch.setattr(telling, "EVERY", 0.0)
    reached, go_on = Event(), Event()
    seen: list[tuple[int, int | None]] = []

    def step(done: int, total: int | None) -> None:
        seen.append((done, total))
        if done == 2 and not reached.is_set():
            reached.set()
            go_on.wait(60)

    sweep = Thread(target=lambda: build_screener(ward.settings).sweep([STUDY], today(), progress=step))
    sweep.start()
    try:
        assert reached.wait(60)
        says(anna, "A sweep is going on: 1 of 3 patients are done.")
    finally:
        go_on.set()
        sweep.join(60)
    assert seen[0] == (0, 3)
    assert seen[-1] == (3, 3)  # as a terminal shows it


def days_ago(ward: Ward, days: int) -> None:
    """As if all sweeps had been so many days ago."""
    for task in ward.find("Task?code=urn:fhir-screener:task|sweep"):
        moved = {
            name: (datetime.fromisoformat(value) - timedelta(days=days)).isoformat().replace("+00:00", "Z")
            for name, value in task["executionPeriod"].items()
        }
        ward.put([{**task, "executionPeriod": moved, "authoredOn": moved["start"]}])
