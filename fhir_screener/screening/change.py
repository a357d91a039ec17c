"""What changed between two Screenings of one patient, and which record caused it. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fhir_screener.criteria.evidence import Evidence
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.screening import Screening

TIME, MAPPING = "time", "mapping"
"""Causes that are no record: a window that moved on; another version of the study's mapping."""

Again = Callable[[date], Screening]
"""Judges the chart behind a Screening as of another day."""


@dataclass(frozen=True)
class Change:
    """One criterion that answers otherwise. `before` and `after` are `verdict` or `unknown: reason`, "" for none.

    `cause` is the reference of the record that is new, changed or gone, else `time` or `mapping`. `why` is the sentence
    behind it, where two versions of a study are compared.
    """

    criterion: str
    before: str
    after: str
    cause: str
    why: str = ""


def changes(before: Screening, after: Screening, again: Again | None = None) -> tuple[Change, ...]:
    """The criteria whose answer or deciding evidence differs, in the study's order.

    With `again` time is told from records for certain: what today's chart would have said on the earlier day, too, is no
    record's doing, unless the record is of a day since: nobody could have seen it then. Without it a record that decides
    now, and did not before, is taken for the cause.
    """
    old = {criterion.id: criterion for criterion in before.criteria}
    other = MAPPING if before.checksum != after.checksum else TIME
    then = _then(before, after, again) if other is TIME else {}
    found = []
    for criterion in after.criteria:
        earlier = old.get(criterion.id)
        cause = _cause(earlier, criterion)
        if answer(earlier) != answer(criterion) or cause:
            same_then = criterion.id in then and not _differs(earlier, then[criterion.id])
            if same_then and not _came_after(criterion, cause, before.as_of):
                cause = TIME
            found.append(Change(criterion.id, answer(earlier), answer(criterion), cause or other))
    return tuple(found)


def _then(before: Screening, after: Screening, again: Again | None) -> dict[str, CriterionFinding]:
    """{criterion: what today's chart would have said on the day of `before`}; empty where that is no other day."""
    if again is None or before.as_of == after.as_of:
        return {}
    return {criterion.id: criterion for criterion in again(before.as_of).criteria}


def _differs(before: CriterionFinding | None, after: CriterionFinding) -> bool:
    return answer(before) != answer(after) or bool(_cause(before, after))


def answer(criterion: CriterionFinding | None) -> str:
    """`met`, `not_met`, or `unknown: reason`; "" where there is none."""
    if criterion is None:
        return ""
    return f"{criterion.verdict.value}: {criterion.reason.value}" if criterion.reason else criterion.verdict.value


def _cause(before: CriterionFinding | None, after: CriterionFinding) -> str:
    """The first record that decides now and did not so before, else one that decided before and no longer does."""
    old, new = _facts(before), _facts(after)
    fresh = [reference for reference, said in new.items() if old.get(reference) != said]
    seen = {item.reference for item in after.finding.deciding_evidence()}
    # A record that is still there, and decides no longer, has left its window: that is time's doing.
    gone = [reference for reference in old if reference not in new and reference not in seen]
    return next(iter([*fresh, *gone]), "")


def _came_after(criterion: CriterionFinding, cause: str, day: date) -> bool:
    """Whether the record is of a day after this one, wherever on earth that was."""
    found = (item for item in criterion.finding.deciding_evidence() if item.reference == cause)
    return any(_latest_day(item.date) > day.isoformat() for item in found)


def _latest_day(recorded: str) -> str:
    """The day on which a record begins, of a moment the latest that it is anywhere."""
    first = recorded.partition("..")[0]
    try:
        moment = datetime.fromisoformat(first) if len(first) > 10 else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        return first[:10]
    return (moment.astimezone(UTC) + timedelta(hours=14)).date().isoformat()


def _facts(criterion: CriterionFinding | None) -> dict[str, set[tuple[str, str, str]]]:
    """{reference: what it says}: as the evidence digest counts it."""
    found: dict[str, set[tuple[str, str, str]]] = {}
    for item in criterion.finding.deciding_evidence() if criterion is not None else ():
        if item.decides and item.reference:
            found.setdefault(item.reference, set()).add(_said(item))
    return found


def _said(item: Evidence) -> tuple[str, str, str]:
    return item.code, item.value, item.date
