"""axe-core finds nothing on any page: wide and narrow, light and dark, English and Chinese; and 390 pixels hold every page."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ViewportSize

from tests.browser.conftest import Seats
from tests.browser.coordinator import Coordinator
from tests.browser.pages import addresses
from tests.browser.ward import Ward

SIZES: dict[str, ViewportSize] = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 390, "height": 844}}
RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
SCRIPT = Axe().axe_script
CONTRAST = {"resultTypes": ["violations"], "runOnly": ["color-contrast"]}
"""All that other colours can change."""


def violations(person: Coordinator, rules: dict[str, list[str]] = RULES) -> list[str]:
    page = person.page
    if not page.evaluate("() => Boolean(window.axe)"):
        page.evaluate(SCRIPT)  # once a page
    found = page.evaluate("rules => axe.run(document, rules)", rules)["violations"]
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
    """All rules wide and, once, narrow; what is dark, of its contrasts: no colour hangs on width or language."""
    anna = seat("Anna")
    anna.go(f"/?lang={language}")
    found = {}
    for address in addresses(ward):
        anna.go(address)
        unfold(anna)
        for name, size in SIZES.items():
            anna.page.set_viewport_size(size)
            known = name == "narrow" and language != "en"
            if wrong := [*([] if known else violations(anna)), *too_wide(anna, size)]:
                found[f"{address}, {name}"] = wrong
        if language == "en":
            anna.page.emulate_media(color_scheme="dark")
            if wrong := violations(anna, CONTRAST):
                found[f"{address}, dark"] = wrong
            anna.page.emulate_media(color_scheme="light")
    assert found == {}


@pytest.mark.parametrize("group", ["trial", "ops"])
def test_every_page_of_the_other_roles(ward: Ward, seat: Seats, roles_place: str, group: str) -> None:
    """The study team and operators: what they see, and the pages that say what they may not."""
    headers = {"X-Forwarded-User": "tom", "X-Forwarded-Groups": group}
    tom = seat("Tom", roles_place, signed_in=False, extra_http_headers=headers)
    found, seen = {}, []
    for address in addresses(ward):
        seen.append(tom.go(address).status)
        unfold(tom)
        if wrong := violations(tom):
            found[address] = wrong
        tom.page.set_viewport_size(SIZES["narrow"])
        if wide := too_wide(tom, SIZES["narrow"]):
            found[f"{address}, narrow"] = wide
        tom.page.set_viewport_size(SIZES["wide"])
        assert "Patient 05" not in tom.page.content()
    assert found == {}
    assert seen.count(200) == (12 if group == "trial" else 2)


def too_wide(person: Coordinator, size: ViewportSize) -> list[str]:
    width = person.page.evaluate("() => document.documentElement.scrollWidth")
    return [f"{width} pixels wide"] if width > size["width"] else []


def unfold(person: Coordinator) -> None:
    person.page.evaluate("() => document.querySelectorAll('details').forEach((one) => (one.open = true))")
