"""From sign-in to a rejection without a mouse, and always seen where one is."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect

from tests.browser.conftest import Seats
from tests.browser.coordinator import Coordinator
from tests.browser.ward import STUDY, TOKEN, Ward, today

SEEN = """() => {
  const at = document.activeElement;
  if (!at || at === document.body) return 'nothing has the focus';
  const style = getComputedStyle(at), box = at.getBoundingClientRect();
  if (box.width < 4 || box.height < 4) return at.outerHTML.slice(0, 99) + ' is too small';
  if (box.bottom < 0 || box.top > innerHeight) return at.outerHTML.slice(0, 99) + ' is out of sight';
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  return ring ? '' : at.outerHTML.slice(0, 99) + ' shows no focus';
}"""
"""What is wrong with the focus as it is now, "" for nothing."""


def tab_to(page: Page, name: str, most: int = 60) -> None:
    """Go on from one thing to the next, each of them visibly, until the one of this name."""
    for _ in range(most):
        page.keyboard.press("Tab")
        assert page.evaluate(SEEN) == ""
        if name in page.evaluate("() => document.activeElement.innerText || document.activeElement.name"):
            return
    raise AssertionError(f"{name} cannot be reached by keyboard")


def test_from_sign_in_to_a_rejection(ward: Ward, seat: Seats) -> None:
    anna = seat("Anna", signed_in=False)
    page, keys = anna.page, anna.page.keyboard
    anna.go(f"/sign-in?next=/study/{STUDY}/candidates")
    tab_to(page, "name")
    keys.type("Anna")
    tab_to(page, "token")
    keys.type(TOKEN)
    keys.press("Enter")
    expect(anna.heading).to_contain_text("Candidates")
    for _ in range(40):
        keys.press("j")
        assert page.evaluate(SEEN) == ""
        if page.evaluate("() => document.activeElement.innerText") == "Patient 03":
            break
    keys.press("Enter")
    expect(anna.heading).to_contain_text("Patient 03")
    keys.press("r")
    assert page.evaluate(SEEN) == ""
    expect(anna.desk.get_by_label("Reason")).to_be_focused()
    keys.type("Could not be reached")
    tab_to(page, "Reject")
    keys.press("Enter")
    expect(anna.standing).to_contain_text("rejected (Could not be reached); owner: Anna")
    assert ward.task("p03")["status"] == "rejected"
    assert anna.troubles == []


def test_each_key_of_the_candidate_goes_to_its_decision(ward: Ward, seat: Seats) -> None:
    anna = seat("Anna")
    anna.candidate(ward.task("p04")["id"])
    for key, name in {"r": "Reason", "s": "Until", "n": "Note"}.items():
        anna.heading.click()
        anna.page.keyboard.press("Escape")
        anna.page.evaluate("() => document.activeElement.blur()")
        anna.page.keyboard.press(key)
        expect(anna.desk.get_by_label(name)).to_be_focused()
        assert anna.page.evaluate(SEEN) == ""
    anna.page.keyboard.type("r s n")
    expect(anna.desk.get_by_label("Note")).to_have_value("r s n")  # letters in a field are letters


def to_row(anna: Coordinator, name: str) -> None:
    """Up to the first row by k, then down to this one by j."""
    first = anna.page.get_by_role("rowheader").get_by_role("link").first
    anna.page.keyboard.press("j")
    for _ in range(40):
        if first.evaluate("one => one === document.activeElement"):
            break
        anna.page.keyboard.press("k")
    anna.page.keyboard.press("k")
    for _ in range(40):
        if anna.page.evaluate("() => document.activeElement.innerText") == name:
            return
        anna.page.keyboard.press("j")
    raise AssertionError(f"{name} is not on the list")


def test_every_key_of_the_help_works_after_the_list_was_swapped(ward: Ward, seat: Seats) -> None:
    """One key after the other on the same page, which is never loaded anew: each decision swaps the list under it."""
    anna = seat("Anna")
    page, keys = anna.page, anna.page.keyboard
    anna.go(f"/study/{STUDY}/candidates")
    page.evaluate("() => { window.same = true }")

    def said(words: str, status: str) -> None:
        expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()
        assert ward.task("p13")["status"] == status
        assert page.evaluate("() => window.same"), words

    to_row(anna, "Patient 13")
    keys.press("n")
    keys.type("Call a n r s u x on Monday")
    keys.press("Enter")
    said("Note added: 1", "requested")
    expect(page.get_by_role("link", name="Patient 13")).to_be_focused()  # it is on top now, and still the one
    keys.press("a")
    keys.press("Enter")
    said("Accepted for screening.", "accepted")
    keys.press("u")
    keys.press("Enter")
    said("Undone: 1", "requested")
    to_row(anna, "Patient 13")
    keys.press("r")
    keys.type("Could not be reached")
    keys.press("Enter")
    said("Rejected.", "rejected")
    keys.press("u")
    keys.press("Enter")
    said("Undone: 1", "requested")
    to_row(anna, "Patient 13")
    keys.press("s")
    page.keyboard.type(f"{today() + timedelta(days=9):%m%d%Y}")
    keys.press("Enter")
    said("Snoozed: 1", "on-hold")
    keys.press("u")
    keys.press("Enter")
    said("Undone: 1", "requested")
    to_row(anna, "Patient 13")
    keys.press("x")
    keys.press("j")
    expect(page.get_by_label("Tick Patient 13")).to_be_checked()
    keys.press("k")
    keys.press("x")
    expect(page.get_by_label("Tick Patient 13")).not_to_be_checked()
    keys.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    keys.press("Escape")
    keys.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    keys.press("Escape")
    assert page.evaluate("() => window.same")
    keys.press("o")
    expect(anna.heading).to_contain_text("Patient 13")
    assert [note["text"] for note in ward.task("p13")["note"]] == ["Call a n r s u x on Monday"]
    assert anna.troubles == []


def test_a_slip_on_the_list_leads_back_to_the_field(ward: Ward, seat: Seats) -> None:
    """Rejected without a reason: the row stays ticked, and the keyboard goes on where the reason is missing."""
    anna = seat("Anna")
    anna.view("Candidates")
    to_row(anna, "Patient 14")
    anna.page.keyboard.press("r")
    tab_to(anna.page, "Reject")
    anna.page.keyboard.press("Enter")
    bar = anna.page.get_by_role("form", name="With the ticked ones")
    reason = bar.get_by_label("Reason")
    expect(reason).to_have_accessible_description("Nothing was changed: to reject, give a reason")
    expect(reason).to_be_focused()
    assert anna.page.evaluate(SEEN) == ""
    expect(anna.row("Patient 14").get_by_role("checkbox")).to_be_checked()
    reason.select_option(label="Could not be reached")
    anna.page.keyboard.press("Enter")
    expect(anna.standing).to_contain_text("Rejected.")
    anna.page.keyboard.press("u")
    anna.page.keyboard.press("Enter")
    expect(anna.standing).to_contain_text("Undone:")
    assert [one for one in anna.troubles if "400" not in one] == []  # the browser's own line about the refusal


def test_a_key_pressed_while_the_answer_comes_in_keeps_its_focus(ward: Ward, seat: Seats) -> None:
    """Undo, asked for in the moment the new list is there: Enter undoes, and does not open the row that had the focus."""
    anna = seat("Anna")
    anna.view("Candidates")
    to_row(anna, "Patient 14")
    anna.page.evaluate(
        """() => addEventListener('htmx:afterSwap', () => setTimeout(() =>
             document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {key: 'u', bubbles: true}))), {once: true})"""
    )
    anna.page.keyboard.press("a")
    anna.page.keyboard.press("Enter")
    expect(anna.standing).to_contain_text("Accepted for screening.")
    anna.page.wait_for_timeout(200)  # longer than anything that the page does of its own
    anna.page.keyboard.press("Enter")
    expect(anna.standing).to_contain_text("Undone:")
    assert anna.troubles == []


def test_the_first_stop_leads_to_the_content(ward: Ward, seat: Seats) -> None:
    anna = seat("Anna")
    anna.candidate(ward.task("p04")["id"])
    anna.page.keyboard.press("Tab")
    assert anna.page.evaluate(SEEN) == ""
    anna.page.keyboard.press("Enter")
    expect(anna.page.get_by_role("main")).to_be_focused()
