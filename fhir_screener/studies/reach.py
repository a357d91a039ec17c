"""Which records could change which criterion: the sets it reads, and how far back it looks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fhir_screener.criteria.model import Rule, Study
from fhir_screener.criteria.rules.condition import ConditionRule
from fhir_screener.criteria.rules.dose import DoseRule
from fhir_screener.criteria.rules.result import ResultRule
from fhir_screener.criteria.view import View, When
from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import Condition, Fact, Medication, Observation
from fhir_screener.records.patient_record import Unmapped


class Reach(NamedTuple):
    """One rule of a criterion: the sets it reads and how far back it looks (None: ever); `by_absence`: no record counts."""

    criterion: str
    sets: frozenset[str]
    back: Duration | None
    by_absence: bool


def reach_of(study: Study) -> list[Reach]:
    return [
        Reach(criterion.id, rule.needs().sets, _back(rule), isinstance(rule, DoseRule))
        for criterion in study.criteria
        for rule in _asked(criterion.rule)
        if rule.needs().sets
    ]


def _asked(rule: Rule) -> Iterator[Rule]:
    """The rules that answer; not those that only support a diagnosis."""
    yield rule
    for part in () if isinstance(rule, ConditionRule) else rule.parts():
        yield from _asked(part)


def _back(rule: Rule) -> Duration | None:
    """How far back a record can matter to this rule; a positive result that never expires matters for ever."""
    if rule.needs().drug_window is not None:
        return rule.needs().drug_window
    found = getattr(rule, "positive_within" if isinstance(rule, ResultRule) else "within", None)
    return found if isinstance(found, Duration) else None


def in_time(fact: Fact | Unmapped, back: Duration | None, view: View) -> bool:
    """Whether the record may matter: it is not wholly before the window, nor all in the future."""
    if isinstance(fact, Unmapped):
        # Whether a diagnosis has ended is not known of it.
        days = None if fact.name.kind == "diagnosis" else view.days(fact.date)
    elif isinstance(fact, Medication):
        days = view.days(fact.span.end) or (None if fact.status == "active" else view.days(fact.authored))
    elif isinstance(fact, Condition):
        days = view.some_day(fact.abatement)
    elif isinstance(fact, Observation):
        days = view.point(fact.effective, fact.issued)
    else:
        span = getattr(fact, "span", None)
        days = view.point(span) if span is not None else None
    return days is None or view.place(days, back) in (When.INSIDE, When.STRADDLES)
