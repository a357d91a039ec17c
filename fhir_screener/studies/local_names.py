"""The records of a chart that are known only by a name of the site's own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from fhir_screener.records.facts import Fact, Observation, Value
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.terminology.coding import Coding, Concept
from fhir_screener.terminology.result_words import read_number
from fhir_screener.terminology.valueset import Terminology

LONGEST = 60
"""Characters of words that may be a name; longer ones are a text, and may tell of a patient."""


class Name(NamedTuple):
    """A local name: `kind` is test, drug, diagnosis, procedure or answer; without a code, only `words`."""

    kind: str
    system: str
    code: str
    words: str


def local_names(record: PatientRecord, terms: Terminology) -> Iterator[tuple[Fact, Name]]:
    """Every record that is known by a name of the site's own."""
    for drug in record.medications:
        if drug.unlisted and not drug.hits:
            yield from _named("drug", drug, drug.concept)
    rooms: tuple[tuple[str, tuple[Fact, ...]], ...] = (
        ("diagnosis", record.conditions),
        ("procedure", record.procedures),
        ("test", record.observations),
    )
    for kind, facts in rooms:
        for fact in facts:
            if not (terms.site.understands(fact.concept) or _read(kind, fact, terms) or _cover(fact)):
                yield from _named(kind, fact, fact.concept)
    for result in record.observations:
        if result.hits and not result.report and (concept := _answer(result.value, terms)):
            yield from _named("answer", result, concept)


def _cover(fact: Fact) -> bool:
    """Whether it is a report that only gathers results, which speak for themselves."""
    return isinstance(fact, Observation) and fact.report and not fact.value.text and not fact.conclusions


def _read(kind: str, fact: Fact, terms: Terminology) -> bool:
    """Whether the record is in a set of its own kind; a test that is named like a disease is no diagnosis."""
    kinds = {"test": ("result", "value"), "diagnosis": ("condition",)}.get(kind)
    return any(kinds is None or terms.sets[name].kind in kinds for name in fact.hits)


def _named(kind: str, fact: Fact, concept: Concept) -> Iterator[tuple[Fact, Name]]:
    """By its first code, with that code's display; without a code by its words."""
    coding = next((one for one in concept.codings if one.system and one.code), Coding("", ""))
    words = " ".join((coding.display or ("" if coding.code else concept.label)).split())
    if coding.code or (words and len(words) <= LONGEST):
        yield fact, Name(kind, coding.system, coding.code, words[:LONGEST])


def _answer(value: Value, terms: Terminology) -> Concept | None:
    """The answer that nobody understands, or None: numbers and words that are read are no such."""
    if value.concept is not None:
        if terms.classify(value.concept) or terms.site.understands(value.concept):
            return None
        return None if any(map(terms.says, _texts(value.concept))) else value.concept
    if not value.text or value.quantity is not None or value.interpretation:
        return None
    return None if read_number(value.text) or terms.says(value.text) else Concept((), value.text)


def _texts(concept: Concept) -> Iterator[str]:
    yield from filter(None, (concept.text, *(coding.display for coding in concept.codings)))
