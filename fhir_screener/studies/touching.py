"""Which criteria of a patient a record could change that nobody can name."""

from __future__ import annotations

from functools import cached_property

from fhir_screener.criteria.model import Study
from fhir_screener.criteria.view import View
from fhir_screener.records.facts import Fact, Patient
from fhir_screener.records.patient_record import PatientRecord, Unmapped
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.studies.lookalike import THRESHOLD, Lookalikes, Suggestion
from fhir_screener.studies.reach import in_time, reach_of
from fhir_screener.terminology.local_name import Name
from fhir_screener.terminology.terms import Terminology
from fhir_screener.verdict import UNKNOWN

_REMEMBERED = 50_000


class Looks:
    """What local names look like; each is compared once."""

    def __init__(self, terms: Terminology, threshold: float = THRESHOLD) -> None:
        self._terms, self._threshold = terms, threshold
        self._known: dict[Name, Suggestion | None] = {}

    @cached_property
    def _names(self) -> Lookalikes:
        """Made for the first local name: most charts of a hospital that maps its codes have none."""
        return Lookalikes(self._terms.sets.values())

    def like(self, name: Name) -> Suggestion | None:
        """The value set that it is most like, or None; answers are like nothing but themselves."""
        if name.kind == "answer":
            return None
        if name not in self._known:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            words = name.words.removeprefix(name.code).strip() if name.code else name.words
            self._known[name] = self._names.best(name.kind, words, self._threshold)
        return self._known[name]


class Touching:
    """For one study, judged on a day (ordinal)."""

    def __init__(self, study: Study, terms: Terminology, day: int) -> None:
        self._reach = reach_of(study)
        self._drugs = frozenset(name for name, one in terms.sets.items() if one.kind == "drug")
        # Only days are asked of it, and no record.
        self._view = View(PatientRecord(Patient(id="")), day, study.zone, terms, study.id)

    def criteria(
        self, fact: Fact | Unmapped, name: Name, looks: Suggestion | None, open_criteria: frozenset[str]
    ) -> set[str]:
        """The criteria that the record could change: those open, or that take absence for an answer, and look so far back."""
        if name.kind == "answer":
            sets = frozenset(fact.hits) if isinstance(fact, Fact) else frozenset()
        elif name.kind == "drug":
            sets = self._drugs
        else:
            sets = frozenset([looks.set]) if looks else frozenset()
        return {
            one.criterion
            for one in self._reach
            if one.sets & sets
            and (one.by_absence or one.criterion in open_criteria)
            and in_time(fact, one.back, self._view)
        }


def unknown(screening: Screening) -> frozenset[str] | None:
    """The criteria that are open for a patient; None where the patient cannot be screened, whatever they say."""
    if screening.outcome is Outcome.NOT_SCREENABLE:
        return None
    return frozenset(one.id for one in screening.criteria if one.verdict is UNKNOWN)
