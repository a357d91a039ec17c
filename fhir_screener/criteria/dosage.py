"""The dose a day that a medication record tells of, day by day, as an interval in mg of the drug itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from fhir_screener.criteria.amount import PER_KILO, Amount, means_of, per_day, spoken
from fhir_screener.criteria.intake import in_sequence
from fhir_screener.criteria.view import View
from fhir_screener.records.dates import FOREVER
from fhir_screener.records.facts import Dose, Medication
from fhir_screener.terminology.valueset import Hit


class Step(msgspec.Struct, frozen=True, gc=False):
    """A stretch of days (ordinals, inclusive) with one dose; `amount` None where the dose cannot be read."""

    first: int
    last: int
    amount: Amount | None


def steps(view: View, fact: Medication, hit: Hit, first: int, last: int, weight: Amount | None = None) -> list[Step]:
    """The doses from day `first` to day `last` of a record, in pieces of constant dose; `weight` in kg.

    Instructions with their own bounds hold within them; those with a `sequence` follow one another; the others hold
    throughout and add up. Without any instruction the drug's own words may say a dose ("泼尼松 30mg qd").
    """
    means = means_of(fact, hit, weight)
    if not fact.doses:
        alone = spoken(view, fact.concept.text, hit)
        return [Step(first, last, per_day(Dose(), alone, means) if alone else None)]
    placed = _placed(view, fact.doses, first, last)
    edges = sorted({first, last + 1, *(d for a, b, _ in placed for d in (a, b + 1) if first < d <= last)})
    found = []
    for start, after in pairwise(edges):
        on = [dose for a, b, dose in placed if a <= start <= b]
        amounts = [per_day(dose, spoken(view, dose.text, hit), means) for dose in on]
        known = [amount for amount in amounts if amount is not None]
        total = Amount(sum(a.lo for a in known), sum(a.hi for a in known))
        found.append(Step(start, after - 1, total if known and len(known) == len(amounts) else None))
    return found


def _placed(view: View, doses: Sequence[Dose], first: int, last: int) -> list[tuple[int, int, Dose]]:
    sequential = in_sequence(doses)
    found, at, after = [], first, first
    step = None
    for dose in sorted(doses, key=_step) if sequential else doses:
        if sequential and _step(dose) != step:
            step, at = _step(dose), after
        start, end = view.days(dose.bounds.start), view.days(dose.bounds.end)
        a = start.lo if start else at
        b = end.hi if end else last
        if dose.bounds_days:
            b = min(b, a + int(dose.bounds_days) - 1)
        found.append((a, b, dose))
        if sequential:
            after = max(after, b + 1 if b < FOREVER else b)
    return found


def _step(dose: Dose) -> int:
    return dose.sequence or 0


def is_once(view: View, fact: Medication, hit: Hit) -> bool:
    """Whether every instruction says a single dose, coded or in words."""
    return bool(fact.doses) and all(
        dose.once or bool(dose.times is None and (words := spoken(view, dose.text, hit)) and words.once)
        for dose in fact.doses
    )


def is_by_weight(fact: Medication) -> bool:
    """Whether an amount is stated by the kilogram."""
    units = {amount.unit for dose in fact.doses for amount in (dose.low, dose.high, dose.per_period) if amount}
    return any(mark in unit.lower().replace(" ", "") for unit in units for mark in PER_KILO)
