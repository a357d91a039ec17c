"""A record's facts by the value sets they are in: each fact is looked at once, for all criteria of all studies."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from fhir_screener.criteria.plan import CONSENT, DRUG, REGISTER, SUBJECT
from fhir_screener.records.facts import (
    Condition,
    Consent,
    Encounter,
    Fact,
    Immunization,
    Medication,
    Mention,
    Observation,
    Procedure,
    Subject,
)
from fhir_screener.records.patient_record import PatientRecord

F = TypeVar("F", bound=Fact)
Shelf = dict[str, list[F]]


class Index:
    """The facts of one record by set name; built once, shared by all views of the record."""

    def __init__(self, record: PatientRecord) -> None:
        self.conditions: Shelf[Condition] = _shelved(record.conditions)
        self.medications: Shelf[Medication] = _shelved(record.medications)
        self.procedures: Shelf[Procedure] = _shelved(record.procedures)
        self.immunizations: Shelf[Immunization] = _shelved(record.immunizations)
        self.encounters: Shelf[Encounter] = _shelved(record.encounters)
        self.observations: Shelf[Observation] = _shelved(record.observations)
        self.near: Shelf[Observation] = {}
        for fact in record.observations:
            for component in fact.components:
                for name in component.hits:
                    shelf = self.observations.setdefault(name, [])
                    if not shelf or shelf[-1] is not fact:
                        shelf.append(fact)
            for name in fact.near:
                self.near.setdefault(name, []).append(fact)
        self.mentions: Shelf[Mention] = _shelved(record.mentions)
        self.nameless = [fact for fact in record.medications if fact.unlisted or (fact.unresolved and not fact.hits)]
        """Drugs that nobody can name, and those whose words no list knows."""
        self.modified = _unsure(record.modified)
        """What may mean the opposite of what it says, by set and by mark."""
        self.present = self._present(record)
        """Every value set that something is in or speaks of, and a mark for what else can concern a rule."""

    def _present(self, record: PatientRecord) -> set[str]:
        found = {
            REGISTER,
            *self.conditions,
            *self.medications,
            *self.procedures,
            *self.immunizations,
            *self.encounters,
            *self.observations,
            *self.near,
            *self.mentions,
            *self.modified,
        }
        if self.nameless:
            found.add(DRUG)
        if record.consents:
            found.add(CONSENT)
        if record.subjects:
            found.add(SUBJECT)
        return found


def _shelved(facts: Iterable[F]) -> Shelf[F]:
    found: Shelf[F] = {}
    for fact in facts:
        for name in fact.hits:
            found.setdefault(name, []).append(fact)
    return found


def _unsure(facts: Iterable[Fact]) -> Shelf[Fact]:
    found = _shelved(facts)
    for fact in facts:
        for component in fact.components if isinstance(fact, Observation) else ():
            for name in component.hits.keys() - fact.hits.keys():
                found.setdefault(name, []).append(fact)
        if isinstance(fact, Consent | Subject):
            found.setdefault(CONSENT if isinstance(fact, Consent) else SUBJECT, []).append(fact)
        elif isinstance(fact, Medication) and not fact.hits:
            found.setdefault(DRUG, []).append(fact)
    return found


def among(shelf: Shelf[F], names: Iterable[str]) -> list[F]:
    """The facts in any of these sets, each once, in the order of the chart: that of a set differs between processes."""
    wanted = [name for name in names if name in shelf]
    if len(wanted) < 2:
        return shelf[wanted[0]] if wanted else []
    return list({id(fact): fact for name in shelf if name in wanted for fact in shelf[name]}.values())
