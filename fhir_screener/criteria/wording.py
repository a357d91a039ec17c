"""Phrases that several rules use."""

from __future__ import annotations

from collections.abc import Iterable

from fhir_screener.records.facts import Medication
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.valueset import Hit


def named(sets: Iterable[str]) -> Text:
    """Value sets by name, in a row; each name is a message of its own."""
    return join(", ", [say(name) for name in sorted(sets)])


def words_say(hit: Hit) -> Text:
    """What the words around a name say of it."""
    return say("the words say {stance}", stance=say(hit.stance.value))


def no_drug(fact: Medication) -> Text:
    """That a record's reference to its drug leads nowhere."""
    return say("names no drug: {reference} could not be found", reference=fact.unresolved)
