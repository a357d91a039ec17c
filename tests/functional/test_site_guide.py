"""What the guide to a site file shows is what the commands print for the sample hospital."""

from __future__ import annotations

import re
from pathlib import Path

from tests.functional.program import STUDY, run

GUIDE = Path(__file__).parents[2] / "docs" / "your-own-site.md"
DAY = "2026-11-26"


def printed(start: str, end: str) -> str:
    """The lines of the guide from `start` on, up to those that begin with `end`."""
    text = GUIDE.read_text("utf-8")
    return text[text.index(start) : text.index(end)]


def plain(text: str) -> str:
    return " ".join(text.split())


def test_the_guide_shows_what_is_printed(tmp_path: Path) -> None:
    assert run("sandbox", "write", tmp_path, "--as-of", DAY).code == 0
    charts = tmp_path / "charts"
    survey = run("codes", "survey", charts, "--study", STUDY, "--as-of", DAY)
    assert plain(printed("     could    in", "\n*In play*")) in plain(survey.out), survey.said
    asked = ("--study", STUDY, "--source", charts, "--site", "example", "--as-of", DAY)
    why = run("why", "h00002", *asked)
    for part in re.split(r"^ *\.\.\.$", printed("    E8a exclusion", "\nThen survey"), flags=re.MULTILINE):
        assert plain(part) in plain(why.out), why.said
