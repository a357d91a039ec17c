"""axe-core finds nothing on any page: wide and narrow, light and dark, English and Chinese."""

from __future__ import annotations

from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe

from fhir_screener.screening.views import VIEWS
from tests.browser.conftest import Seats
from tests.browser.coordinator import Coordinator
from tests.browser.ward import STUDY, Ward

SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}
LOOKS = list(product(SIZES, ("light", "dark"), ("en", "zh")))
RULES = {"resultTypes": ["violations"], "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def addresses(ward: Ward) -> list[str]:
    """One of each page there is."""
    task = ward.task("p05")["id"]
    return [
        *(f"/study/{STUDY}/{view.name}" for view in VIEWS),
        f"/candidate/{task}",
        f"/candidate/{task}/record/0",
        "/nowhere",
        "/candidate/nobody",
    ]


def violations(person: Coordinator) -> list[str]:
    found = Axe().run(person.page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def test_sign_in(seat: Seats) -> None:
    anna = seat("Anna", signed_in=False)
    anna.go("/sign-in")
    assert violations(anna) == []
    anna.page.get_by_label("Your name").fill("Anna")
    anna.page.get_by_label("Token").fill("wrong")
    anna.page.get_by_role("button", name="Sign in").click()
    assert violations(anna) == []


@pytest.mark.parametrize(("size", "colours", "language"), LOOKS)
def test_every_page(ward: Ward, seat: Seats, size: str, colours: str, language: str) -> None:
    anna = seat("Anna", viewport=SIZES[size], color_scheme=colours)
    anna.go(f"/?lang={language}")
    found = {}
    for address in addresses(ward):
        anna.go(address)
        for folded in anna.page.locator("details").all():
            folded.evaluate("one => { one.open = true }")
        if wrong := violations(anna):
            found[address] = wrong
    assert found == {}
