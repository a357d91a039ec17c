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
