"""Counting what a Screening says into the result of a chunk."""

from __future__ import annotations

from collections.abc import Sequence

from fhir_screener.screening.candidate import NO_LONGER
from fhir_screener.screening.change import Change
from fhir_screener.screening.ports import Applied
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.screening.sweep_plan import ChunkResult, Counts, Moved

SAMPLE = 5
"""Patients of a chunk that are named for a check by hand."""


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
    elif screening.outcome.kept:
        count(result.too_far, study, screening.outcome.value)
    if screening.outcome in (Outcome.EXCLUDED, Outcome.LATER):
        out = [criterion.id for criterion in screening.criteria if criterion.decides]
        for criterion in out:
            count(result.keeps_out, study, criterion)
        if out:
            count(result.first_out, study, out[0])
        if len(out) == 1:
            count(result.alone_out, study, out[0])
            _sample(result, screening)
    if screening.shown:
        for open_criterion in screening.open_criteria:
            count(result.unknown, study, open_criterion.id)


def count_moved(result: ChunkResult, screening: Screening, done: Applied) -> None:
    """Enter what became of one patient's Task; what was left as it is needs no word."""
    if not done.action.writes:
        return
    first = _decisive(screening, done.changes)
    now = screening.outcome.value if screening.shown else NO_LONGER
    moved = Moved(done.action.value, done.was, now, first.criterion if first else "", first.cause if first else "")
    result.moved.setdefault(screening.study, {})[screening.patient] = moved


def _decisive(screening: Screening, changes: Sequence[Change]) -> Change | None:
    """The change that the outcome rests on: of several, what keeps the patient out for good before what time may end.

    Else the first that needs eyes, for a review; else the first criterion that answers otherwise.
    """
    if screening.outcome in (Outcome.EXCLUDED, Outcome.LATER):
        out = [one for one in screening.criteria if one.decides]
        rests = [one.id for one in out if not one.answer.clock and not one.answer.repeatable] + [one.id for one in out]
    elif screening.outcome is Outcome.REVIEW:
        rests = [one.id for one in screening.criteria if one.answer.needs_eyes]
    else:
        rests = []
    otherwise = [one for one in changes if one.before != one.after]
    ranked = [one for name in rests for one in (*otherwise, *changes) if one.criterion == name]
    return next(iter([*ranked, *otherwise, *changes]), None)


def _sample(result: ChunkResult, screening: Screening) -> None:
    """A few of those whom one record alone keeps out, or words alone: for a person to check by hand."""
    rows = result.thin.setdefault(screening.study, {})
    if len(rows) >= SAMPLE:
        return
    criterion = next(one for one in screening.criteria if one.decides)
    said = [item for item in criterion.finding.deciding_evidence() if item.decides and item.reference]
    if said and all("|" not in item.code for item in said):
        rows[screening.patient] = f"{criterion.id}: words of {said[0].reference}"
    elif len({item.reference for item in said}) == 1 and not said[0].reference.startswith("Patient/"):
        rows[screening.patient] = f"{criterion.id}: {said[0].reference}"


def merge(into: Counts, more: Counts) -> None:
    """Add one table of counts to another."""
    for study, row in more.items():
        for what, number in row.items():
            count(into, study, what, number)
