"""Drugs that nobody can name: each may be one that decides, for every rule that asks about drugs."""

from __future__ import annotations

from fhir_screener.criteria.evidence import Evidence
from fhir_screener.criteria.hearsay import nobody_knows
from fhir_screener.criteria.intake import intake, why_not
from fhir_screener.criteria.view import View, When
from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import Medication
from fhir_screener.verdict import Reason

Doubts = list[tuple[Reason, Evidence]]


def nameless(view: View, within: Duration | None, *, systemic: bool) -> Doubts:
    """What such drugs leave in doubt: those perhaps taken within this time, without local ones where `systemic`.

    Many rules ask the same, and some charts hold hundreds of such drugs: it is worked out once a day.
    """
    key = (within, systemic)
    found: tuple[Doubts, set[int]] | None = view.unnamed.get(key)
    if found is None:
        outer, view.watch = view.watch, set()
        perhaps = [fact for fact in view.index.nameless if not (systemic and fact.systemic is False)]
        doubts = [nobody_knows(fact) for fact in perhaps if _taken(view, fact, within)]
        found = view.unnamed[key] = doubts, view.watch
        view.watch = outer
    view.watch |= found[1]
    return found[0]


def _taken(view: View, fact: Medication, within: Duration | None) -> bool:
    taken = None if why_not(fact) else intake(view, fact)
    return taken is not None and (taken.ongoing or view.place(taken.last, within) is not When.BEFORE)
