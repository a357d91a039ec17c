"""From the worklist to what its sweeps did, without scripts: history, report, and back to a candidate."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Seats
from tests.browser.coordinator import Coordinator
from tests.browser.ward import STUDY, Ward


def reads_as_a_picture(anna: Coordinator) -> None:
    """Each bar of the funnel is there, on a telephone and on paper too."""
    bar = anna.page.get_by_role("img", name="Recruitment funnel").locator("rect").first
    expect(bar).to_be_visible()
    anna.page.set_viewport_size({"width": 390, "height": 844})
    expect(bar).to_be_visible()
    anna.page.emulate_media(media="print")
    expect(bar).to_be_visible()
    anna.page.emulate_media(media="screen")


def test_from_the_worklist_to_the_report_and_to_whom_it_is_about(ward: Ward, seat: Seats) -> None:
    anna = seat("Anna", java_script_enabled=False)
    anna.go(f"/study/{STUDY}/candidates")
    anna.page.get_by_role("link", name="All sweeps").click()
    expect(anna.heading).to_have_text("Sweeps")
    anna.page.get_by_role("row").nth(-1).get_by_role("link").click()
    expect(anna.heading).to_contain_text("Sweep report")
    expect(anna.page.get_by_text("Nobody was left out")).to_be_visible()
    expect(anna.page.get_by_role("img", name="Recruitment funnel")).to_be_visible()
    reads_as_a_picture(anna)
    new = anna.page.locator("section.movers").filter(has=anna.page.get_by_role("heading", name="New: 14"))
    new.get_by_role("link", name="p05", exact=True).click()
    expect(anna.heading).to_contain_text("Patient 05")
    assert anna.troubles == []
