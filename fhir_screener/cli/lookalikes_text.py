"""Local names that nobody knows yet, as a table of a sweep's report."""

from __future__ import annotations

from collections.abc import Sequence

from fhir_screener.cli.console import BOLD, DIM, Page, columns
from fhir_screener.screening.lookalikes import Lookalike
from fhir_screener.screening.report import StudyReport

NAMED = 10
TITLES = ("could\nchange", "in\nplay", "have\nit", "kind", "name", "looks like", "criteria")


def add_lookalikes(page: Page, study: StudyReport) -> None:
    """The first of a sweep's, and where all are found; no word where there are none, or nobody counted."""
    if not study.lookalikes:
        return
    page.line()
    page.line("Local names that nobody knows, by how many patients they could change", BOLD)
    add_table(page, study.lookalikes[:NAMED])
    more = study.total("lookalikes") - NAMED
    said = f"{more:,} more; " if more > 0 else ""
    least = "+: at least, for words without a code count only where several share them; " if any(
        one.at_least for one in study.lookalikes[:NAMED]
    ) else ""  # fmt: skip
    page.line(f"{least}{said}`codes survey` finds all, and drafts a site file", DIM)


def add_table(page: Page, rows: Sequence[Lookalike]) -> None:
    """A row each."""
    grid = columns(*TITLES, wide=("name", "looks like"), right=TITLES[:3])
    grid.columns[6].no_wrap, grid.columns[6].max_width = False, 12
    for one in rows:
        more = "+" if one.at_least else ""
        counts = (f"{number:,}{more}" for number in (one.could_change, one.in_play, one.patients))
        grid.add_row(*counts, one.kind, _name(one), _looks(one), " ".join(one.criteria))
    page.table(grid)


def _name(one: Lookalike) -> str:
    code = f" [{one.code}]" if one.code and one.code not in one.name else ""
    return f"{one.name or 'without a name'}{code}"


def _looks(one: Lookalike) -> str:
    if one.looks_like:
        return f"{one.looks_like}: {one.like}"
    return "an answer nobody reads" if one.kind == "answer" else "may be any drug"
