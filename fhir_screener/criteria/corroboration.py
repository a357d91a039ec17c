"""One code is not a diagnosis: what else must be on record where a diagnosis would exclude (SEMANTICS 5)."""

from __future__ import annotations

from collections.abc import Iterable

from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.model import Rule
from fhir_screener.criteria.view import View
from fhir_screener.records.facts import Condition
from fhir_screener.verdict import MET, Reason


def corroborated(view: View, facts: list[Condition], sets: frozenset[str], supporting: Iterable[Rule]) -> bool:
    """Whether one of these diagnoses of the value sets rests on more than one encounter; `supporting`: rules that show it."""
    if any(set(fact.categories) != {"encounter-diagnosis"} for fact in facts):
        return True
    days = [view.days(f.recorded) or view.days(f.encounter.start) or view.some_day(f.onset) for f in facts]
    known = [one for one in days if one is not None]
    # Two partial dates may be one day: only days that cannot be the same are two.
    if known and max(one.lo for one in known) > min(one.hi for one in known):
        return True
    return _treated(view, facts, sets) or any(_shows(view.ask(rule)) for rule in supporting)


def _shows(found: Finding) -> bool:
    """Whether it says so; a biopsy that was clear before the one that is not takes nothing back."""
    return found.verdict is MET or (found.reason is Reason.CONFLICTING and found.leans is MET)


def _treated(view: View, facts: list[Condition], sets: frozenset[str]) -> bool:
    """Whether something was given for one of them, or for a diagnosis of the same value sets."""
    # A urn: names no type, so that only the id is left of it.
    refs = {name for fact in facts for name in (fact.ref, fact.ref.rpartition("/")[2])}
    for one in view.record.treatments:
        days = view.days(one.date)
        if (refs & one.reasons or sets & one.sets) and (days is None or view.begun(days)):
            return True
    return False
