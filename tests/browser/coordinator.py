"""Somebody at a page, who finds everything by what it is called: the one place that knows how the pages are worked."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import quote

from playwright.sync_api import BrowserContext, Locator, Page, Response, expect

from tests.browser.ward import STUDY, TOKEN


class Coordinator:
    """One person with a browser of their own. `troubles` are errors of scripts and of the content security policy."""

    def __init__(self, context: BrowserContext, place: str, name: str) -> None:
        self.context, self.place, self.name = context, place, name
        self.troubles: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("console", lambda said: self.troubles.append(said.text) if said.type == "error" else None)

    def sign_in(self) -> Coordinator:
        self.page.goto(f"{self.place}/sign-in")
        self.page.get_by_label("Your name").fill(self.name)
        self.page.get_by_label("Token").fill(TOKEN)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()
        return self

    def go(self, path: str) -> Response:
        answer = self.page.goto(f"{self.place}{path}")
        assert answer is not None
        return answer

    def view(self, title: str) -> None:
        """One of the views, from the list of them."""
        self.go(f"/study/{STUDY}/new")
        self.page.get_by_role("navigation", name="Views").get_by_role("link", name=title).click()
        expect(self.heading).to_contain_text(title)

    def candidate(self, task: str) -> None:
        self.go(f"/candidate/{quote(task)}")

    def row(self, name: str) -> Locator:
        return self.page.get_by_role("row").filter(has=self.page.get_by_role("link", name=name, exact=True))

    def open(self, name: str) -> None:
        """A row's candidate."""
        self.page.get_by_role("link", name=name, exact=True).click()
        expect(self.heading).to_contain_text(name)

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    @property
    def standing(self) -> Locator:
        """How the candidate stands, in a line."""
        return self.page.get_by_role("main")

    @property
    def desk(self) -> Locator:
        """Where a candidate is decided on."""
        return self.page.get_by_role("form", name="Decide")

    def press(self, button: str) -> None:
        self.desk.get_by_role("button", name=re.compile(rf"^{button}\b")).click(no_wait_after=True)

    def accept(self) -> None:
        self.press("Accept for screening")

    def reject(self, reason: str) -> None:
        self.desk.get_by_label("Reason").select_option(label=reason)
        self.press("Reject")

    def snooze(self, until: date) -> None:
        self.desk.get_by_label("Until").fill(until.isoformat())
        self.press("Snooze")

    def note(self, text: str) -> None:
        self.desk.get_by_label("Note").fill(text)
        self.press("Add note")

    def assign(self, owner: str) -> None:
        self.desk.get_by_label("Owner").fill(owner)
        self.press("Assign")

    def undo(self) -> None:
        self.press("Undo")
