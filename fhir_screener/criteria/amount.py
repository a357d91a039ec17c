"""What one instruction comes to in mg a day: coded, in words, or both, as an interval; None where it cannot be read."""

from __future__ import annotations

import math
from typing import NamedTuple

import msgspec

from fhir_screener.criteria.view import View
from fhir_screener.records.facts import Dose, Medication, Quantity
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.coding import Concept, fold
from fhir_screener.terminology.dose_words import DoseWords, read_dose
from fhir_screener.terminology.product_words import read_strength
from fhir_screener.terminology.units import convert
from fhir_screener.terminology.valueset import Hit

_DAYS = {"s": 1 / 86400, "min": 1 / 1440, "h": 1 / 24, "d": 1.0, "wk": 7.0, "mo": 30.4375, "a": 365.25}
_PIECES = frozenset(
    "1 tablet tablets tab tabs tbl capsule capsules cap caps vial vials ampule ampoule 片 粒 丸 支"
    " stück stueck stk tablette tabletten filmtablette filmtabletten kapsel kapseln".split()
)
PER_KILO = ("/kg", "/公斤")
"""What a unit holds, folded and without blanks, that is by the kilogram of body weight."""


class Amount(msgspec.Struct, order=True, frozen=True, gc=False):
    """mg a day, `lo` .. `hi`; `hi` is infinite where no upper end is known."""

    lo: float
    hi: float

    @property
    def words(self) -> Text:
        """The amount, for people."""
        if self.lo == self.hi:
            return f"{self.lo:g}"
        if math.isinf(self.hi):
            return say("{low:g} or more", low=self.lo)
        return say("{low:g} to {high:g}", low=self.lo, high=self.hi)

    def times(self, lo: float, hi: float) -> Amount:
        """Each end multiplied; rounded, so that 10.5 mg a week by 7 and by 5/0.75 are 10 mg."""
        return Amount(round(self.lo * lo, 6), round(self.hi * hi, 6))


NONE = Amount(0, 0)


class Means(NamedTuple):
    """What amounts become mg with: `strength` of a piece or of a mL, body `weight` in kg, and `point`: one intake."""

    strength: tuple[float, str] | None = None
    weight: Amount | None = None
    point: bool = False


def means_of(fact: Medication, hit: Hit, weight: Amount | None) -> Means:
    """The strength by the product's code, else as its resource has it, else as its name states it."""
    strength = hit.strength or ((fact.strength.value, fact.strength.unit) if fact.strength else None)
    if strength is None:
        names = (fact.concept.text, *(one.display for one in fact.concept.codings))
        stated = {found for name in names if name and (found := read_strength(name))}
        strength = stated.pop() if len(stated) == 1 else None
    return Means(strength, weight, fact.kind in ("administration", "procedure"))


def spoken(view: View, text: str, hit: Hit) -> DoseWords | None:
    """The dose in words, the drug's own name left out; None where a word is not known, or names another drug."""
    if not text:
        return None
    plain = fold(text)
    named = [one for one in view.terminology.classify(Concept((), text)).values() if one.ingredient]
    for one in sorted(named, key=lambda other: -len(other.words)):
        if one.ingredient != hit.ingredient:
            return None
        plain = plain.replace(one.words, " ", 1)
    return read_dose(plain)


def per_day(dose: Dose, words: DoseWords | None, means: Means) -> Amount | None:
    """mg a day. What is not coded is taken from the words; code and words that disagree give an interval."""
    coded, often = _each(dose, means), _often(dose)
    told, told_often = (_told(words, means), _told_often(words)) if words else (None, None)
    once = Amount(1, 1) if means.point else None
    found = _product(coded or told, often or told_often or once)
    said = _product(told, told_often)
    if found is None:
        return None
    if said is not None and not _same(found, said):
        found = Amount(min(found.lo, said.lo), max(found.hi, said.hi))
    cap = _mg(dose.per_period, means) if dose.per_period else None
    if cap is not None:
        found = Amount(min(found.lo, cap.hi), min(found.hi, cap.hi))
    needed = dose.as_needed or bool(words and words.as_needed)
    return Amount(0, found.hi) if needed else found


def _product(each: Amount | None, often: Amount | None) -> Amount | None:
    return None if each is None or often is None else each.times(often.lo, often.hi)


def _same(a: Amount, b: Amount) -> bool:
    return math.isclose(a.lo, b.lo, rel_tol=1e-6) and math.isclose(a.hi, b.hi, rel_tol=1e-6)


def _each(dose: Dose, means: Means) -> Amount | None:
    """mg of one intake, as coded. A range with one end only is open at the other, as is a comparator."""
    if dose.rate or (dose.low is None and dose.high is None):
        return None
    low = _mg(dose.low, means) if dose.low else Amount(0, 0)
    high = _mg(dose.high, means) if dose.high else Amount(math.inf, math.inf)
    if low is None or high is None:
        return None
    least, most = min(low.lo, high.lo), max(low.hi, high.hi)
    signs = {quantity.comparator for quantity in (dose.low, dose.high) if quantity}
    return Amount(0 if signs & {"<", "<="} else least, math.inf if signs & {">", ">="} else most)


def _often(dose: Dose) -> Amount | None:
    """Intakes a day, as coded."""
    period = (dose.period or 1) * _DAYS.get(dose.unit or "d", 0)
    if dose.times is None or period <= 0:
        return None
    return Amount(dose.times / period, (dose.times_max or dose.times) / period)


def _told(words: DoseWords, means: Means) -> Amount | None:
    """mg of one intake, by the words."""
    if words.low is None or words.high is None:
        return None
    if not words.pieces:
        return Amount(words.low, words.high)
    low, high = (_mg(Quantity(value, "tablet"), means) for value in (words.low, words.high))
    return Amount(low.lo, high.hi) if low and high else None


def _told_often(words: DoseWords) -> Amount | None:
    return None if words.times is None else Amount(words.times / words.days, words.times / words.days)


def _mg(amount: Quantity, means: Means) -> Amount | None:
    """An amount in mg: mass as it is, by body weight, pieces and volumes by the strength. Without a unit it is nothing."""
    unit = amount.unit.strip()
    if not unit:
        return None
    for tail in PER_KILO:
        if unit.lower().replace(" ", "").endswith(tail):
            each = convert(amount.value, unit[: unit.rindex("/")].strip(), "mg")
            return None if each is None or means.weight is None else means.weight.times(each, each)
    mass = convert(amount.value, unit, "mg")
    if mass is None and means.strength is not None:
        mass = _by_strength(amount.value, unit, *means.strength)
    return None if mass is None else Amount(mass, mass)


def _by_strength(value: float, unit: str, strength: float, per: str) -> float | None:
    if "/" in per:
        volume, each = convert(value, unit, "mL"), convert(strength, per, "mg/mL")
        return None if volume is None or each is None else volume * each
    if unit.strip("{}").lower() not in _PIECES:
        return None
    piece = convert(strength, per, "mg")
    return None if piece is None else value * piece
