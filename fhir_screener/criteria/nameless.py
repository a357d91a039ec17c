"""Drugs that nobody can name: each may be one that decides, for every rule that asks about drugs."""

from __future__ import annotations

from typing import Any

from fhir_screener.criteria.evidence import Evidence
from fhir_screener.criteria.hearsay import nobody_knows
from fhir_screener.criteria.intake import Intake, intake, why_not
from fhir_screener.criteria.view import View, When
from fhir_screener.records.dates import Duration
from fhir_screener.verdict import Reason

Doubts = list[tuple[Reason, Evidence]]


def nameless(view: View, within: Duration | None, *, systemic: bool) -> Doubts:
    """What such drugs leave in doubt: those perhaps taken within this time, without local ones where `systemic`."""
    return [
        doubt
        for taken, doubt in _taken(view, systemic)
        if taken.ongoing or view.place(taken.last, within) is not When.BEFORE
    ]


def _taken(view: View, systemic: bool) -> list[tuple[Intake, tuple[Reason, Evidence]]]:
    """All of them in time. Many rules ask, and some charts hold hundreds: it is worked out once a day."""
    found: tuple[list[Any], set[int]] | None = view.unnamed.get(systemic)
    if found is None:
        outer, view.watch = view.watch, set()
        drugs = [fact for fact in view.index.nameless if not ((systemic and fact.systemic is False) or why_not(fact))]
        intakes = [taken for fact in drugs if (taken := intake(view, fact)) is not None]
        found = view.unnamed[systemic] = [(taken, nobody_knows(taken.fact)) for taken in intakes], view.watch
        view.watch = outer
    view.watch |= found[1]
    return found[0]
