"""What an expected delivery date says of today: a pregnancy goes on from 294 days before it to 14 days after."""

from __future__ import annotations

from typing import NamedTuple

from fhir_screener.criteria.cite import cite, value_text
from fhir_screener.criteria.evidence import Evidence
from fhir_screener.criteria.index import among
from fhir_screener.criteria.results import FINAL
from fhir_screener.criteria.tally import Tally, aside
from fhir_screener.criteria.view import View, When
from fhir_screener.records.dates import Days, Duration
from fhir_screener.records.facts import Observation
from fhir_screener.sentence import say
from fhir_screener.verdict import Reason

TERM = Duration.parse("P300D")
"""How long after its onset a pregnancy may still go on."""
OVERDUE, LONGEST = 14, 294


class DueDate(NamedTuple):
    """`said`: the last day on which it may have been written down, 0 for none."""

    said: int
    due: Days
    evidence: Evidence


def weigh_due_date(view: View, sets: frozenset[str], tally: Tally, outcome: Days) -> None:
    """Enter the newest due date; `outcome` is when the last pregnancy ended."""
    found = _due_dates(view, sets, tally)
    if not found:
        return
    said, due, evidence = max(found, key=lambda one: one[:2])
    view.mark(due.hi + OVERDUE + 1)
    view.mark(due.lo - LONGEST)
    since = min(due.lo - LONGEST, said or due.lo)
    if since <= outcome.lo:
        tally.context(aside(evidence))
    elif since <= outcome.hi:
        tally.doubt(Reason.IMPRECISE_DATE, evidence)
    elif view.day > due.hi + OVERDUE:
        tally.doubt(Reason.STALE, evidence)
    elif view.day < due.lo - LONGEST:
        tally.doubt(Reason.EQUIVOCAL, evidence)
    else:
        tally.yes(evidence)


def _due_dates(view: View, sets: frozenset[str], tally: Tally) -> list[DueDate]:
    """All that can be read; one that cannot be is a doubt."""
    found = []
    for fact in among(view.index.observations, sets):
        hit = fact.hit(sets)
        if hit is None or fact.status not in FINAL or fact.other_subject:
            continue
        due, said = view.days(fact.value.date or fact.value.text), view.point(fact.effective, fact.issued)
        if due is None:
            _unread(view, fact, said, tally)
        elif said is None or view.begun(said):
            evidence = cite(fact, say("due {day}", day=due), value=value_text(fact.value), hit=hit)
            found.append(DueDate(said.hi if said else 0, due, evidence))
    return found


def _unread(view: View, fact: Observation, said: Days | None, tally: Tally) -> None:
    """A due date was written down, and nobody can tell which: it may be still to come."""
    if fact.value.absent or (said is not None and view.place(said, TERM) in (When.BEFORE, When.FUTURE)):
        return
    tally.doubt(Reason.UNREADABLE, cite(fact, say("the date of delivery cannot be read"), value=value_text(fact.value)))
