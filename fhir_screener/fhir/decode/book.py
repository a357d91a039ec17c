"""What the raw parts of resources mean, remembered by their bytes.

A hospital spells the same concept, unit or instruction in the same bytes again and again: each spelling is parsed and
looked up once. The memory is bounded: a full one is emptied and filled anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from fhir_screener.fhir.decode import elements
from fhir_screener.fhir.decode.amounts import quantity
from fhir_screener.fhir.decode.dosage import Instructions, instructions
from fhir_screener.fhir.decode.tolerant import plain
from fhir_screener.records.facts import Quantity
from fhir_screener.terminology.coding import NOTHING, Concept
from fhir_screener.terminology.lab_names import of_somebody_else
from fhir_screener.terminology.local_name import Name, name_of
from fhir_screener.terminology.ordinary import Ordinary
from fhir_screener.terminology.terms import Terminology
from fhir_screener.terminology.told import Teller
from fhir_screener.terminology.valueset import NO_HITS, Hits

T = TypeVar("T")


class Memo(dict[bytes, T], Generic[T]):
    """bytes -> what `make` makes of them, at most `limit` of them."""

    def __init__(self, make: Callable[[bytes], T], limit: int = 50_000) -> None:
        super().__init__()
        self._make, self._limit = make, limit

    def __missing__(self, raw: bytes) -> T:
        if len(self) >= self._limit:
            self.clear()
        made = self[raw] = self._make(raw)
        return made


class Known(msgspec.Struct, frozen=True, gc=False):
    """A concept, its sets, and whether any of them makes the record that carries it worth keeping."""

    concept: Concept
    hits: Hits
    wanted: bool


class Bounds(msgspec.Struct, frozen=True, gc=False):
    """Observation.referenceRange: the normal one."""

    low: Quantity | None = None
    high: Quantity | None = None
    text: str = ""


UNKNOWN = Known(NOTHING, NO_HITS, False)
SPOILT = Known(NOTHING, NO_HITS, True)
"""A concept is there, and nobody can tell which: its record is kept, to be told of."""


class Book:
    """The memory of all readers, for the value sets of the loaded studies."""

    @staticmethod
    def of(terminology: Terminology) -> Book:
        """The one book of these value sets: what one reader has learnt, the next knows."""
        found: Book | None = terminology.learnt.get(Book)
        if found is None:
            found = terminology.learnt[Book] = Book(terminology)
        return found

    def __init__(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self.answer_sets = frozenset(name for name, one in terminology.sets.items() if one.kind == "value")
        self.drug_sets, self.result_sets, self.condition_sets = (
            frozenset(name for name, one in terminology.sets.items() if one.kind == kind)
            for kind in ("drug", "result", "condition")
        )
        self.ordinary, teller = Ordinary(terminology), Teller(terminology.sets.values())
        self.unlisted: Memo[bool] = Memo(lambda raw: self.ordinary.unlisted(self.concept[raw].concept))
        self.somebody: Memo[bool] = Memo(lambda raw: of_somebody_else(self.concept[raw].concept))
        self.near: Memo[Hits] = Memo(lambda raw: terminology.near(self.concept[raw].concept))
        self.told: Memo[Hits] = Memo(lambda raw: teller.told(raw.decode()), 20_000)
        self.tested: Memo[Hits] = Memo(self._tested)
        """Tests that a diagnosis is named after, with a result that is not negative, and drugs: "PPD positive", "toxicity of
        methotrexate". By words only."""
        self.visits = any(one.kind == "encounter" for one in terminology.sets.values())
        """Whether any rule is about encounters; else they only date what happened in them."""
        self.concept: Memo[Known] = Memo(self._concept, 200_000)
        self.concepts: Memo[tuple[Concept, ...]] = Memo(lambda raw: elements.concepts(plain(raw)))
        self.visit: Memo[Known] = Memo(lambda raw: self.known(_visit(plain(raw))))
        """Of Encounter.class, a Coding."""
        self.codes: Memo[tuple[str, ...]] = Memo(lambda raw: elements.codes(plain(raw)))
        self.quantity: Memo[Quantity | None] = Memo(quantity)
        self.bounds: Memo[Bounds] = Memo(lambda raw: _bounds(plain(raw)))
        self.instructions: Memo[Instructions] = Memo(lambda raw: instructions(plain(raw)))
        self._words: Memo[Known] = Memo(lambda raw: self.known(Concept((), raw.decode())), 20_000)

    def _concept(self, raw: bytes) -> Known:
        if not raw:
            return UNKNOWN
        tree = plain(raw)
        found = elements.concept(tree)
        if found is NOTHING and raw.strip() != b"null" and not elements.withheld(tree):
            return SPOILT
        known = self.known(found)
        return SPOILT if not known.hits and elements.misshapen(tree) else known

    def _tested(self, raw: bytes) -> Hits:
        known = self.concept[raw]
        if any(not hit.by_name for hit in known.hits.values()):
            return NO_HITS
        words = dict.fromkeys((known.concept.text, *(coding.display for coding in known.concept.codings)))
        told = [self.told[text.encode()] for text in words if len(text) > 1]
        beside = self.result_sets | self.drug_sets
        return {name: hit for one in told for name, hit in one.items() if name in beside} or NO_HITS

    def known(self, concept: Concept) -> Known:
        """The concept with its sets; those of answers (positive, negative) make nothing worth keeping."""
        if concept is NOTHING:
            return UNKNOWN
        hits = self.terminology.classify(concept)
        wanted = any(name not in self.answer_sets for name in hits)
        return Known(concept, hits, wanted or (self.terminology.keep_unread and self.terminology.unread(concept)))

    def local_name(self, kind: str, raw: bytes) -> Name | None:
        """What a concept is called that nobody knows; None for one that a list or a standard system knows, and for a text."""
        concept = self.concept[raw].concept
        return name_of(kind, concept) if concept is not NOTHING and self.terminology.unread(concept) else None

    def words(self, text: str | None) -> Known:
        """What free text names."""
        return self._words[text.encode()] if text and len(text) > 1 else UNKNOWN

    def drugs(self, hits: Hits) -> bool:
        """Whether any of these sets is one of drugs."""
        return not self.drug_sets.isdisjoint(hits)


def _visit(value: Any) -> Concept:
    """A Coding (R4), or a list of concepts (R5), as one concept."""
    found = elements.coding(value)
    return Concept((found,)) if found is not None else elements.concept(value)


_USUAL = re.compile(r"normal|recommended|reference|正常|参考", re.IGNORECASE)


def _bounds(value: Any) -> Bounds:
    """The first range that is for everybody; one for a treatment, or of a danger, is none."""
    for one in elements.many(value):
        if not isinstance(one, dict):
            continue
        kinds = [*elements.codes(one.get("type")), elements.label(one.get("type"))]
        if not one.get("type") or any(map(_USUAL.search, kinds)):
            text = elements.words(one.get("text"))
            return Bounds(elements.quantity(one.get("low")), elements.quantity(one.get("high")), text)
    return Bounds()
