"""`dose`: a drug class newly started or raised, by dose a day in equivalents.

    dose:
      of: [systemic-glucocorticoids]
      local: [creams]               # forms that are never systemic
      in: prednisone                # table of equivalents
      started_within: P28D          # newly started ...
      free_for: P90D                # ... after so long without
      raised_within: P28D           # or raised ...
      baseline: {at_most: 10}       # ... from a daily dose above 0 and at most this (mg)
      continuing: P180D             # a start or raise so long ago, and continuing, is a person's call
      for: [igg4rd-index]           # a stated reason outside these is another disease: `suspected`
      weight: [body-weight]         # for doses by the kilogram

A dose is read from code and from words (terminology/dose_words.py); what is not certain is no dose. A single dose or
premedication is no start. No record counts as none. See SEMANTICS "I4".
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from msgspec.structs import replace

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.evidence import Evidence, Finding, met, unknown
from fhir_screener.criteria.hearsay import hear
from fhir_screener.criteria.intake import Intake, taken_back
from fhir_screener.criteria.keys import choice, duration, mapping, number, sets
from fhir_screener.criteria.laid import Drugs
from fhir_screener.criteria.model import DRUG_TYPES, Build, Needs, Rule
from fhir_screener.criteria.plan import DRUG
from fhir_screener.criteria.settling import ASK
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.start import Answer, Terms, beginning
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.therapy import Line, course_of, total
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import clauses, length, named
from fhir_screener.records.dates import Days, Duration, iso
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.equivalents import TABLES
from fhir_screener.verdict import Reason, first_reason


@dataclass(frozen=True)
class DoseRule:
    of: frozenset[str]
    terms: Terms
    local: frozenset[str] = frozenset()
    weight: frozenset[str] = frozenset()
    kind: ClassVar[str] = "dose"

    def evaluate(self, view: View) -> Finding:
        tally = Tally()
        lines = self.drugs.lines(view, tally)
        if not lines:
            hear(view, self.of, self.terms.continuing, tally)
        finding = self._judge(view, lines, tally).but(rule=self.kind)
        return fetched(finding, view, DRUG_TYPES, named(self.of), stands=False)

    @cached_property
    def drugs(self) -> Drugs:
        """Its drugs, to be laid on the time line."""
        return Drugs(self.of, self.terms.continuing, TABLES[self.terms.table], self.local, self.weight)

    def _perhaps_earlier(self, view: View, start: Days) -> bool:
        """Whether a record that does not say when it began may tell of the time that is to be without."""
        free_from = self.terms.free_for.before(start.lo)
        for fact, _, taken in self.drugs.intakes(view, Tally()):
            said = view.days(fact.asserted)
            told_since = said is not None and said.lo >= start.lo
            if taken.first is None and taken.last.hi >= free_from and not told_since and not taken_back(fact, taken):
                return True
        return False

    def _judge(self, view: View, lines: list[Line], tally: Tally) -> Finding:
        """The answer, where it is the same for the earliest beginnings and latest ends as for the opposite."""
        found = self._read(view, lines, tally)
        for item in lines:
            if item.intake.first and item.intake.first.hi > view.day:
                # It may have begun on any day up to today, whichever day that is.
                view.mark(view.day + 1)
        short = [item.shortest(view.day) for item in lines]
        if all(a.start == b.start and a.end == b.end for a, b in zip(lines, short, strict=True)):
            return found
        other = self._read(view, short, tally)
        if (found.verdict, found.reason) == (other.verdict, other.reason):
            return found
        unsure = say("It depends on a beginning or an end whose day is not known.")
        return unknown(Reason.IMPRECISE_DATE, *_said([unsure]), *(e for e in found.evidence if e.reference))

    def _read(self, view: View, lines: list[Line], counted: Tally) -> Finding:
        tally = replace(counted, beside=list(counted.beside))
        for item in lines:
            view.mark(item.end + 1)
        course = course_of(lines, view.day)
        today = total(course, view.day)
        if today is not None and today.hi == 0:
            course = []
        for item in lines:
            if item not in course:
                until = say("until {day}", day=iso(item.end)) if item.end < view.day else say("0 mg today")
                tally.context(cite(item.intake.fact, until, hit=item.hit, decides=False))
        if not course:
            if tally.reasons:
                return unknown(tally.reason, *tally.evidence, *tally.around())
            nothing = absent(say("{what} today", what=named(self.of)), DRUG_TYPES)
            return unknown(Reason.NO_DATA, *tally.around(), nothing, settle=ASK)
        return self._current(view, lines, course, tally)

    def _current(self, view: View, lines: list[Line], course: list[Line], tally: Tally) -> Finding:
        shown = tuple(cite(i.intake.fact, self._dose_note(i, view.day), hit=i.hit) for i in course)
        started = self.terms.begun(view, lines, course)
        if started[0] is None and self._perhaps_earlier(view, beginning(course)):
            started = Reason.IMPRECISE_DATE, say("It depends on a beginning or an end whose day is not known.")
        raises = self.terms.raises(view, lines, min(item.start for item in course))
        # A long course that was raised is judged by its rises, not by its age.
        long = started[0] is Reason.SUSPECTED and self.terms.is_long(view, beginning(course))
        answers = raises if raises and long else [started, *raises]
        doubts = [i.intake.doubt for i in course if i.intake.doubt and i.end >= view.day]
        current = [i for i in course if i.end >= view.day]
        if not any(_goes_on(i.intake, view.day) for i in current):
            doubts.append(Reason.IMPRECISE_DATE)
        around = tally.around()
        sure = [i for i in current if not i.intake.doubt and _goes_on(i.intake, view.day)]
        return self._conclude(answers, doubts, not sure, shown, around, tally)

    def _conclude(
        self,
        answers: list[Answer],
        doubts: list[Reason],
        all_doubtful: bool,
        shown: tuple[Evidence, ...],
        around: tuple[Evidence, ...],
        tally: Tally,
    ) -> Finding:
        if doubts and all_doubtful:
            # Nothing is known to be taken today: when it began says nothing.
            answers = [(first_reason(doubts), say("Not known to be taken today."))]
        yes = [note for reason, note in answers if reason is None]
        if yes and not doubts:
            return met(*_said(yes[:1]), *shown, *around)
        reasons = [reason for reason, _ in answers if reason is not None] + doubts
        if not yes:
            reasons += [reason for reason, _ in tally.reasons]
        winner = first_reason(reasons)
        notes = [note for reason, note in answers if reason is winner] or [answers[0][1]]
        doubtful = tally.evidence if tally.reasons and not yes else ()
        return unknown(winner, *_said(notes), *shown, *doubtful, *around)

    @staticmethod
    def _dose_note(item: Line, day: int) -> Text:
        amount = item.dose(min(day, item.end))
        if amount is None:
            return say("the dose cannot be read" if item.intake.fact.dose_text else "no dose on record")
        return say("{amount} mg prednisone equivalents a day", amount=amount.words)

    def concerned_by(self) -> frozenset[str]:
        return self.of | {DRUG}

    def needs(self) -> Needs:
        beside = frozenset({"Observation"}) if self.weight else frozenset()
        return Needs(
            sets=self.of | self.terms.target | self.local | self.weight,
            types=DRUG_TYPES | beside,
            beside=beside,
            drug_window=_twice(self.terms.continuing, self.terms.free_for),
        )

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        started = say(
            "{drugs} newly started within {time} after {pause} without",
            drugs=named(self.of),
            time=length(self.terms.started_within),
            pause=length(self.terms.free_for),
        )
        raised = say(
            "or raised within {time} from at most {dose} mg {drug} a day",
            time=length(self.terms.raised_within),
            dose=f"{self.terms.baseline:g}",
            drug=say("prednisone") if self.terms.table == "prednisone" else self.terms.table,
        )
        judged = say(
            "a start or raise within {time}, continuing, is for a person to judge", time=length(self.terms.continuing)
        )
        other = say("for a stated reason other than {diagnoses} only suspected", diagnoses=named(self.terms.target))
        return clauses(join(", ", (started, raised)), judged, other if self.terms.target else "")


def _goes_on(taken: Intake, day: int) -> bool:
    """Whether it is taken on `day` for sure; what was stopped nobody knows when was perhaps stopped before the first dose."""
    if taken.fact.status == "stopped" and not taken.known_end:
        return False
    return taken.ongoing or taken.last.lo >= day


def _twice(a: Duration, b: Duration) -> Duration:
    months, days = a.months + b.months, a.days + b.days
    return Duration(months, days, f"{a.text}+{b.text}")


def _said(notes: list[Text]) -> tuple[Evidence, ...]:
    return tuple(Evidence(note=note) for note in dict.fromkeys(notes))


FORM = mapping(
    "",
    "A drug class newly started or raised, by dose a day in equivalents. A single dose is no start.",
    sets("of", "The drugs.", "drug").must(),
    sets("local", "Forms that are never systemic.", "drug"),
    choice("in", "The table of equivalents.", "", *TABLES).must(),
    duration("started_within", "Newly started within this time ...").must(),
    duration("free_for", "... after so long without.").must(),
    duration("raised_within", "Or raised within this time ...").must(),
    mapping("baseline", "... from a daily dose", number("at_most", "above 0 and at most this, in mg.").must()),
    duration("continuing", "A start or raise so long ago, and continuing, is for a person to judge.").must(),
    sets("for", "A stated reason outside these sets is another disease: `suspected`.", "condition"),
    sets("weight", "Body weight, for doses by the kilogram.", "result"),
)


def parse_dose(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    terms = Terms(
        table=given["in"],
        started_within=given["started_within"],
        raised_within=given["raised_within"],
        free_for=given["free_for"],
        continuing=given["continuing"],
        baseline=given["baseline"]["at_most"] if given["baseline"] else 0.0,
        target=given["for"],
    )
    return DoseRule(of=given["of"], terms=terms, local=given["local"], weight=given["weight"])
