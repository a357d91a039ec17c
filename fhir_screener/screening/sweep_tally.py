"""Counting what a Screening says into the result of a chunk."""

from __future__ import annotations

from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.screening.sweep_plan import ChunkResult, Counts


def count(counts: Counts, study: str, what: str, number: int = 1) -> None:
    """Add to a table of counts."""
    row = counts.setdefault(study, {})
    row[what] = row.get(what, 0) + number


def count_screening(result: ChunkResult, screening: Screening) -> None:
    """Enter one patient's Screening for one study."""
    study, patient = screening.study, screening.patient
    if not screening.evaluated:
        kinds = ", ".join(sorted(screening.failed)) or "something that counts"
        result.not_evaluated.setdefault(study, {})[patient] = f"not fetched: {kinds}"
        return
    count(result.outcomes, study, screening.outcome.value)
    if screening.shown:
        result.shown.setdefault(study, {})[patient] = screening.outcome.value
    if screening.outcome in (Outcome.EXCLUDED, Outcome.LATER):
        out = [criterion.id for criterion in screening.criteria if criterion.decides]
        for criterion in out:
            count(result.keeps_out, study, criterion)
        if out:
            count(result.first_out, study, out[0])
    if screening.shown:
        for open_criterion in screening.open_criteria:
            count(result.unknown, study, open_criterion.id)


def merge(into: Counts, more: Counts) -> None:
    """Add one table of counts to another."""
    for study, row in more.items():
        for what, number in row.items():
            count(into, study, what, number)
