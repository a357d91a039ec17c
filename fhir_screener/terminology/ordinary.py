"""Drugs that are known to be none of a study's business, by name or stem: what neither they nor any set knows may be anything.

The stems are those of international non-proprietary names (WHO "The use of stems in the selection of INN"), and their
Chinese counterparts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fhir_screener.terminology.coding import ATC, STANDARD, Concept, fold
from fhir_screener.terminology.names import Names
from fhir_screener.terminology.valueset import Terminology, ValueSet

_REMEMBERED = 50_000
_IMMUNE = re.compile(
    r"(?<![a-z])[a-z]{3,}(?:mab|(?:ner|ta|fa|na|ber|ci|ter)cept|kinra|leucel|limus|citinib|brutinib|lidomide)(?![a-z])"
    r"|单抗|[\u4e00-\u9fff]西普(?!乐)|仑赛|莫司(?!汀)|昔替尼|布替尼|度胺"
)
"""Stems of antibodies, receptors, cells and small molecules that act on immunity: no code makes such a drug a stranger."""


class Ordinary:
    """The ordinary drugs of all sets of that kind."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        sets = [one for one in terminology.sets.values() if one.kind == "ordinary"]
        self._names = Names((fold(word), 0) for one in sets for words in one.names.values() for word in words)
        self._stems = _pattern(sets)
        self._found: dict[Concept, bool] = {}

    def unlisted(self, concept: Concept) -> bool:
        """Whether nobody can say what drug this is: in no set, without a standard name, its words in no list."""
        found = self._found.get(concept)
        if found is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            found = self._found[concept] = self._unlisted(concept)
        return found

    def _unlisted(self, concept: Concept) -> bool:
        if self._terminology.classify(concept) or self._terminology.site.lists(concept):
            return False
        words = [fold(text) for text in (concept.text, *(coding.display for coding in concept.codings)) if text]
        if any(map(_IMMUNE.search, words)) and not any(map(self._knows, words)):
            return True
        if any(coding.system == ATC for coding in concept.codings):
            return False
        standard = [coding for coding in concept.codings if coding.system in STANDARD]
        if any(coding.display for coding in standard) or (standard and concept.text):
            return False
        return not any(map(self._knows, (concept.text, *(coding.display for coding in concept.codings))))

    def _knows(self, words: str) -> bool:
        text = fold(words)
        return bool(self._stems is not None and self._stems.search(text)) or any(True for _ in self._names.find(text))


def _pattern(sets: Iterable[ValueSet]) -> re.Pattern[str] | None:
    """A pattern of all stems; Latin ones end or begin a word of five letters or more."""
    parts = []
    for stem in {stem for one in sets for stem in one.stems}:
        core = re.escape(fold(stem.strip("-")))
        latin = core[0].isascii()
        if stem.startswith("-"):
            parts.append(rf"(?<![a-z])[a-z]{{2,}}{core}(?![a-z])" if latin else core)
        else:
            parts.append(rf"(?<![a-z]){core}[a-z]{{2,}}" if latin else core)
    return re.compile("|".join(sorted(parts))) if parts else None
