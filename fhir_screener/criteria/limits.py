"""The limits beyond which a result is positive, as a study has set them."""

from __future__ import annotations

from dataclasses import dataclass, field

from fhir_screener.terminology.units import ARBITRARY


@dataclass(frozen=True)
class Limits:
    """When a number is positive: `at_least` and `above` from below, `below` and `at_most` from above, all {unit: value}.

    `between` {unit: (low, high)}: positive in that zone; `equivocal`: a grey zone; both ends are in.
    `of_range`: above or below its own reference range.
    `detection`: any number above 0 is positive. `positive`, `negative`: value sets of coded answers.
    `molar`: grams per mole of the analyte, where its mass and its amount of substance may both be given.
    """

    at_least: dict[str, float] = field(default_factory=dict)
    above: dict[str, float] = field(default_factory=dict)
    below: dict[str, float] = field(default_factory=dict)
    at_most: dict[str, float] = field(default_factory=dict)
    between: dict[str, tuple[float, float]] = field(default_factory=dict)
    equivocal: dict[str, tuple[float, float]] = field(default_factory=dict)
    of_range: str = ""
    uln: float | None = None
    """Above so many times the upper limit of its own reference range, else the site's; without either the tables decide."""
    detection: bool = False
    positive: frozenset[str] = frozenset()
    negative: frozenset[str] = frozenset()
    molar: float | None = None
    only: bool = False
    """Whether none but its own answers are positive: what grew must be named, "positive" leaves it open."""
    runs: bool = False
    """Whether a run that failed is a doubt of its own, and not only a missing result."""

    @property
    def measures(self) -> bool:
        """Whether the rule asks how much, so that abnormal need not be positive; a cutoff index asks whether."""
        if self.at_least.keys() & ARBITRARY:
            return False
        return bool(self.at_least or self.above or self.how_much)

    @property
    def answers(self) -> bool:
        """Whether the rule lists answers of its own: a number is then none of them."""
        return bool(self.positive or self.negative)

    @property
    def how_much(self) -> bool:
        """Whether yes and no can be no answer: too little, or beyond a range. Yes may mean above a limit."""
        return bool(self.below or self.at_most or self.between or self.of_range or self.uln)
