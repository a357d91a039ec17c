"""A real Chromium before real pages over a real FHIR server. Without Chromium a skip on a desk, and a failure in CI."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.coordinator import Coordinator
from tests.browser.ward import KEY, Ward, chart, in_hospital, pages, pages_for_roles
from tests.servers import SERVERS, emptied, sandbox

HERE = Path(__file__).parent
Seats = Callable[..., Coordinator]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; playwright downloads none. Closed with the module: while it runs this thread has an event loop,
    and tests elsewhere begin their own."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no chromium on the path: install chromium")
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, chromium_sandbox=os.geteuid() != 0)
        yield running
        running.close()


@pytest.fixture(scope="session")
def ward(logs: Path) -> Iterator[Ward]:
    """A swept ward of plain candidates, p01 to p14, on a sandbox that all tests of this folder share: a patient each."""
    with sandbox(logs / "ward.log") as base:
        made = Ward(base, installation_key=KEY)
        made.admit(*(chart(f"p{number:02}", f"Patient {number:02}") for number in range(1, 15)))
        made.sweep()
        made.put(in_hospital("p05"))
        yield made


@pytest.fixture(scope="session")
def place(ward: Ward, logs: Path) -> Iterator[str]:
    """Where the pages over the shared ward are."""
    with pages(ward, logs / "pages.log") as address:
        yield address


@pytest.fixture(scope="session")
def roles_place(ward: Ward, logs: Path) -> Iterator[str]:
    """Where the pages over the same ward are for people whom an identity proxy knows."""
    with pages_for_roles(ward, logs / "roles.log") as address:
        yield address


@pytest.fixture
def seat(browser: Browser, place: str) -> Iterator[Seats]:
    """`seat("Anna")`: a coordinator with a browser of her own, signed in; options are those of a browser context."""
    with ExitStack() as stack:

        def taken(name: str = "Anna", at: str = place, *, signed_in: bool = True, **options: Any) -> Coordinator:
            context = browser.new_context(**{"locale": "en-GB", "viewport": {"width": 1280, "height": 900}, **options})
            context.set_default_timeout(20_000)
            stack.callback(context.close)
            sitting = Coordinator(context, at, name)
            return sitting.sign_in() if signed_in else sitting

        yield taken


@pytest.fixture(params=[one for one in SERVERS if one.id in ("sandbox", "hapi")])
def hospital(request: pytest.FixtureRequest, logs: Path) -> Iterator[str]:
    """The base URL of an empty server, each test anew: the sandbox, and HAPI."""
    yield from emptied(request, logs)
