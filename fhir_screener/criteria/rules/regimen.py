"""`regimen`: drugs taken on the day asked about: in which dose a day, since when, unchanged for how long.

    regimen:
      of: [metformin]
      dose: {at_least: {"mg/d": 1500}}
      unchanged_for: P8W

A dose on record outside the limits, or a change within the time, is not met; records that begin within the time leave open
whether it was taken before. Doses of different drugs add up only by a table of equivalents (`in: prednisone`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.daily import LIMITS, DailyDose
from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.criteria.hearsay import hear
from fhir_screener.criteria.index import among
from fhir_screener.criteria.intake import FRESH
from fhir_screener.criteria.keys import Given, choice, duration, limits, mapping, sets
from fhir_screener.criteria.laid import Drugs
from fhir_screener.criteria.limit_keys import refuse_nothing
from fhir_screener.criteria.model import DRUG_TYPES, Build, Needs, Rule
from fhir_screener.criteria.plan import DRUG
from fhir_screener.criteria.settling import ASK
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.therapy import Line, total
from fhir_screener.criteria.unchanged import APART, Answer, are_several, too_short, unchanged
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import clauses, length, named
from fhir_screener.records.dates import Duration, iso
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.equivalents import TABLES
from fhir_screener.verdict import MET, NOT_MET, Reason, first_reason


@dataclass(frozen=True)
class RegimenRule:
    drugs: Drugs
    dose: DailyDose = DailyDose()
    unchanged_for: Duration | None = None
    lasting: Duration | None = None
    kind: ClassVar[str] = "regimen"

    def evaluate(self, view: View) -> Finding:
        tally = Tally()
        lines = self.drugs.lines(view, tally)
        if not lines:
            hear(view, self.drugs.of, self.drugs.window, tally)
        finding = self._judge(view, lines, tally).but(rule=self.kind)
        return fetched(finding, view, DRUG_TYPES, named(self.drugs.of), stands=False)

    def _judge(self, view: View, lines: list[Line], tally: Tally) -> Finding:
        """The answer, where it is the same for the earliest beginnings and latest ends as for the opposite, and where it
        hangs on no record that is in doubt."""
        for item in lines:
            view.mark(item.end + 1)
            if item.intake.first and item.intake.first.hi > view.day:
                view.mark(view.day + 1)
        found = self._read(view, lines, tally)
        if self._differs(found, self._read(view, [item.shortest(view.day) for item in lines], tally)):
            unsure = say("It depends on a beginning or an end whose day is not known.")
            return _unsure(Reason.IMPRECISE_DATE, unsure, found)
        doubts = [item.intake.doubt for item in lines if item.intake.doubt]
        sure = [item for item in lines if not item.intake.doubt]
        if doubts and found.reason not in doubts and self._differs(found, self._read(view, sure, tally)):
            return _unsure(first_reason(doubts), say("It depends on a record that is in doubt."), found)
        aside = self._aside(view, tally) if found.reason is None and self._undone(found) else []
        if aside:
            shown = (one for one in found.evidence if one.reference)
            return unknown(first_reason([reason for reason, _ in aside]), *(one for _, one in aside), *shown)
        return found

    def _aside(self, view: View, tally: Tally) -> list[tuple[Reason, Evidence]]:
        """What is in doubt of these drugs and not on the time line; of one that nobody can name there is no telling."""
        own = {fact.ref for fact in among(view.index.medications, self.drugs.of)}
        return [one for one in tally.reasons if one[1].reference in own]

    @staticmethod
    def _differs(found: Finding, other: Finding) -> bool:
        return (found.verdict, found.reason) != (other.verdict, other.reason)

    def _undone(self, found: Finding) -> bool:
        """Whether a record that could not be laid on the time line could undo the answer: by more of the drug."""
        return found.verdict is not MET or self.unchanged_for is not None or self.dose.capped

    def _read(self, view: View, lines: list[Line], tally: Tally) -> Finding:
        current = [item for item in lines if item.start <= view.day <= item.end]
        others = [item for item in lines if item not in current]
        around = tuple(self._cite(item, view, decides=False) for item in others[:3]) + tally.around()
        if not current and tally.reasons:
            return unknown(tally.reason, *tally.evidence, *around)
        if not current:
            nothing = absent(say("{what} today", what=named(self.drugs.of)), DRUG_TYPES)
            return unknown(Reason.NO_DATA, *around, nothing, settle=ASK)
        shown = tuple(self._cite(item, view) for item in current)
        doubts = [item.intake.doubt for item in current if item.intake.doubt]
        if doubts:
            return unknown(first_reason(doubts), Evidence(note=say("Not known to be taken today.")), *shown, *around)
        return self._conclude(list(self._answers(view, lines, current)), shown, around)

    def _conclude(self, answers: list[Answer], shown: tuple[Evidence, ...], around: tuple[Evidence, ...]) -> Finding:
        against = [one for one in answers if one.verdict is NOT_MET]
        if against:
            notes = (Evidence(note=one.note) for one in against)
            return not_met(*notes, *shown, *around, clock=all(one.clock for one in against))
        reasons = [one.reason for one in answers if one.reason]
        if reasons:
            winner = first_reason(reasons)
            notes = (Evidence(note=one.note) for one in answers if one.reason is winner)
            return unknown(winner, *notes, *shown, *around, settle=ASK)
        return met(*(Evidence(note=one.note) for one in answers), *shown, *around)

    def _answers(self, view: View, lines: list[Line], current: list[Line]) -> Iterator[Answer]:
        if self.dose.limits:
            yield self._dose(view, current)
        if self.unchanged_for is not None:
            dose, alike = self.dose, self.drugs.table is not None
            short = too_short(view, lines, self.unchanged_for)
            yield short or unchanged(view, lines, self.unchanged_for, dose, alike=alike)
        if self.lasting is not None:
            taken = Answer(say("Taken for {time} or longer.", time=length(self.lasting)))
            yield too_short(view, lines, self.lasting) or taken

    def _dose(self, view: View, current: list[Line]) -> Answer:
        if self.drugs.table is None and are_several(current):
            return Answer(APART, Reason.UNREADABLE)
        today = total(current, view.day)
        if today is None:
            return Answer(say("The dose cannot be read."), Reason.UNREADABLE)
        note = say("{dose} today; {asked} asked.", dose=self.dose.words(today), asked=self.dose.describe())
        kept = self.dose.keeps(today)
        if kept is False:
            return Answer(note, verdict=NOT_MET)
        return Answer(note, Reason.EQUIVOCAL if kept is None else None)

    def _cite(self, item: Line, view: View, *, decides: bool = True) -> Evidence:
        amount = item.dose(min(view.day, item.end))
        dose = say("no dose on record") if amount is None else self.dose.words(amount)
        if item.end < view.day:
            dose = say("{dose}, until {day}", dose=dose, day=iso(item.end))
        return cite(item.intake.fact, dose, hit=item.hit, decides=decides)

    def concerned_by(self) -> frozenset[str]:
        return self.drugs.of | {DRUG}

    def needs(self) -> Needs:
        beside = frozenset({"Observation"}) if self.drugs.weight else frozenset()
        return Needs(
            sets=self.drugs.of | self.drugs.local | self.drugs.weight,
            types=DRUG_TYPES | beside,
            beside=beside,
            drug_window=self.drugs.window,
        )

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        return clauses(
            say("{drugs} taken on the day asked about", drugs=named(self.drugs.of)),
            self.dose.describe(),
            say("unchanged for {time}", time=length(self.unchanged_for)) if self.unchanged_for else "",
            say("for {time} or longer", time=length(self.lasting)) if self.lasting else "",
        )


def _unsure(reason: Reason, note: Text, found: Finding) -> Finding:
    return unknown(reason, Evidence(note=note), *(one for one in found.evidence if one.reference))


FORM = mapping(
    "",
    "Drugs taken on the day asked about: their dose a day, and for how long unchanged.",
    sets("of", "The drugs.", "drug").must(),
    mapping(
        "dose",
        "Their dose, in one unit of mass by time: mg/d, mg/wk, g/d.",
        limits("at_least", "At least this."),
        limits("above", "More than this."),
        limits("at_most", "At most this."),
        limits("below", "Less than this."),
    ),
    choice("in", "The table of equivalents; without it doses of different drugs do not add up.", "", *TABLES),
    duration("unchanged_for", "In one dose for so long."),
    duration("for", "Taken for so long, in whatever dose."),
    sets("local", "Forms that are never systemic.", "drug"),
    choice("route", "Whether only systemic use counts.", "systemic", "systemic", "any"),
    sets("weight", "Body weight, for doses by the kilogram.", "result"),
)


def parse_regimen(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    spec.value_sets("of", needed=True)
    dose = _daily(spec, given["dose"] or {})
    if not (dose.limits or given["unchanged_for"] or given["for"]):
        raise spec.fail("a regimen asks for a dose or a time", "dose, unchanged_for or for; else write an exposure")
    drugs = Drugs(
        given["of"],
        _window(given),
        TABLES[given["in"]] if given["in"] else None,
        given["local"],
        given["weight"],
        given["route"] == "systemic",
    )
    return RegimenRule(drugs, dose, given["unchanged_for"], given["for"])


def _daily(spec: Spec, given: Given) -> DailyDose:
    asked = {which: given[which] for which in LIMITS if given.get(which)}
    units = {unit for limit in asked.values() for unit in (limit if limit != "range" else ("range",))}
    dose = DailyDose(
        tuple((which, number) for which, limit in asked.items() if limit != "range" for number in limit.values()),
        *units if len(units) == 1 else (),
    )
    if len(units) > 1 or not dose.is_readable:
        raise spec.fail("a dose has one unit, of mass by time", '{"mg/d": 1500}, {"mg/wk": 15}', "dose")
    refuse_nothing(spec, dict(dose.limits), "dose")
    return dose


def _window(given: Given) -> Duration:
    """How far back a drug matters: what is still taken may have been written down up to `FRESH` before."""
    spans = [span for span in (given["unchanged_for"], given["for"]) if span]
    months = max((span.months for span in spans), default=0) + FRESH.months
    days = max((span.days for span in spans), default=0)
    return Duration(months, days, f"P{months}M{days}D")
