"""The local names of a chunk of patients: how many they could change, counted while a sweep judges.

As the survey counts, but cheaply: of records that no study can use only the name is kept, each name is compared with the
lists once, and words are told only where several patients of the chunk share them: others may tell of a patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from fhir_screener.records.facts import Fact
from fhir_screener.records.patient_record import PatientRecord, Unmapped
from fhir_screener.screening.lookalikes import Lookalike
from fhir_screener.screening.screening import Screening
from fhir_screener.studies.load import Loaded
from fhir_screener.studies.local_names import LocalNames
from fhir_screener.studies.survey import RARE
from fhir_screener.studies.touching import Looks, Touching, unknown
from fhir_screener.terminology.local_name import Name

MOST = 200
"""Names of one chunk that are told of."""


class _Standing(NamedTuple):
    """One patient in one study: what is open (None: cannot be screened), and whether a Task is kept."""

    is_open: frozenset[str] | None
    kept: bool


class Overlooked:
    """Begins counts for the studies of a sweep, read with `loaded.noted()`. What a name looks like is remembered."""

    def __init__(self, loaded: Loaded, as_of: date) -> None:
        self.names, self.looks = LocalNames(loaded.terminology), Looks(loaded.terminology)
        self.touching = {study.id: Touching(study, loaded.terminology, as_of.toordinal()) for study in loaded.studies}

    def count(self) -> Tally:
        """A count of its own for each chunk."""
        return Tally(self)


class Tally:
    """Counts one chunk (implements `Count`)."""

    def __init__(self, among: Overlooked) -> None:
        self._among = among
        self._stand: list[Mapping[str, _Standing]] = []
        self._met: dict[Name, dict[int, list[Fact | Unmapped]]] = {}
        self._called: dict[Name, dict[str, set[int]]] = {}

    def take(self, record: PatientRecord, screenings: Iterable[Screening]) -> None:
        number = -1
        for fact, name in self._among.names.of(record):
            if number < 0:
                number = len(self._stand)
                self._stand.append({one.study: _Standing(unknown(one), one.outcome.kept) for one in screenings})
            key = name.key
            self._called.setdefault(key, {}).setdefault(name.words, set()).add(number)
            self._met.setdefault(key, {}).setdefault(number, []).append(fact)

    def found(self) -> dict[str, list[Lookalike]]:
        named = [(self._name(key), who) for key, who in self._met.items() if key.code or len(who) >= RARE]
        return {study: self._of(study, touching, named) for study, touching in self._among.touching.items()}

    def _name(self, key: Name) -> Name:
        """A code by the words that most patients have; by none where each has others, as a code for anything else does."""
        called = self._called[key]
        words = min(called, key=lambda one: (-len(called[one]), one))
        return key._replace(words=words if len(called) == 1 or len(called[words]) >= RARE else "")

    def _told(self, name: Name) -> str:
        """The words, where several share them: others may tell of a patient."""
        return name.words if len(self._called[name.key].get(name.words, ())) >= RARE else ""

    def _of(
        self, study: str, touching: Touching, named: list[tuple[Name, dict[int, list[Fact | Unmapped]]]]
    ) -> list[Lookalike]:
        rows = (self._row(study, touching, name, who) for name, who in named)
        return sorted((row for row in rows if row is not None), key=lambda one: one.rank)[:MOST]

    def _row(
        self, study: str, touching: Touching, name: Name, who: Mapping[int, list[Fact | Unmapped]]
    ) -> Lookalike | None:
        looks = self._among.looks.like(name)
        if looks is None and name.kind not in ("drug", "answer"):
            return None
        could = play = 0
        criteria: set[str] = set()
        for number, facts in who.items():
            stands = self._stand[number].get(study)
            if stands is None or stands.is_open is None:
                continue
            touched = set[str]().union(*(touching.criteria(fact, name, looks, stands.is_open) for fact in facts))
            could, play = could + bool(touched), play + bool(touched and stands.kept)
            criteria |= touched
        if not could:
            return None
        like = (looks.set, looks.like) if looks else ("", "")
        told = sorted(criteria)
        return Lookalike(name.kind, self._told(name), name.system, name.code, *like, len(who), could, play, tuple(told))
