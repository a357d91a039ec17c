"""What one site adds to every study: local codes and words, what is complete there, who is nobody. A plain value.

`studies/sites.py` reads it from `mappings/sites/<site>.yaml`; names and codes that the site puts into value sets are in
the value sets themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from fhir_screener.terminology.coding import STANDARD, Coding, Concept, fold
from fhir_screener.terminology.result_words import Polarity

Key = tuple[str, str]
"""(system, code) of a local code."""


class Range(NamedTuple):
    """The normal range of a test in one unit; either end may be open."""

    unit: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Site:
    """A site's overlay. `checksum` is "" where there is none.

    `means` {local code: the standard code it stands for}; `listed` local codes that stand in value sets; `ignored` local
    codes and `ignore` folded names that are no study's business; `words` {folded answer: what it says}; `complete`
    {resource type: the first day since which all is recorded, or None}; `test_names` names of test patients, a trailing
    `*` for any ending; `ranges` {value set of a test: its normal ranges}; `decimal_comma`: its numbers in words have one.
    """

    name: str = ""
    title: str = ""
    checksum: str = ""
    means: Mapping[Key, Coding] = field(default_factory=dict)
    listed: frozenset[Key] = frozenset()
    ignored: frozenset[Key] = frozenset()
    ignore: frozenset[str] = frozenset()
    words: Mapping[str, Polarity] = field(default_factory=dict)
    complete: Mapping[str, str | None] = field(default_factory=dict)
    test_names: tuple[str, ...] = ()
    ranges: Mapping[str, tuple[Range, ...]] = field(default_factory=dict)
    decimal_comma: bool = False

    def meaning(self, coding: Coding) -> Coding | None:
        """The standard code that a local one stands for, or None."""
        return self.means.get((coding.system, coding.code)) if self.means else None

    def ignores(self, coding: Coding) -> bool:
        """Whether this local code is no study's business."""
        return (coding.system, coding.code) in self.ignored

    def knows(self, coding: Coding) -> bool:
        """Whether it is known what the code means, so that its display needs no reading."""
        if coding.system in STANDARD:
            return True
        key = (coding.system, coding.code)
        return key in self.means or key in self.listed or key in self.ignored

    def ignores_words(self, texts: Iterable[str]) -> bool:
        """Whether one of these texts, as a whole, is a name that is no study's business."""
        return any(fold(text) in self.ignore for text in texts if text)

    def lists(self, concept: Concept) -> bool:
        """Whether the site's table says what the concept is, be it that it does not matter."""
        if any(coding.system not in STANDARD and self.knows(coding) for coding in concept.codings):
            return True
        return self.ignores_words((concept.text, *(coding.display for coding in concept.codings)))

    def understands(self, concept: Concept) -> bool:
        """Whether a standard code or the site's table says what the concept is."""
        return any(one.code and one.system in STANDARD for one in concept.codings) or self.lists(concept)


def is_named(name: str, wanted: Iterable[str]) -> bool:
    """Whether a name is one of `wanted`; a trailing `*` stands for any ending."""
    plain = fold(name)
    return any(plain.startswith(fold(one[:-1])) if one.endswith("*") else plain == fold(one) for one in wanted)


NO_SITE = Site()
