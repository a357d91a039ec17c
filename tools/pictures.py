"""The two pictures of the README, of the sample hospital on one fixed day: the list, and one candidate.

    ./dev pictures      needs Chromium; writes docs/worklist.png and docs/candidate.png

The hospital, the day and the clock are always the same, so that a picture changes only where the pages do.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import uvicorn
from playwright.sync_api import Page, sync_playwright

from fhir_screener.bootstrap import benches, build_screener
from fhir_screener.bootstrap.office import Office
from fhir_screener.cli.demo import SITE, STUDY
from fhir_screener.cli.demo_day import live_through
from fhir_screener.sandbox.hospital import write
from fhir_screener.sandbox.processes import fhir_server
from fhir_screener.settings import Settings
from fhir_screener.web.app import make_app

DOCS = Path(__file__).parents[1] / "docs"
DAY, PATIENTS, SEED = date(2026, 3, 2), 300, 1
NIGHT, MORNING = timedelta(hours=18, minutes=30), timedelta(hours=24)
"""When the sweep before a day and that day begin, from the midnight in UTC of the day before."""
TOKEN = "a-token-for-two-pictures"
LARGEST = 300_000
"""Bytes that a picture may have."""


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Everything that asks what time it is hears this moment."""
    real = benches.now
    with ExitStack() as stack:
        for module in list(sys.modules.values()):
            if getattr(module, "now", None) is real:
                stack.enter_context(patch.object(module, "now", lambda: moment))
        yield


def morning_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1) + MORNING


def night_before(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1) + NIGHT


def two_nights(settings: Settings) -> None:
    """A sweep, a day of decisions and new results, and the sweep that finds them."""
    before = DAY - timedelta(days=1)
    with clock_at(night_before(before)):
        build_screener(settings).sweep([STUDY], before)
    with clock_at(morning_of(before) + timedelta(hours=5)):
        live_through(settings, STUDY, before)
    with clock_at(night_before(DAY)):
        build_screener(settings).sweep([STUDY], DAY)


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """The pages, in this process, on the morning of the day."""
    app = make_app(settings, TOKEN, lambda: Office(settings, lambda: morning_of(DAY)))
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)


def take(page: Page, name: str) -> None:
    path = DOCS / f"{name}.png"
    page.screenshot(path=path)
    size = path.stat().st_size
    print(f"{path.relative_to(DOCS.parent)}: {size:,} bytes")
    if size > LARGEST:
        raise SystemExit(f"{path} is larger than {LARGEST:,} bytes")


def pictures(place: str) -> None:
    chromium = shutil.which("chromium") or sys.exit("no chromium on the path: install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=os.geteuid() != 0)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light", locale="en-GB")
        page.goto(f"{place}/sign-in")
        page.get_by_label("Your name").fill("Anna Weiss")
        page.get_by_label("Token").fill(TOKEN)
        page.get_by_role("button", name="Sign in").click()
        page.goto(f"{place}/study/{STUDY}/candidates")
        take(page, "worklist")
        page.get_by_role("rowheader").get_by_role("link").first.click()
        page.get_by_role("heading", name="Criteria").wait_for()
        page.set_viewport_size({"width": 1280, "height": 1240})
        take(page, "candidate")
        browser.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as name, suppress(KeyboardInterrupt):
        folder = Path(name)
        write(folder / "hospital", PATIENTS, SEED, DAY)
        with fhir_server(load=[folder / "hospital"], log=folder / "server.log") as server:
            settings = Settings.build({"source_url": server.base_url, "cohort": "all", "site": SITE, "studies": STUDY})
            two_nights(settings)
            with served(settings) as place:
                pictures(place)


if __name__ == "__main__":
    main()
