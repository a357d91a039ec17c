"""`age` and `sex`: Patient.birthDate and Patient.gender on `as_of`.

age: {at_least: 18 a, at_most: 75 a}      completed years; the birthday counts; born on 29 February: of age on 1 March
sex: female
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import ClassVar

from fhir_screener.criteria.blank import BORN, PATIENT, VERSION
from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.criteria.keys import age, choice, mapping, parameter
from fhir_screener.criteria.model import Build, Needs, Rule
from fhir_screener.criteria.settling import CHART
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.view import View
from fhir_screener.records.dates import birthday
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import Reason

Age = tuple[int, str]


@lru_cache(maxsize=100_000)
def age_day(born: int, at: Age) -> int:
    """The day (ordinal) on which somebody born on `born` completes this age."""
    number, unit = at
    day = date.fromordinal(born)
    if unit in ("a", "mo"):
        return birthday(day, number if unit == "a" else 0, number if unit == "mo" else 0).toordinal()
    return (day + timedelta(days=number * (7 if unit == "wk" else 1))).toordinal()


def next_age(at: Age) -> Age:
    """The age of which the first day is the day after the last day of this one: 75 a ends on the 76th birthday."""
    return at[0] + 1, at[1]


def age_in_words(at: Age) -> Text:
    """`(18, "a")` as "18 years"."""
    number, unit = at
    if unit == "a":
        return say("{number} years", number=number)
    if unit == "mo":
        return say("{number} months", number=number)
    return say("{number} weeks", number=number) if unit == "wk" else say("{number} days", number=number)


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
            return unknown(reason, Evidence(patient.ref, patient.version, note=note), rule=self.kind, settle=CHART)
        young = self._edge(view, born.lo, born.hi, self.at_least)
        old = self._edge(view, born.lo, born.hi, next_age(self.at_most) if self.at_most else None)
        return view.plan.shared((id(self), young, old), lambda: self._answer(young, old))

    def _answer(self, young: str, old: str) -> Finding:
        """The answer for everybody on these sides of the two ages; who it is, is left blank."""
        note = say("Born {day}; asked: {asked}.", day=BORN, asked=self.describe())
        evidence = Evidence(PATIENT, VERSION, code="birthDate", date=BORN, note=note)
        if self.at_least and young == "before":
            return not_met(evidence, rule=self.kind, clock=True)
        if self.at_most and old == "after":
            return not_met(evidence, rule=self.kind)
        if "straddles" in (young, old):
            return unknown(Reason.IMPRECISE_DATE, evidence, rule=self.kind)
        return met(evidence, rule=self.kind)

    @staticmethod
    def _edge(view: View, lo: int, hi: int, at: Age | None) -> str:
        if at is None:
            return ""
        first = last = age_day(lo, at)
        view.mark(first)
        if hi != lo:
            last = age_day(hi, at)
            view.mark(last)
        if view.day >= last:
            return "after"
        return "before" if view.day < first else "straddles"

    def needs(self) -> Needs:
        return Needs()

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        if self.at_least and self.at_most:
            return say(
                "age at least {low} and at most {high}",
                low=age_in_words(self.at_least),
                high=age_in_words(self.at_most),
            )
        if self.at_least:
            return say("age at least {low}", low=age_in_words(self.at_least))
        return say("age at most {high}", high=age_in_words(self.at_most)) if self.at_most else ""


@dataclass(frozen=True)
class SexRule:
    sex: str
    kind: ClassVar[str] = "sex"

    def evaluate(self, view: View) -> Finding:
        gender = view.record.patient.gender
        if gender in ("male", "female"):
            return view.plan.shared((id(self), gender), lambda: self._answer(gender))
        said = (
            say("Sex: The record says {gender!r}.", gender=gender) if gender else say("Sex: The record does not say.")
        )
        evidence = Evidence(PATIENT, VERSION, code="gender", value=gender, note=said)
        return unknown(Reason.NO_DATA, evidence, rule=self.kind, settle=CHART)

    def _answer(self, gender: str) -> Finding:
        note = say("The record says {gender}.", gender=say(gender))
        evidence = Evidence(PATIENT, VERSION, code="gender", value=gender, note=note)
        return met(evidence, rule=self.kind) if gender == self.sex else not_met(evidence, rule=self.kind)

    def needs(self) -> Needs:
        return Needs()

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        return say("male") if self.sex == "male" else say("female")


AGE = mapping(
    "",
    "Completed years (or months, weeks, days) on the day asked about; the birthday counts.",
    age("at_least", "The youngest age: `18 a`."),
    age("at_most", "The oldest age: up to the day before the next birthday."),
    parameter("between", "Instead of both: the name of a study parameter that holds `[12 a, 55 a]`."),
)
SEX = choice("", "Patient.gender; anything but male and female leaves it open.", "", "male", "female")


def parse_age(spec: Spec, build: Build) -> Rule:
    given = AGE.read(spec, build)
    rule = AgeRule(given["at_least"], given["at_most"])
    pair = given["between"]
    if pair is not None:
        if not isinstance(pair, list) or len(pair) != 2:
            raise spec.fail("that parameter is no pair of ages", "[12 a, 55 a]", "between")
        rule = AgeRule(spec.read_age(pair[0], "between"), spec.read_age(pair[1], "between"))
    if rule.at_least is None and rule.at_most is None:
        raise spec.fail("an age rule needs a bound", "at_least: 18 a, or at_most: 75 a")
    return rule


def parse_sex(spec: Spec, build: Build) -> Rule:
    if spec.value not in SEX.choices:
        raise spec.fail(f"{spec.value!r} is no sex", "male or female")
    return SexRule(spec.value)
