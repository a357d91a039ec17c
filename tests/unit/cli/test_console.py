"""Colours where they are welcome, widths, progress elsewhere than on a terminal, shorthand in words."""

from __future__ import annotations

import io
import sys

import pytest

from fhir_screener.cli import progress as progress_module
from fhir_screener.cli.console import Page, colours, columns, is_narrow, width
from fhir_screener.cli.plain import durations
from fhir_screener.cli.progress import progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")


def test_colours_only_on_a_terminal_that_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert colours(Terminal())
    assert not colours(io.StringIO())
    monkeypatch.setenv("TERM", "dumb")
    assert not colours(Terminal())
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    assert not colours(Terminal())
    page = Page(Terminal())
    page.line("words", "red")
    assert str(page) == "words\n"


def test_a_page_is_coloured_for_a_terminal_and_hangs_what_it_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    page = Page(Terminal())
    page.line("words", "red")
    assert "\x1b[31m" in str(page)
    page = Page(io.StringIO())
    page.item("one two three four five six seven eight nine ten eleven twelve thirteen")
    first, second, _ = str(page).split("\n")
    assert first.startswith("  - one two")
    assert second.startswith("    ")
    assert not first.endswith(" ")


def test_sentences_stand_below_the_rows_of_a_table_that_has_no_room_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert is_narrow()
    page, grid = Page(io.StringIO()), columns("patient", "outcome")
    page.line("Before.")
    grid.add_row("h1", "candidate")
    grid.add_row("h22", "review")
    page.rows(grid, [("word " * 20, "? ask"), ("", "? chart")])
    page.line("After.")
    before, head, first, why, more, ask, second, chart, after, _ = str(page).split("\n")
    assert (before, head, after) == ("Before.", "patient  outcome", "After.")
    assert (first, second) == ("h1       candidate", "h22      review")
    assert {why[:6], more[:6]} == {"  word"}
    assert len(why) <= 80
    assert (ask, chart) == ("  ? ask", "  ? chart")
    monkeypatch.setenv("COLUMNS", "120")
    assert not is_narrow()


@pytest.mark.parametrize(("given", "found"), [("20", 60), ("100", 100), ("400", 160)])
def test_width_has_bounds(given: str, found: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", given)
    assert width() == found


def test_progress_is_a_plain_line_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr, clock = io.StringIO(), [0.0]
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setattr(progress_module.time, "monotonic", lambda: clock[0])
    with progress("sweeping") as step:
        for seconds in range(1, 13):
            clock[0] = float(seconds)
            step(seconds * 100, 10_000 if seconds > 6 else None)
    assert stderr.getvalue() == "sweeping: 500 patients, 5 s\nsweeping: 1,000 of 10,000 patients, 10 s\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("after P90D or more", "after 90 days or more"),
        ("within P1M", "within 1 month"),
        ("P10Y, P12W", "10 years, 12 weeks"),
        ("HP90D and P90", "HP90D and P90"),
    ],
)
def test_durations_in_words(text: str, words: str) -> None:
    assert durations(text) == words


def test_what_is_copied_is_one_line_in_any_window(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    command = "fhir-screener sweep --study NCT04660565 --source http://127.0.0.1:45767/fhir --inline"
    page = Page()
    page.verbatim(command)
    assert str(page) == f"  {command}\n"
