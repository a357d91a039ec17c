"""What the charts of a source call by names of their own: codes and words that map to nothing a study knows.

Only local codes and words count: a code of a standard system that is in no value set means something else. Of each, how many
patients have it, and how many it could change: those who can be screened, for whom a criterion that reads the value set
it looks like is not settled, and whose record lies in time where that criterion looks. Drugs that no list knows could be
any: for them every criterion about drugs is asked. Counts only; nothing of a patient is kept but the id, while counting.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from fhir_screener.criteria.model import Study
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.screen import screen
from fhir_screener.studies.load import Loaded
from fhir_screener.studies.local_names import LocalNames
from fhir_screener.studies.lookalike import THRESHOLD, Suggestion
from fhir_screener.studies.touching import Looks, Touching, unknown
from fhir_screener.terminology.local_name import Name

RARE = 3
"""Words without a code that fewer patients share are not shown: they may tell of a patient."""


@dataclass
class Found:
    """One name and the patients who have it; `could` those whom it could change, `play` those of them who are
    candidates, to be reviewed, or later; `criteria` what it could change."""

    name: Name
    records: int = 0
    patients: set[str] = field(default_factory=set)
    could: set[str] = field(default_factory=set)
    play: set[str] = field(default_factory=set)
    criteria: set[str] = field(default_factory=set)
    suggestion: Suggestion | None = None

    @property
    def rank(self) -> tuple[int, int, int, Name]:
        return (-len(self.could), -len(self.play), -len(self.patients), self.name)


@dataclass
class Survey:
    """What was found, ranked: `found` looks like something the study needs, `others` like nothing it needs.

    `patients` were read; `rare` counts names left out because too few patients share them.
    """

    study: str
    as_of: date
    found: list[Found]
    others: list[Found]
    patients: int = 0
    rare: int = 0


class Surveyor:
    """Takes charts, one after another; `survey` is the result.

    The charts must be read with `loaded.surveyed()`, which keeps what nobody can read.
    """

    def __init__(self, loaded: Loaded, as_of: date, threshold: float = THRESHOLD) -> None:
        self._study: Study = loaded.studies[0]
        self._terms, self._as_of = loaded.terminology, as_of
        self._names, self._looks = LocalNames(self._terms), Looks(self._terms, threshold)
        self._touching = Touching(self._study, self._terms, as_of.toordinal())
        self._found: dict[Name, Found] = {}
        self._patients = 0

    def take(self, record: PatientRecord) -> None:
        """Count what this chart holds."""
        self._patients += 1
        screening = screen(self._study, record, self._as_of, self._terms)
        is_open = unknown(screening)
        for fact, name in self._names.of(record):
            found = self._known(name)
            found.records += 1
            found.patients.add(record.patient.id)
            if is_open is None:
                continue
            if touched := self._touching.criteria(fact, found.name, found.suggestion, is_open):
                found.could.add(record.patient.id)
                found.criteria |= touched
                if screening.outcome.kept:
                    found.play.add(record.patient.id)

    def _known(self, name: Name) -> Found:
        """One entry for a code, whatever it is called, by the name met first."""
        found = self._found.get(name.key)
        if found is None:
            found = self._found[name.key] = Found(name, suggestion=self._looks.like(name))
        return found

    def survey(self, rare: int = RARE) -> Survey:
        """The names, those first that could change most patients. Words without a code need `rare` patients."""
        every = sorted(self._found.values(), key=lambda one: one.rank)
        shown = [one for one in every if one.name.code or len(one.patients) >= rare]
        found = [one for one in shown if one.suggestion or one.name.kind in ("drug", "answer")]
        others = [one for one in shown if one not in found]
        return Survey(self._study.id, self._as_of, found, others, self._patients, len(every) - len(shown))
