"""What the charts of a source call by names of their own: codes and words that map to nothing a study knows.

Only local codes and words count: a code of a standard system that is in no value set means something else. Of each, how many
patients have it, and how many it could change: those who can be screened, for whom a criterion that reads the value set
it looks like is not settled, and whose record lies in time where that criterion looks. Drugs that no list knows could be
any: for them every criterion about drugs is asked. Counts only; nothing of a patient is kept but the id, while counting.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from fhir_screener.criteria.model import Rule, Study
from fhir_screener.criteria.rules.condition import ConditionRule
from fhir_screener.criteria.rules.dose import DoseRule
from fhir_screener.criteria.rules.result import ResultRule
from fhir_screener.criteria.view import View, When
from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import Condition, Fact, Medication, Observation, Value
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.screen import screen
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.studies.load import Loaded
from fhir_screener.studies.lookalike import THRESHOLD, Lookalikes, Suggestion
from fhir_screener.terminology.coding import Coding, Concept
from fhir_screener.terminology.result_words import read_number
from fhir_screener.terminology.valueset import Terminology
from fhir_screener.verdict import UNKNOWN

LONGEST = 60
"""Characters of words that may be a name; longer ones are a text, and may tell of a patient."""
RARE = 3
"""Words without a code that fewer patients share are not shown: they may tell of a patient."""


class Name(NamedTuple):
    """A local name: `kind` is test, drug, diagnosis, procedure or answer; without a code, only `words`."""

    kind: str
    system: str
    code: str
    words: str


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
        self._reach = _reach(self._study)
        self._drugs = frozenset(name for name, one in self._terms.sets.items() if one.kind == "drug")
        self._found: dict[Name, Found] = {}
        self._patients = 0

    def take(self, record: PatientRecord) -> None:
        """Count what this chart holds."""
        self._patients += 1
        screening = screen(self._study, record, self._as_of, self._terms)
        view = View(record, self._as_of.toordinal(), self._study.zone, self._terms, self._study.id)
        for fact, name in _names(record, self._terms):
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
            if one.sets & sets and (one.criterion in unknown or one.by_absence) and _in_time(fact, one.back, view)
        }

    def survey(self, rare: int = RARE) -> Survey:
        """The names, those first that could change most patients. Words without a code need `rare` patients."""
        every = sorted(self._found.values(), key=lambda one: one.rank)
        shown = [one for one in every if one.name.code or len(one.patients) >= rare]
        found = [one for one in shown if one.suggestion or one.name.kind in ("drug", "answer")]
        others = [one for one in shown if one not in found]
        return Survey(self._study.id, self._as_of, found, others, self._patients, len(every) - len(shown))


class _Reach(NamedTuple):
    """One rule of a criterion: the sets it reads and how far back it looks (None: ever); `by_absence`: no record counts."""

    criterion: str
    sets: frozenset[str]
    back: Duration | None
    by_absence: bool


def _reach(study: Study) -> list[_Reach]:
    return [
        _Reach(criterion.id, rule.needs().sets, _back(rule), isinstance(rule, DoseRule))
        for criterion in study.criteria
        for rule in _asked(criterion.rule)
        if rule.needs().sets
    ]


def _asked(rule: Rule) -> Iterator[Rule]:
    """The rules that answer; not those that only support a diagnosis."""
    yield rule
    for part in () if isinstance(rule, ConditionRule) else rule.parts():
        yield from _asked(part)


def _back(rule: Rule) -> Duration | None:
    """How far back a record can matter to this rule; a positive result that never expires matters for ever."""
    if rule.needs().drug_window is not None:
        return rule.needs().drug_window
    found = getattr(rule, "positive_within" if isinstance(rule, ResultRule) else "within", None)
    return found if isinstance(found, Duration) else None


def _in_time(fact: Fact, back: Duration | None, view: View) -> bool:
    """Whether the record may matter: it is not wholly before the window, nor all in the future."""
    if isinstance(fact, Medication):
        days = view.days(fact.span.end) or (None if fact.status == "active" else view.days(fact.authored))
    elif isinstance(fact, Condition):
        days = view.days(fact.abatement.end)
    elif isinstance(fact, Observation):
        days = view.point(fact.effective, fact.issued)
    else:
        span = getattr(fact, "span", None)
        days = view.point(span) if span is not None else None
    return days is None or view.place(days, back) in (When.INSIDE, When.STRADDLES)


def _names(record: PatientRecord, terms: Terminology) -> Iterator[tuple[Fact, Name]]:
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
