"""Names of a site's own: a code of no standard system, or words without a code, as they stand in a record."""

from __future__ import annotations

from typing import NamedTuple

from fhir_screener.terminology.coding import Coding, Concept

LONGEST = 60
"""Characters of words that may be a name; longer ones are a text, and may tell of a patient."""

KINDS = ("test", "drug", "diagnosis", "procedure", "answer")


class Name(NamedTuple):
    """A local name: `kind` is test, drug, diagnosis, procedure or answer; without a code, only `words`."""

    kind: str
    system: str
    code: str
    words: str

    @property
    def key(self) -> Name:
        """The same code, whatever it is called."""
        return self._replace(words="") if self.code else self


def name_of(kind: str, concept: Concept) -> Name | None:
    """By its first code, with that code's display; without a code by its words; None for a text."""
    coding = next((one for one in concept.codings if one.system and one.code), Coding("", ""))
    words = " ".join((coding.display or ("" if coding.code else concept.label)).split())
    if coding.code or (words and len(words) <= LONGEST):
        return Name(kind, coding.system, coding.code, words[:LONGEST])
    return None
