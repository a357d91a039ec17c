"""A daily dose as a study asks for it: `{at_least: {"mg/d": 10}, below: {"mg/d": 20}}`, in one unit of mass by time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import ge, gt, le, lt

from fhir_screener.criteria.amount import Amount
from fhir_screener.criteria.limit_words import limit_in_words
from fhir_screener.sentence import Text, join
from fhir_screener.terminology.unit_words import readable
from fhir_screener.terminology.units import convert

MG = "mg/d"
_KEEPS: dict[str, Callable[[float, float], bool]] = {"at_least": ge, "above": gt, "at_most": le, "below": lt}
LIMITS = tuple(_KEEPS)


@dataclass(frozen=True)
class DailyDose:
    """`limits` is {at_least, above, at_most or below: number}, in `unit`; without any, every dose will do."""

    limits: tuple[tuple[str, float], ...] = ()
    unit: str = MG

    @property
    def is_readable(self) -> bool:
        """Whether the unit is one of mass by time."""
        return convert(1, self.unit, MG) is not None

    @property
    def capped(self) -> bool:
        """Whether more of the drug could be too much."""
        return any(which in ("at_most", "below") for which, _ in self.limits)

    def keeps(self, amount: Amount) -> bool | None:
        """Whether a dose keeps all limits; None where it may lie on either side of one."""
        said = {self._keeps(amount, which, limit) for which, limit in self.limits}
        return False if False in said else None if None in said else True

    def _keeps(self, amount: Amount, which: str, limit: float) -> bool | None:
        in_mg = convert(limit, self.unit, MG)
        if in_mg is None:
            return None
        # 17.5 mg a week are 2.5 a day, and not the 2.4999999999999996 of binary fractions.
        in_mg = round(in_mg, 6)
        low, high = _KEEPS[which](amount.lo, in_mg), _KEEPS[which](amount.hi, in_mg)
        return low if low is high else None

    def words(self, amount: Amount) -> Text:
        """An amount of mg a day in the unit asked in."""
        by = convert(1, MG, self.unit) or 1.0
        return join(" ", (amount.times(by, by).words, readable(self.unit)))

    def describe(self) -> Text:
        return join(" and ", [limit_in_words(which, {self.unit: limit}) for which, limit in self.limits])
