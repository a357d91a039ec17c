"""The limits of a score: numbers without a unit, all of which must be kept."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_screener.criteria.limit_words import limit_in_words, missed_in_words
from fhir_screener.criteria.measuring import compare
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.result_words import Polarity


@dataclass(frozen=True)
class ScoreLimits:
    at_least: float | None = None
    at_most: float | None = None
    above: float | None = None
    below: float | None = None

    @property
    def all(self) -> list[tuple[str, float, bool, bool]]:
        """[(which, number, whether met from there upwards, whether the number itself is out)]"""
        found = (
            ("at_least", self.at_least, True, False),
            ("above", self.above, True, True),
            ("at_most", self.at_most, False, False),
            ("below", self.below, False, True),
        )
        return [(which, limit, rising, strict) for which, limit, rising, strict in found if limit is not None]

    def measure(self, value: float, comparator: str, text: str) -> tuple[Polarity, Text]:
        """Whether a score keeps all of them, and a clause that says so; `text` is the score as recorded."""
        left_open = None
        for which, limit, rising, strict in self.all:
            says = compare(value, comparator, limit, rising, strict)
            if says is Polarity.NEGATIVE:
                return says, _beside(value, missed_in_words(which, {"": limit}))
            left_open = limit if says is Polarity.EQUIVOCAL else left_open
        if left_open is not None:
            return Polarity.EQUIVOCAL, say("{text}: either side of {limit:g}", text=text, limit=left_open)
        return Polarity.POSITIVE, self._kept(value)

    def _kept(self, value: float) -> Text:
        if len(self.all) == 1:
            which, limit, *_ = self.all[0]
            return _beside(value, limit_in_words(which, {"": limit}))
        if self.at_least is not None and self.at_most is not None:
            return say("{value:g}, {low:g} to {high:g}", value=value, low=self.at_least, high=self.at_most)
        return say("{value:g}, within the limits", value=value)

    def describe(self) -> list[Text]:
        """Each of them in words."""
        return [limit_in_words(which, {"": limit}) for which, limit, *_ in self.all]


def _beside(value: float, words: Text) -> Text:
    return say("{value:g}, {rule}", value=value, rule=words)
