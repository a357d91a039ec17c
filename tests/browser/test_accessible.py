"""axe-core finds nothing on any page: wide and narrow, light and dark, English and Chinese."""

from __future__ import annotations

from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Seats
from tests.browser.coordinator import Coordinator
from tests.browser.pages import addresses
from tests.browser.ward import Ward

SIZES = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
"""All that other colours can change."""


def violations(person: Coordinator, rules: dict[str, list[str]] = RULES) -> list[str]:
    found = Axe().run(person.page, options=rules).response["violations"]
    return [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]


def test_sign_in(seat: Seats) -> None:
    anna = seat("Anna", signed_in=False)
    anna.go("/sign-in")
    assert violations(anna) == []
    anna.page.get_by_label("Your name").fill("Anna")
    anna.page.get_by_label("Token").fill("wrong")
    anna.page.get_by_role("button", name="Sign in").click()
    assert violations(anna) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page(ward: Ward, seat: Seats, language: str) -> None:
    anna = seat("Anna")
    anna.go(f"/?lang={language}")
    found = {}
    for address in addresses(ward):
        anna.go(address)
        for folded in anna.page.locator("details").all():
            folded.evaluate("one => { one.open = true }")
        for (name, size), colours in product(SIZES.items(), ("light", "dark")):
            anna.page.set_viewport_size(size)
            anna.page.emulate_media(color_scheme=colours)
            if wrong := violations(anna, RULES if colours == "light" else CONTRAST):
                found[f"{address}, {name}, {colours}"] = wrong
    assert found == {}
