"""Local names that nobody knows yet, as a table of a sweep's report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fhir_screener.cli.console import BOLD, DIM, Page, columns, is_narrow
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
    add_names(page, map(_row, rows))


def add_names(page: Page, rows: Iterable[Sequence[str]]) -> None:
    """Rows of what `TITLES` has, as a table; in a narrow window names and what they look like stand below the counts."""
    if is_narrow():
        found = list(rows)
        grid = columns(*TITLES[:4], right=TITLES[:3])
        for row in found:
            grid.add_row(*row[:4])
        page.rows(grid, [(name, f"{looks}; {criteria}") for *_, name, looks, criteria in found])
        return
    grid = columns(*TITLES, wide=("name", "looks like"), right=TITLES[:3])
    grid.columns[6].no_wrap, grid.columns[6].max_width = False, 12
    for row in rows:
        grid.add_row(*row)
    page.table(grid)


def _row(one: Lookalike) -> Sequence[str]:
    more = "+" if one.at_least else ""
    counts = (f"{number:,}{more}" for number in (one.could_change, one.in_play, one.patients))
    return (*counts, one.kind, _name(one), _looks(one), " ".join(one.criteria))


def _name(one: Lookalike) -> str:
    code = f" [{one.code}]" if one.code and one.code not in one.name else ""
    return f"{one.name or 'without a name'}{code}"


def _looks(one: Lookalike) -> str:
    if one.looks_like:
        return f"{one.looks_like}: {one.like}"
    return "an answer nobody reads" if one.kind == "answer" else "may be any drug"
