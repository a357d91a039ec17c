"""Tests by a name that no list has, which names a disease: "TB PCR: positive". They decide nothing, and must not be overlooked."""

from __future__ import annotations

import re

from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.lean import ObservationLean
from fhir_screener.records.facts import QUESTIONS
from fhir_screener.terminology.coding import Concept
from fhir_screener.terminology.result_words import SAID_BY, Polarity
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.valueset import Hit, Hits

_YES = frozenset({Polarity.POSITIVE, Polarity.EQUIVOCAL})
_ELSE = frozenset({Stance.NEGATED, Stance.OTHER_PERSON})
_NO_TEST = re.compile(
    r"\b(?:s|surf\w*|hb[se]|e) ?-?(?:ab|antibod\w*)\b|anti-?hb[se]\b|抗-?hb[se]|表面抗体|肝炎?(?:病毒)? ?e ?抗体|immun|vaccin"
    r"|ti(?:tre|ter)\b|expos|contact|risk|educat|counsel|cancer|tumou?r|carcino|control|mitogen|疫苗|免疫|接触|暴露|癌|肿瘤|对照|质控",
    re.IGNORECASE,
)
"""Names of immunity (and anti-HBe, no sign of the virus), of what somebody met with, of markers and controls: a positive
there is no such disease.
"""


_OF_A_TEST = re.compile(r"\bscreen(?:ing)?\b|\btests?\b|筛查|检[测查验]", re.IGNORECASE)


def unlisted_test(record: ObservationLean, own: Hits, label: str, book: Book) -> dict[str, Hit]:
    """The diagnoses that the name of this test names, where it is in no list and its result is not negative."""
    if book.condition_sets.isdisjoint(own) or not book.result_sets.isdisjoint(own) or _NO_TEST.search(label):
        return {}
    if not QUESTIONS.isdisjoint(book.codes[bytes(record.category)]) or not _says_yes(record, book):
        return {}
    # "TB screening" is a name of its own for an occasion; as a test it is one of TB.
    bare = book.terminology.classify(Concept((), _OF_A_TEST.sub(" ", label).strip()))
    named = {**bare, **own}.items()
    return {name: hit for name, hit in named if name in book.condition_sets and hit.stance not in _ELSE}


def _says_yes(record: ObservationLean, book: Book) -> bool:
    if record.valueString and book.terminology.says(record.valueString) in _YES:
        return True
    concepts = [book.concept[bytes(record.valueCodeableConcept)].concept] if record.valueCodeableConcept else []
    concepts += book.concepts[bytes(record.interpretation)] if record.interpretation else ()
    for concept in concepts:
        known = book.terminology.classify(concept)
        said: set[Polarity | None] = {polarity for name, polarity in SAID_BY.items() if name in known}
        said |= {book.terminology.says(text) for text in (concept.text, *(c.display for c in concept.codings)) if text}
        if said & _YES:
            return True
    return False
