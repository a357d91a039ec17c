"""The dose a day that a medication record tells of, on a given day, as an interval in mg of the drug itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from fhir_screener.criteria.view import View
from fhir_screener.records.dates import FOREVER
from fhir_screener.records.facts import Dose, Medication, Quantity
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.units import convert
from fhir_screener.terminology.valueset import Hit

_DAYS = {"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 30.4375, "a": 365.25}
_PIECES = ("{tablet}", "{tbl}", "tablet", "tablets", "tab", "tabs", "{capsule}", "capsule", "capsules", "1", "片", "粒")


class Amount(NamedTuple):
    """mg a day, `lo` .. `hi`."""

    lo: float
    hi: float

    @property
    def words(self) -> Text:
        return f"{self.lo:g}" if self.lo == self.hi else say("{low:g} to {high:g}", low=self.lo, high=self.hi)


NONE = Amount(0, 0)


class Step(NamedTuple):
    """A stretch of days (ordinals, inclusive) with one dose; `amount` None where the dose cannot be read."""

    first: int
    last: int
    amount: Amount | None


def steps(view: View, fact: Medication, hit: Hit, first: int, last: int) -> list[Step]:
    """The doses from day `first` to day `last` of a record, in pieces of constant dose.

    Instructions with their own bounds hold within them; those with a `sequence` follow one another; the others hold
    throughout and add up.
    """
    if not fact.doses:
        return [Step(first, last, None)]
    placed = _placed(view, fact.doses, first, last)
    edges = sorted({first, last + 1, *(d for a, b, _ in placed for d in (a, b + 1) if first < d <= last)})
    found = []
    for start, after in pairwise(edges):
        on = [dose for a, b, dose in placed if a <= start <= b]
        amounts = [per_day(dose, fact, hit) for dose in on]
        known = [amount for amount in amounts if amount is not None]
        total = Amount(sum(a.lo for a in known), sum(a.hi for a in known))
        found.append(Step(start, after - 1, total if known and len(known) == len(amounts) else None))
    return found


def _placed(view: View, doses: Sequence[Dose], first: int, last: int) -> list[tuple[int, int, Dose]]:
    sequential = len({dose.sequence for dose in doses if dose.sequence is not None}) > 1
    found, at = [], first
    for dose in sorted(doses, key=lambda d: d.sequence or 0) if sequential else doses:
        start, end = view.days(dose.bounds.start), view.days(dose.bounds.end)
        a = start.lo if start else at
        b = end.hi if end else last
        if dose.bounds_days:
            b = min(b, a + int(dose.bounds_days) - 1)
        found.append((a, b, dose))
        if sequential:
            at = b + 1 if b < FOREVER else b
    return found


def per_day(dose: Dose, fact: Medication, hit: Hit) -> Amount | None:
    """mg a day of one instruction, or None where it is not coded in a way that can be computed."""
    if dose.rate or dose.per_dose_weight:
        return None
    low, high = dose.low or dose.high, dose.high or dose.low
    if low is None or high is None:
        return None
    each_low, each_high = _mg(low, fact, hit), _mg(high, fact, hit)
    times = _times(dose)
    if each_low is None or each_high is None or times is None:
        return None
    least, most = each_low * times[0], each_high * times[1]
    if dose.per_period is not None:
        cap = _mg(dose.per_period, fact, hit)
        most = most if cap is None else min(most, cap)
    return Amount(0 if dose.as_needed else min(least, most), most)


def _times(dose: Dose) -> tuple[float, float] | None:
    """Intakes a day (least, most)."""
    if dose.times is None:
        return None
    period = (dose.period or 1) * _DAYS.get(dose.unit or "d", 0)
    if period <= 0:
        return None
    return dose.times / period, (dose.times_max or dose.times) / period


def _mg(amount: Quantity, fact: Medication, hit: Hit) -> float | None:
    """One intake in mg: mass as it is, pieces by the strength of the product."""
    mass = convert(amount.value, amount.unit, "mg") if amount.unit else None
    if mass is not None:
        return mass
    if amount.unit.lower() not in _PIECES and amount.unit:
        return None
    strength = hit.strength or ((fact.strength.value, fact.strength.unit) if fact.strength else None)
    if strength is None:
        return None
    piece = convert(strength[0], strength[1], "mg")
    return None if piece is None else amount.value * piece
