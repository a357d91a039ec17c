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
from fhir_screener.criteria.view import View
from fhir_screener.records.facts import Fact, Medication
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.screen import screen
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.studies.load import Loaded
from fhir_screener.studies.local_names import Name, local_names
from fhir_screener.studies.lookalike import THRESHOLD, Lookalikes, Suggestion
from fhir_screener.studies.reach import in_time, reach_of
from fhir_screener.verdict import UNKNOWN

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
        self._terms, self._as_of, self._threshold = loaded.terminology, as_of, threshold
        self._looks = Lookalikes(self._terms.sets.values())
        self._reach = reach_of(self._study)
        self._drugs = frozenset(name for name, one in self._terms.sets.items() if one.kind == "drug")
        self._found: dict[Name, Found] = {}
        self._patients = 0

    def take(self, record: PatientRecord) -> None:
        """Count what this chart holds."""
        self._patients += 1
        screening = screen(self._study, record, self._as_of, self._terms)
        view = View(record, self._as_of.toordinal(), self._study.zone, self._terms, self._study.id)
        for fact, name in local_names(record, self._terms):
            found = self._known(name)
            found.records += 1
            found.patients.add(record.patient.id)
            if touched := self._touched(fact, found, screening, view):
                found.could.add(record.patient.id)
                found.criteria |= touched
                if screening.outcome.kept:
                    found.play.add(record.patient.id)

    def _known(self, name: Name) -> Found:
        """One entry for a code, whatever it is called, by the name met first."""
        key = name._replace(words="") if name.code else name
        found = self._found.get(key)
        if found is None:
            words = name.words.removeprefix(name.code).strip() if name.code else name.words
            looks = None if name.kind == "answer" else self._looks.best(name.kind, words, self._threshold)
            found = self._found[key] = Found(name, suggestion=looks)
        return found

    def _touched(self, fact: Fact, found: Found, screening: Screening, view: View) -> set[str]:
        """The criteria of this patient that the record could change."""
        if screening.outcome is Outcome.NOT_SCREENABLE:
            return set()
        if found.name.kind == "answer":
            sets = frozenset(fact.hits)
        elif isinstance(fact, Medication):
            sets = self._drugs
        else:
            sets = frozenset([found.suggestion.set]) if found.suggestion else frozenset()
        unknown = {one.id for one in screening.criteria if one.verdict is UNKNOWN}
        return {
            one.criterion
            for one in self._reach
            if one.sets & sets and (one.criterion in unknown or one.by_absence) and in_time(fact, one.back, view)
        }

    def survey(self, rare: int = RARE) -> Survey:
        """The names, those first that could change most patients. Words without a code need `rare` patients."""
        every = sorted(self._found.values(), key=lambda one: one.rank)
        shown = [one for one in every if one.name.code or len(one.patients) >= rare]
        found = [one for one in shown if one.suggestion or one.name.kind in ("drug", "answer")]
        others = [one for one in shown if one not in found]
        return Survey(self._study.id, self._as_of, found, others, self._patients, len(every) - len(shown))
