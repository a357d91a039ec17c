"""The records of a chart that are known only by a name of the site's own."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.records.facts import Fact, Observation, Value
from fhir_screener.records.patient_record import PatientRecord, Unmapped
from fhir_screener.terminology.coding import Concept
from fhir_screener.terminology.local_name import Name, name_of
from fhir_screener.terminology.result_words import read_number
from fhir_screener.terminology.terms import Terminology

_REMEMBERED = 20_000
_ROOMS = (("diagnosis", "conditions"), ("procedure", "procedures"), ("test", "observations"))


class LocalNames:
    """Finds them; what an answer is has to be found out once."""

    def __init__(self, terms: Terminology) -> None:
        self._terms = terms
        kinds = {"diagnosis": ("condition",), "test": ("result", "value")}
        self._read = {
            kind: frozenset(name for name, one in terms.sets.items() if kind not in kinds or one.kind in kinds[kind])
            for kind, _ in _ROOMS
        }
        """{kind: the sets by which such a record is read}: a test that is named like a disease is no diagnosis."""
        self._answers: dict[object, Concept | None] = {}

    def of(self, record: PatientRecord) -> Iterator[tuple[Fact | Unmapped, Name]]:
        """Every record that is known by a name of the site's own, those included that left only their name."""
        for drug in record.medications:
            if drug.unlisted and not drug.hits:
                yield from _named("drug", drug, drug.concept)
        for kind, room in _ROOMS:
            read = self._read[kind]
            for fact in getattr(record, room):
                if read.isdisjoint(fact.hits) and not (self._terms.site.understands(fact.concept) or _cover(fact)):
                    yield from _named(kind, fact, fact.concept)
        for result in record.observations:
            if result.hits and not result.report and (concept := self._answer(result.value)):
                yield from _named("answer", result, concept)
        for one in record.unmapped:
            yield one, one.name

    def _answer(self, value: Value) -> Concept | None:
        """The answer that nobody understands, or None: numbers and words that are read are no such."""
        key = value.concept
        if key is None:
            if not value.text or value.quantity is not None or value.interpretation:
                return None
            key = Concept((), value.text)
        if key not in self._answers:
            if len(self._answers) >= _REMEMBERED:
                self._answers.clear()
            self._answers[key] = None if self._says(value) else key
        return self._answers[key]

    def _says(self, value: Value) -> bool:
        terms = self._terms
        if value.concept is not None:
            known = terms.classify(value.concept) or terms.site.understands(value.concept)
            return bool(known) or any(map(terms.says, _texts(value.concept)))
        return bool(read_number(value.text) or terms.says(value.text))


def _cover(fact: Fact) -> bool:
    """Whether it is a report that only gathers results, which speak for themselves."""
    return isinstance(fact, Observation) and fact.report and not fact.value.text and not fact.conclusions


def _named(kind: str, fact: Fact, concept: Concept) -> Iterator[tuple[Fact, Name]]:
    name = name_of(kind, concept)
    if name is not None:
        yield fact, name


def _texts(concept: Concept) -> Iterator[str]:
    yield from filter(None, (concept.text, *(coding.display for coding in concept.codings)))
