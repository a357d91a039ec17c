"""Drugs that are known to be none of a study's business, by name or stem: what neither they nor any set knows may be anything.

A stem of a study's own drugs (`-mab`) goes before both: a name with it that no list knows may be one more of them, whatever its code.

The stems are those of international non-proprietary names (WHO "The use of stems in the selection of INN"), and their
Chinese counterparts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from fhir_screener.terminology.coding import ATC, STANDARD, Concept, fold
from fhir_screener.terminology.joined_drugs import joined_drugs
from fhir_screener.terminology.names import Names
from fhir_screener.terminology.terms import Terminology
from fhir_screener.terminology.valueset import ValueSet, names_pattern

_REMEMBERED = 50_000

_CARRIER = re.compile(
    r"(?:bag|vial|syringe|ampoule|ampule|bottle|(?:pen )?needle|lancet|test strip)s?|ns|sw|diluent|注射器|输液器"
)
"""What a drug comes in or is given with: such a word alone names none."""

_IPS_ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
_NO_DRUG = re.compile(
    r"(?:no|nil|not (?:on|taking) any|denies(?: taking)?(?: any)?)"
    r"(?: (?:known|current|regular|active|home|other|prescri(?:bed|ption)|information (?:about|on)|data (?:about|on)))*"
    r" (?:medications?|medicines?|drugs?|meds)(?: (?:known|reported|recorded|taken|at present|on record|information))?"
    r"|none(?: known| reported| recorded)?|nil(?: known| reported)?"
    r"|(?:目前|现在?|平素|近期)?(?:无|未|否认)(?:特殊|长期|规律|正在)?(?:服用|使用|口服|应用)?(?:任何|其他|特殊)?(?:药物?|用药)(?:史|信息|记录)?|无"
)
"""What says that there is no drug, or that nothing is known of any; "unknown drug" says that there is one."""


class Ordinary:
    """The ordinary drugs of all sets of that kind."""

    def __init__(self, terminology: Terminology) -> None:
        self._terminology = terminology
        sets = [one for one in terminology.sets.values() if one.kind == "ordinary"]
        self._names = Names((fold(word), 0) for one in sets for words in one.names.values() for word in words)
        self._stems = _pattern(sets)
        asked = [one for one in terminology.sets.values() if one.kind == "drug"]
        self._asked = _pattern(asked)
        self._unlike = names_pattern(word for one in asked for word in one.unlike)
        self._found: dict[Concept, bool] = {}

    def unlisted(self, concept: Concept) -> bool:
        """Whether nobody can say what drug this is, or one of those that it names: in no set, without a standard name, its words in
        no list.
        """
        found = self._found.get(concept)
        if found is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            found = self._found[concept] = self._unlisted(concept)
        return found

    def _unlisted(self, concept: Concept) -> bool:
        if self._terminology.site.lists(concept) or _is_none(concept):
            return False
        words = [fold(text) for text in (concept.text, *(coding.display for coding in concept.codings)) if text]
        if self._terminology.classify(concept):
            return not any(coding.system in STANDARD for coding in concept.codings) and any(map(self._beside, words))
        if self._asked is not None and any(map(self._may_be_asked, words)):
            return True
        if any(coding.system == ATC for coding in concept.codings):
            return False
        standard = [coding for coding in concept.codings if coding.system in STANDARD]
        if any(coding.display for coding in standard) or (standard and concept.text):
            return False
        return not any(map(self._knows, (concept.text, *(coding.display for coding in concept.codings))))

    def _beside(self, words: str) -> bool:
        """Whether a text that names a member of a set joins to it a drug that nobody knows: "Marcumar + Zyxolin"."""
        parts = joined_drugs(words)
        return len(parts) > 1 and not all(
            self._known(one) or self._terminology.classify(Concept((), one)) for one in parts
        )

    def _may_be_asked(self, words: str) -> bool:
        rest = self._unlike.sub(" ", words) if self._unlike is not None else words
        return self._asked is not None and bool(self._asked.search(rest))

    def _knows(self, words: str) -> bool:
        """Whether all the drugs that a text joins by + are known."""
        return all(map(self._known, joined_drugs(fold(words))))

    def _known(self, text: str) -> bool:
        return (
            bool(_CARRIER.fullmatch(text.strip()))
            or bool(self._stems is not None and self._stems.search(text))
            or any(True for _ in self._names.find(text))
        )


def _is_none(concept: Concept) -> bool:
    """Whether it stands for no drug at all."""
    if any(coding.system == _IPS_ABSENT for coding in concept.codings):
        return True
    return bool(_NO_DRUG.fullmatch(fold(concept.label).strip(" .。")))


def _pattern(sets: Iterable[ValueSet]) -> re.Pattern[str] | None:
    return stem_pattern({stem for one in sets for stem in one.stems})


def stem_pattern(stems: Iterable[str]) -> re.Pattern[str] | None:
    """A pattern of all stems in folded text; Latin ones end or begin a word of five letters or more."""
    parts = []
    for stem in stems:
        core = re.escape(fold(stem.strip("-")))
        latin = core[0].isascii()
        if stem.startswith("-"):
            parts.append(rf"(?<![a-z])[a-z]{{2,}}{core}(?![a-z])" if latin else core)
        else:
            parts.append(rf"(?<![a-z]){core}[a-z]{{2,}}" if latin else core)
    return re.compile("|".join(sorted(parts))) if parts else None
