"""From the worklist to what its sweeps did, without scripts: history, report, and back to a candidate."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Seats
from tests.browser.ward import STUDY, Ward


def test_from_the_worklist_to_the_report_and_to_whom_it_is_about(ward: Ward, seat: Seats) -> None:
    anna = seat("Anna", java_script_enabled=False)
    anna.go(f"/study/{STUDY}/candidates")
    anna.page.get_by_role("link", name="All sweeps").click()
    expect(anna.heading).to_have_text("Sweeps")
    anna.page.get_by_role("row").nth(-1).get_by_role("link").click()
    expect(anna.heading).to_contain_text("Sweep report")
    expect(anna.page.get_by_text("Nobody was left out")).to_be_visible()
    expect(anna.page.get_by_role("img", name="Recruitment funnel")).to_be_visible()
    new = anna.page.locator("section.movers").filter(has=anna.page.get_by_role("heading", name="New: 14"))
    new.get_by_role("link", name="p05", exact=True).click()
    expect(anna.heading).to_contain_text("Patient 05")
    assert anna.troubles == []
