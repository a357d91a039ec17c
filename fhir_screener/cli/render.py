"""Screenings as people read them: a table of those worth a look, and one patient's whole ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rich.text import Text

from fhir_screener.cli.console import Page, columns, is_narrow
from fhir_screener.cli.plain import durations
from fhir_screener.cli.speech import Speech
from fhir_screener.criteria.evidence import Evidence
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.account import evidence
from fhir_screener.screening.plain_words import TEST, Order
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.views import SHOWN
from fhir_screener.screening.wire import explanation

OUTCOME_COLOURS = {"candidate": "green", "review": "yellow", "later": "cyan"}
COLOURS = {"met": "green", "not_met": "red", "unknown": "yellow"}
LONGEST = 160
"""Characters of a reason in a table."""


@dataclass(frozen=True)
class Row:
    """What a table says of one Screening; the ledger itself need not be kept for it."""

    patient: str
    outcome: str
    eligible_from: str
    why: str
    open: str
    questions: int = 0
    """How many criteria are open: who is known best comes first."""
    grave: bool = False
    """Whether a criterion that is not minor needs eyes."""

    @classmethod
    def of(cls, screening: Screening, minor: Collection[str] = (), speech: Speech | None = None) -> Row:
        """`minor` are the criteria of weight minor; `speech` knows the names of value sets and orders."""
        day = str(screening.eligible_from or "")
        open_questions = ways(screening.settle_facets, speech or Speech())
        return cls(
            screening.patient,
            screening.outcome.value,
            day,
            why(screening, speech),
            open_questions,
            screening.coverage.open,
            any(c.finding.needs_eyes and c.id not in minor for c in screening.criteria),
        )

    @property
    def rank(self) -> tuple[int, str, bool, int, str]:
        return (SHOWN.index(self.outcome), self.eligible_from, self.grave, self.questions, self.patient)


def ways(facets: Iterable[str], speech: Speech) -> str:
    """How what is open would be settled, in short: tests by name, the rest in a word."""
    return ", ".join(TEST + speech(Order(one)) if one.startswith(TEST) else one for one in facets) or "none"


def table(rows: Iterable[Row]) -> str:
    """Candidates, reviews and laters as a table, best first; a sentence where there are none."""
    ranked = sorted(rows, key=lambda row: row.rank)
    if not ranked:
        return "Nobody to look at: no candidate, no review, nobody for later.\n"
    page = Page()
    if is_narrow():
        grid = columns("patient", "outcome")
        for row in ranked:
            grid.add_row(row.patient, outcome_text(row.outcome, row.eligible_from))
        page.rows(grid, [(row.why, f"? {row.open}") for row in ranked])
        return str(page)
    grid = columns("patient", "outcome", "why", "open questions", wide=("why",))
    grid.columns[3].no_wrap, grid.columns[3].max_width = False, 26
    for row in ranked:
        grid.add_row(row.patient, outcome_text(row.outcome, row.eligible_from), row.why, row.open)
    page.table(grid)
    return str(page)


def outcome_text(outcome: str, eligible_from: str = "") -> Text:
    """The outcome in its colour, a `later` with its day."""
    said = outcome.replace("_", " ").replace("-", " ") + (f" {eligible_from}" if eligible_from else "")
    return Text(said, style=OUTCOME_COLOURS.get(outcome, ""))


def why(screening: Screening, speech: Speech | None = None) -> str:
    """Why in one line: what keeps the patient out, else what needs eyes, else what speaks for the patient."""
    if screening.why_not:
        return str(screening.why_not)
    deciding = [c for c in screening.criteria if c.decides]
    eyes = [c for c in screening.criteria if c.finding.needs_eyes]
    if deciding or eyes:
        return _cut("; ".join(_brief(c, speech) for c in deciding or eyes))
    return _cut("; ".join(_brief(c, speech) for c in _in_favour(screening)) or "nothing on record speaks against")


def _in_favour(screening: Screening) -> list[CriterionFinding]:
    """The inclusions that a record of the chart supports, not only the register's age and sex."""
    return [
        c
        for c in screening.criteria
        if c.role == "inclusion" and any(e.decides and not _of_register(e) for e in evidence(c.finding))
    ]


def _of_register(item: Evidence) -> bool:
    return not item.reference or item.reference.startswith("Patient/")


def _brief(criterion: CriterionFinding, speech: Speech | None) -> str:
    """Criterion, reason where it is open, and the first sentence of its deciding evidence."""
    notes = [item.note for item in evidence(criterion.finding) if item.decides and item.note]
    words = (speech(notes[0]) if speech else str(notes[0])) if notes else explanation(criterion.finding)
    reason = f" ({criterion.reason.value})" if criterion.reason else ""
    return durations(f"{criterion.id}{reason} {words.rstrip('.')}")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit(" ", 1)[0] + " ..."
