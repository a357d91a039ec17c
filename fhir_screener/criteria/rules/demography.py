"""`age` and `sex`: Patient.birthDate and Patient.gender on `as_of`.

age: {at_least: 18 a, at_most: 75 a}      completed years; the birthday counts; born on 29 February: of age on 1 March
sex: female
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.records.dates import birthday
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import Reason

Age = tuple[int, str]


def age_day(born: int, age: Age) -> int:
    """The day (ordinal) on which somebody born on `born` completes this age."""
    number, unit = age
    day = date.fromordinal(born)
    if unit in ("a", "mo"):
        return birthday(day, number if unit == "a" else 0, number if unit == "mo" else 0).toordinal()
    return (day + timedelta(days=number * (7 if unit == "wk" else 1))).toordinal()


def next_age(age: Age) -> Age:
    """The age of which the first day is the day after the last day of this one: 75 a ends on the 76th birthday."""
    return age[0] + 1, age[1]


_UNITS = {"a": "{number} years", "mo": "{number} months", "wk": "{number} weeks", "d": "{number} days"}


def _words(age: Age) -> Text:
    return say(_UNITS[age[1]], number=age[0])


@dataclass(frozen=True)
class AgeRule:
    at_least: Age | None
    at_most: Age | None
    kind: ClassVar[str] = "age"

    def evaluate(self, view: View) -> Finding:
        patient = view.record.patient
        born = view.days(patient.birth_date)
        if born is None:
            note = say("The birth date cannot be read." if patient.birth_date else "There is no birth date.")
            reason = Reason.UNREADABLE if patient.birth_date else Reason.NO_DATA
            return unknown(reason, Evidence(patient.ref, patient.version, note=note), rule=self.kind)
        evidence = Evidence(
            patient.ref,
            patient.version,
            code="birthDate",
            date=patient.birth_date or "",
            note=say("Born {day}; asked: {asked}.", day=patient.birth_date, asked=self._asked()),
        )
        young = self._edge(view, born.lo, born.hi, self.at_least)
        old = self._edge(view, born.lo, born.hi, next_age(self.at_most) if self.at_most else None)
        if self.at_least and young == "before":
            return not_met(evidence, rule=self.kind, clock=True)
        if self.at_most and old == "after":
            return not_met(evidence, rule=self.kind)
        if "straddles" in (young, old):
            return unknown(Reason.IMPRECISE_DATE, evidence, rule=self.kind)
        return met(evidence, rule=self.kind)

    @staticmethod
    def _edge(view: View, lo: int, hi: int, age: Age | None) -> str:
        if age is None:
            return ""
        first, last = age_day(lo, age), age_day(hi, age)
        view.mark(first)
        view.mark(last)
        if view.day >= last:
            return "after"
        return "before" if view.day < first else "straddles"

    def needs(self) -> Needs:
        return Needs()

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> str:
        return str(self._asked())

    def _asked(self) -> Text:
        if self.at_least and self.at_most:
            return say("age at least {low} and at most {high}", low=_words(self.at_least), high=_words(self.at_most))
        if self.at_least:
            return say("age at least {low}", low=_words(self.at_least))
        return say("age at most {high}", high=_words(self.at_most)) if self.at_most else "age "


@dataclass(frozen=True)
class SexRule:
    sex: str
    kind: ClassVar[str] = "sex"

    def evaluate(self, view: View) -> Finding:
        patient = view.record.patient
        gender = patient.gender
        evidence = Evidence(patient.ref, patient.version, code="gender", value=gender)
        if gender not in ("male", "female"):
            said = (
                say("Sex: The record says {gender!r}.", gender=gender)
                if gender
                else say("Sex: The record does not say.")
            )
            return unknown(Reason.NO_DATA, _note(evidence, said), rule=self.kind)
        found = _note(evidence, say("The record says {gender}.", gender=say(gender)))
        return met(found, rule=self.kind) if gender == self.sex else not_met(found, rule=self.kind)

    def needs(self) -> Needs:
        return Needs()

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> str:
        return self.sex


def _note(evidence: Evidence, note: Text) -> Evidence:
    return Evidence(evidence.reference, evidence.version, evidence.code, value=evidence.value, note=note)


def parse_age(spec: Spec, build: Build) -> Rule:
    if spec.has("between"):
        pair = spec.parameter("between")
        if not isinstance(pair, list) or len(pair) != 2:
            raise spec.fail("that parameter is no pair of ages", "[12 a, 55 a]", "between")
        rule = AgeRule(spec.read_age(pair[0], "between"), spec.read_age(pair[1], "between"))
    else:
        rule = AgeRule(spec.age("at_least"), spec.age("at_most"))
    spec.done()
    if rule.at_least is None and rule.at_most is None:
        raise spec.fail("an age rule needs a bound", "at_least: 18 a, or at_most: 75 a")
    return rule


def parse_sex(spec: Spec, build: Build) -> Rule:
    if spec.value not in ("male", "female"):
        raise spec.fail(f"{spec.value!r} is no sex", "male or female")
    return SexRule(spec.value)
