"""Reading needs no JavaScript, no wide screen and no screen at all; and after sign-out there is nothing left to read."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.conftest import Seats
from tests.browser.ward import Ward


def test_without_javascript_everything_can_be_read_and_decided(ward: Ward, seat: Seats) -> None:
    anna = seat("Anna", java_script_enabled=False)
    anna.view("Candidates")
    anna.open("Patient 11")
    expect(anna.page.get_by_role("img", name="Time line")).to_be_visible()
    expect(anna.page.get_by_role("region", name="I3")).to_contain_text("24")
    anna.page.get_by_text("Nothing on record: looked for").click()
    expect(anna.page.get_by_role("region", name="I2 ")).to_be_visible()
    anna.reject("Could not be reached")
    expect(anna.standing).to_contain_text("rejected (Could not be reached); owner: Anna")
    anna.undo()
    expect(anna.standing).to_contain_text("waiting")


def test_in_print_the_ledger_stands_and_the_controls_do_not(ward: Ward, seat: Seats) -> None:
    anna = seat("Anna")
    anna.candidate(ward.task("p12")["id"])
    anna.page.emulate_media(media="print")
    expect(anna.desk).to_be_hidden()
    expect(anna.page.get_by_role("button", name="Sign out")).to_be_hidden()
    expect(anna.heading).to_be_visible()
    expect(anna.page.get_by_role("img", name="Time line")).to_be_visible()
    # What is folded on the screen is unfolded on paper.
    expect(anna.page.get_by_role("region", name="E1 ")).to_be_visible()
    anna.page.emulate_media(media="print", color_scheme="dark")
    assert anna.page.evaluate("() => getComputedStyle(document.querySelector('h1')).color") == "rgb(0, 0, 0)"


def test_after_sign_out_the_back_button_shows_nothing(ward: Ward, seat: Seats) -> None:
    anna = seat("Anna")
    anna.view("Candidates")
    anna.open("Patient 12")
    anna.page.get_by_role("button", name="Sign out").click()
    expect(anna.heading).to_contain_text("Sign in")
    for _ in range(3):
        anna.page.go_back()
        expect(anna.page.get_by_text("Patient 12")).to_have_count(0)
        expect(anna.heading).to_contain_text("Sign in")


def test_addresses_hold_no_patient(ward: Ward, seat: Seats) -> None:
    anna, seen = seat("Anna"), []
    anna.page.on("request", lambda asked: seen.append(asked.url))
    anna.view("Candidates")
    anna.open("Patient 12")
    assert not any(word in address for address in seen for word in ("p12", "Patient"))
    assert all(address.startswith(anna.place) for address in seen)  # nothing is loaded from elsewhere


def test_a_decision_that_lacks_something_comes_back_without_javascript(ward: Ward, seat: Seats) -> None:
    anna = seat("Anna", java_script_enabled=False)
    anna.candidate(ward.task("p13")["id"])
    anna.desk.get_by_label("Note").fill("Rang twice.")
    anna.press("Reject")
    reason = anna.desk.get_by_label("Reason")
    expect(reason).to_have_accessible_description("Nothing was changed: to reject, give a reason")
    expect(anna.desk.get_by_label("Note")).to_have_value("Rang twice.")
    anna.reject("Could not be reached")
    expect(anna.standing).to_contain_text("rejected (Could not be reached); owner: Anna; last note by Anna")
    anna.undo()
    expect(anna.standing).to_contain_text("waiting")


def test_on_a_telephone_every_decision_is_in_sight(ward: Ward, seat: Seats) -> None:
    """Nothing scrolls sideways out of sight: on a candidate, and on a list once a row is ticked."""
    anna = seat("Anna", viewport={"width": 390, "height": 844})
    anna.candidate(ward.task("p13")["id"])
    for button in anna.desk.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
    anna.view("Candidates")
    bar = anna.page.get_by_role("form", name="With the ticked ones")
    expect(bar).to_be_hidden()
    anna.row("Patient 13").get_by_role("checkbox").check()
    for name in ("Accept", "Reject", "Snooze", "Add note", "Mine", "Nobody’s", "Assign", "Undo"):
        expect(bar.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
