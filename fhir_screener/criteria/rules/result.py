"""`result`: laboratory and other findings. What may stand in it is in `FORM`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import msgspec

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite, value_text
from fhir_screener.criteria.disease import counts, course
from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.criteria.hearsay import hear
from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import Given, choice, duration, flag, limits, mapping, sets, zones
from fhir_screener.criteria.limit_words import (
    bounds_in_words,
    measured_in_words,
    negative_in_words,
    worth_in_words,
    zones_in_words,
)
from fhir_screener.criteria.model import RESULT_TYPES, Build, Needs, Rule
from fhir_screener.criteria.reading import Limits, Reading, read_value
from fhir_screener.criteria.settling import order_of
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally, aside
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import clauses, length, named
from fhir_screener.records.dates import Days, Duration
from fhir_screener.records.facts import Observation, Value
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.analytes import molar_mass
from fhir_screener.terminology.phrases import Stance, takes_back
from fhir_screener.terminology.result_words import Polarity, points_elsewhere, read_words
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import MET, NOT_MET, Reason

FINAL = frozenset({"final", "amended", "corrected"})
COUNTS = FINAL | {"preliminary"}
WORTH = {"met": None, "suspected": Reason.SUSPECTED, "equivocal": Reason.EQUIVOCAL, "context": None}
HALF_YEAR = Duration.parse("P6M")
_ASKED = frozenset({"survey", "social-history"})
"""Categories of questions: one that names a test is no test."""
NEGATIVES = ("not_met", "context", "against")
OLDER = {"suspected": Reason.SUSPECTED, "stale": Reason.STALE, "context": None}


class Result(msgspec.Struct, frozen=True, gc=False):
    """One valid result of the wanted test, read."""

    fact: Observation
    value: Value
    hit: Hit
    days: Days | None
    reading: Reading
    preliminary: bool


Begun = list[tuple[Observation, Days | None]]
"""Facts of today or before, with their days."""


def results(view: View, sets: frozenset[str], limits: Limits, *, latest: bool = False) -> list[Result]:
    """The results of tests in `sets` that count: no controls, nobody else's, nothing withdrawn or not yet there.

    `latest`: only those of the newest day that has any, those that may be as new, and the undated ones; what is older
    is not even read.
    """
    begun: Begun = []
    for fact in among(view.index.observations, sets):
        if not fact.other_subject and fact.status in COUNTS:
            days = view.point(fact.effective, fact.issued)
            if days is None or view.begun(days):
                begun.append((fact, days))
    if not latest or len(begun) < 2:
        return _without_superseded(_read(view, begun, sets, limits))
    return _without_superseded(_newest(view, begun, sets, limits))


def _newest(view: View, begun: Begun, sets: frozenset[str], limits: Limits) -> list[Result]:
    by_days: dict[Days | None, Begun] = {}
    for fact, days in begun:
        by_days.setdefault(days, []).append((fact, days))
    found = _read(view, by_days.pop(None, []), sets, limits)
    newest = 0
    for days in sorted(filter(None, by_days), reverse=True):
        # A partial date that may be as new speaks too: which of the two is the latest, nobody knows.
        if days.hi >= newest and (read := _read(view, by_days[days], sets, limits)):
            found, newest = [*found, *read], max(newest, days.lo)
    return found


def _read(view: View, facts: Begun, sets: frozenset[str], limits: Limits) -> list[Result]:
    """Their values, as far as they are results."""
    found, ranges = [], view.terminology.site.ranges
    for fact, days in facts:
        for name, hit, value in _values(fact, sets):
            if hit.stance in (Stance.NEGATED, Stance.OTHER_PERSON, Stance.PLANNED):
                continue
            reading = read_value(value, limits, view.terminology, ranges.get(name, ()))
            if reading.says is not Polarity.NONE and not _said_elsewhere(fact, value, reading):
                found.append(Result(fact, value, hit, days, reading, fact.status == "preliminary"))
    return found


def _said_elsewhere(fact: Observation, value: Value, reading: Reading) -> bool:
    """Whether the value only points to its members or components, or to a note that says that there is no result."""
    if reading.says is not Polarity.UNREADABLE or not points_elsewhere(value.text):
        return False
    return bool(fact.members or fact.components) or read_words(fact.note) is Polarity.NONE


def _without_superseded(found: list[Result]) -> list[Result]:
    """Without the preliminary results of which the final ones of the same test and day are here."""
    if True not in [result.preliminary for result in found]:
        return found
    superseded = {(_test(r), r.days) for r in found if not r.preliminary}
    return [r for r in found if not (r.preliminary and (_test(r), r.days) in superseded)]


def _test(result: Result) -> str:
    return str(result.hit.coding) if result.hit.coding else result.hit.words


def _values(fact: Observation, sets: frozenset[str]) -> list[tuple[str, Hit, Value]]:
    if fact.members and flags_only(fact):
        return []
    hits = fact.hits
    if len(hits) == 1 and not fact.components:
        (name,) = hits
        return [(name, hits[name], fact.value)] if name in sets else []
    found = []
    name = min(sets & hits.keys(), default="")
    if name and (not fact.value.empty or fact.value.absent or not fact.components):
        found.append((name, hits[name], fact.value))
    for component in fact.components:
        name = min(sets & component.hits.keys(), default="")
        if name:
            found.append((name, component.hits[name], component.value))
    return found


def flags_only(fact: Observation) -> bool:
    """A panel that leaves the answers to its members: its own flag belongs to no one test."""
    return bool(fact.members) and not fact.value.answered and not fact.components


@dataclass(frozen=True)
class ResultRule:
    of: frozenset[str]
    within: Duration
    limits: Limits = Limits()
    positive: str = "met"
    negative: str = "not_met"
    positive_within: Duration | None = None
    older: str = "stale"
    latest: bool = False
    vaccines: frozenset[str] = frozenset()
    after_vaccine: Duration | None = None
    explained_by: frozenset[str] = frozenset()
    repeatable: bool = False
    kind: ClassVar[str] = "result"

    def evaluate(self, view: View) -> Finding:
        found = sorted(self.found(view), key=newest_first)
        finding = self._quiet(view, found) or self._judge(view, found).but(rule=self.kind)
        return fetched(finding, view, RESULT_TYPES, self._what())

    def _quiet(self, view: View, found: list[Result]) -> Finding | None:
        """The answer where there are only negatives that settle nothing; time cannot change it, so no day is marked."""
        index = view.index
        if (
            not found
            or self.negative != "context"
            or not self.asked.isdisjoint(index.near)
            or not self.asked.isdisjoint(index.mentions)
        ):
            return None
        for result in found:
            if result.reading.says is not Polarity.NEGATIVE or result.fact.note:
                return None
        beside = Tally(beside=[self._cite(r, decides=False) for r in found]).around()
        return unknown(Reason.NO_DATA, *beside, self._open(beside), rule=self.kind, settle=self._way)

    def _open(self, beside: Sequence[Evidence]) -> Evidence:
        """That nothing is on record; or, beside records that are, that none of them settles the question."""
        return self._unsettled if any(item.reference for item in beside) else self._nothing

    @cached_property
    def _unsettled(self) -> Evidence:
        return absent(self._sought, RESULT_TYPES, beside=True)

    @property
    def _sought(self) -> Text:
        return say("{what} within {window}", what=self._what(), window=length(self.within))

    @cached_property
    def _nothing(self) -> Evidence:
        """That nothing is on record."""
        return absent(self._sought, RESULT_TYPES)

    @cached_property
    def _measured(self) -> Mapping[Polarity, Text]:
        return measured_in_words(self.limits) if self.limits.measures else {}

    @cached_property
    def _measured_by_range(self) -> Mapping[Polarity, Text]:
        return measured_in_words(self.limits, by_range=True)

    @cached_property
    def _way(self) -> str:
        return self._order()

    @property
    def asked(self) -> frozenset[str]:
        """The tests whose look-alikes and mentions in passing must not be overlooked."""
        return self.of

    def found(self, view: View) -> Iterable[Result]:
        """The results to judge; other kinds of tests read theirs in their own way."""
        return results(view, self.of, self.limits, latest=self.latest)

    def _judge(self, view: View, found: list[Result]) -> Finding:
        tally = Tally()
        clearing: list[Result] = []
        for result in found:
            self._sort(view, result, tally, clearing)
        if self.positive != "context":
            self._look_alikes(view, tally)
            hear(view, self.asked, self.positive_within, tally)
        return self._conclude(view, tally, clearing)

    def _look_alikes(self, view: View, tally: Tally) -> None:
        """Tests by a local name that only looks like one of these: their words never decide."""
        if tally.met or tally.reasons:
            return
        for fact in among(view.index.near, self.asked):
            days = view.point(fact.effective, fact.issued)
            if fact.other_subject or fact.status not in FINAL | {"preliminary"} or flags_only(fact):
                continue
            if not _ASKED.isdisjoint(fact.categories):
                continue
            if days is not None and view.place(days, self.positive_within) in (When.BEFORE, When.FUTURE):
                continue
            hit = next(fact.near[name] for name in sorted(self.asked) if name in fact.near)
            says = read_value(fact.value, self.limits, view.terminology).says
            evidence = cite(fact, say("looks like this test"), value=value_text(fact.value), hit=hit)
            if says is Polarity.NEGATIVE:
                tally.context(aside(evidence))
            elif says is not Polarity.NONE and not (says is Polarity.UNREADABLE and self.limits.measures):
                tally.doubt(Reason.TEXT_ONLY, evidence)

    def _sort(self, view: View, result: Result, tally: Tally, clearing: list[Result]) -> None:
        placed = view.place(result.days, self.within) if result.days else When.STRADDLES
        says = result.reading.says
        note = result.fact.note
        if note and placed is not When.BEFORE and (said := takes_back(note)):
            tally.doubt(Reason.TEXT_ONLY, self._cite(result, say("but the note beside it says {words!r}", words=said)))
        elif says is Polarity.NEGATIVE:
            self._sort_negative(result, placed, tally, clearing)
        elif says is Polarity.POSITIVE:
            self._sort_positive(view, result, tally)
        elif placed is When.BEFORE or self._overtaken(result, clearing):
            tally.context(self._cite(result, decides=False))
        elif says is Polarity.CONFLICTING:
            tally.doubt(Reason.CONFLICTING, self._cite(result))
        elif says is Polarity.EQUIVOCAL:
            tally.doubt(Reason.EQUIVOCAL, self._cite(result))
        else:
            tally.doubt(Reason.UNREADABLE, self._cite(result))

    def _sort_negative(self, result: Result, placed: When, tally: Tally, clearing: list[Result]) -> None:
        if self.negative == "context" or placed is When.BEFORE:
            tally.context(self._cite(result, decides=False))
        elif result.preliminary:
            tally.doubt(Reason.EQUIVOCAL, self._cite(result, say("preliminary")))
        elif placed is When.STRADDLES:
            note = say("the date leaves open whether it is recent enough")
            tally.doubt(Reason.IMPRECISE_DATE, self._cite(result, note))
        else:
            clearing.append(result)

    def _sort_positive(self, view: View, result: Result, tally: Tally) -> None:
        placed = When.INSIDE
        # Where the latest decides, it speaks for its window only: older than that nobody knows what a newer one would say.
        speaks = self.positive_within or (self.within if self.latest else None)
        if speaks is not None:
            placed = view.place(result.days, speaks) if result.days else When.STRADDLES
        evidence = self._cite(result)
        if self.positive == "context" or self._explained(view, result):
            tally.context(aside(evidence))
        elif self._vaccinated(view, result):
            tally.doubt(Reason.EQUIVOCAL, self._cite(result, say("soon after a vaccine")))
        elif placed is When.BEFORE:
            older = OLDER[self.older]
            tally.doubt(older, evidence) if older else tally.context(aside(evidence))
        elif result.preliminary:
            tally.doubt(Reason.EQUIVOCAL, self._cite(result, say("preliminary")), leans=True)
        elif placed is When.STRADDLES:
            tally.doubt(Reason.IMPRECISE_DATE, evidence)
        elif (worth := WORTH[self.positive]) is not None:
            tally.doubt(worth, evidence, leans=worth is Reason.EQUIVOCAL)
        else:
            tally.yes(evidence)

    def _vaccinated(self, view: View, result: Result) -> bool:
        """Whether a vaccine of these sets was given within `after_vaccine` before the result."""
        if self.after_vaccine is None or result.days is None:
            return False
        first = self.after_vaccine.before(result.days.lo)
        doses = [v for v in view.record.immunizations if self.vaccines & v.hits.keys() and v.status == "completed"]
        given = (view.days(dose.occurred) for dose in doses)
        return any(days is not None and days.hi >= first and days.lo <= result.days.hi for days in given)

    def _explained(self, view: View, result: Result) -> bool:
        """Whether the result belongs to an episode that is over: dated by its end, or half a year after its onset."""
        for fact in among(view.index.conditions, self.explained_by):
            hit = fact.hit(self.explained_by)
            if hit is None or not counts(fact, hit):
                continue
            episode = course(view, fact)
            end = episode.end or (Days(0, HALF_YEAR.after(episode.start.hi)) if episode.start else None)
            if not episode.current and end is not None and result.days is not None and result.days.hi <= end.hi:
                return True
        return False

    @staticmethod
    def _overtaken(result: Result, clearing: list[Result]) -> bool:
        """An unclear result is settled by a clear negative after it."""
        return any(c.days and result.days and c.days.lo > result.days.hi for c in clearing)

    def _conclude(self, view: View, tally: Tally, clearing: list[Result]) -> Finding:
        negatives = tuple(self._cite(r) for r in clearing)
        if clearing and (tally.met or tally.leans):
            doubts = tally.evidence if tally.reasons else ()
            return unknown(Reason.CONFLICTING, *tally.met, *doubts, *negatives, *tally.around(), leans=MET)
        if tally.met:
            return met(*tally.met, *tally.around(), repeatable=self.repeatable)
        if tally.reasons:
            leans = MET if tally.leans else None
            return unknown(tally.reason, *tally.evidence, *map(aside, negatives), *tally.around(), leans=leans)
        if clearing and self.negative == "against":
            return unknown(Reason.NO_DATA, *map(aside, negatives), *tally.around(), leans=NOT_MET, settle=self._order())
        if clearing:
            return not_met(*negatives, *tally.around(), repeatable=self.repeatable)
        beside = tally.around()
        return unknown(Reason.NO_DATA, *beside, self._open(beside), settle=self._way)

    def _cite(self, result: Result, note: Text = "", decides: bool = True) -> Evidence:
        says = result.reading.says
        measured = self._measured_by_range if self.limits.uln and result.reading.note else self._measured
        said = measured.get(says, says.words) if result.value.quantity is not None else says.words
        words = join("; ", (said, result.reading.note, note))
        value = value_text(result.value)
        return cite(result.fact, words, value=value, hit=result.hit, decides=decides)

    def _what(self) -> Text:
        return named(self.of)

    @property
    def only_doubts(self) -> bool:
        """Whether such a result can raise a doubt, and settle nothing."""
        return self.negative == "context" and self.positive != "met"

    def concerned_by(self) -> frozenset[str]:
        return self.of

    def needs(self) -> Needs:
        sets = self.of | self.limits.positive | self.limits.negative | self.vaccines | self.explained_by
        beside = frozenset({"Immunization"} if self.vaccines else ()) | ({"Condition"} if self.explained_by else set())
        return Needs(sets=sets, types=RESULT_TYPES | beside, beside=beside)

    def _order(self) -> str:
        return order_of(self.of)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        bounds = bounds_in_words(self.limits)
        positive = say("{tests} {bounds}", tests=named(self.of), bounds=bounds)
        return clauses(
            positive if bounds else say("a positive result of {tests}", tests=named(self.of)),
            zones_in_words(self.limits),
            worth_in_words(self.positive),
            self._time_in_words(),
            negative_in_words(self.negative, self.within, measured=self.limits.measures),
            say("the latest day's results speak") if self.latest else "",
            say("a repeat may mend it") if self.repeatable else "",
        )

    def _time_in_words(self) -> Text:
        counts = say("it counts for {time}", time=length(self.positive_within)) if self.positive_within else ""
        if not self.after_vaccine:
            return counts
        soon = say(
            "no proof within {time} after {vaccines}", time=length(self.after_vaccine), vaccines=named(self.vaccines)
        )
        return clauses(counts, soon)


def newest_first(result: Result) -> tuple[int, str]:
    return (-result.days.hi if result.days else -(10**9), result.fact.ref)


ANSWERS = mapping(
    "values",
    "Coded answers of this test.",
    sets("positive", "Answers that are positive.", "value", "result", "condition"),
    sets("negative", "Answers that are negative.", "value"),
    flag("only", "None but these are positive: a plain `positive` is `equivocal`, for it does not say of what."),
)
FORM = mapping(
    "",
    "Laboratory and other findings.",
    sets("of", "The tests.", "result").must(),
    duration("within", "How long a clearing result speaks.").must(),
    choice("positive", "What a positive is worth.", "met", *WORTH),
    choice("negative", "What a negative settles; `against` only weighs against other tests.", "not_met", *NEGATIVES),
    duration("positive_within", "How long a positive counts; without it: always."),
    choice("older", "What an older positive is.", "stale", *OLDER),
    limits("at_least", "Positive from this number on, by unit."),
    limits("above", "Positive above this number, by unit; `uln`: times its upper limit, before the units; or `range`."),
    limits("below", "Positive below this number, by unit; or `range`."),
    limits("at_most", "Positive up to this number, by unit."),
    zones("between", "Positive from the first number to the second, by unit, both ends in; no other limit beside it."),
    zones("equivocal", "A grey zone by unit, both ends in it."),
    flag("detection", "Any number above zero is positive."),
    ANSWERS,
    choice(
        "take", "`any`: both ways is a conflict. `latest`: the latest in the window decides.", "any", "any", "latest"
    ),
    mapping(
        "after_vaccine",
        "A positive soon after a vaccine is `equivocal`.",
        sets("in", "The vaccines.", "vaccine").must(),
        duration("within", "How soon.").must(),
    ),
    sets("explained_by", "Diagnoses that are over, to whose episode a positive may belong.", "condition"),
    flag("repeatable", "A repeat could mend it: the outcome is then `later`, not `excluded`."),
)


def read_limits(given: Given) -> Limits:
    """The limits of a `result` rule."""
    tables: dict[str, Any] = {key: given[key] for key in ("at_least", "above", "below", "at_most")}
    rising = any(tables[key] == "range" for key in ("at_least", "above"))
    falling = any(tables[key] == "range" for key in ("below", "at_most"))
    answers = given["values"] or {}
    plain: dict[str, Any] = {key: {} if table == "range" else dict(table) for key, table in tables.items()}
    return Limits(
        uln=plain["above"].pop("uln", None),
        **plain,
        between=given["between"],
        equivocal=given["equivocal"],
        of_range="above" if rising else "below" if falling else "",
        detection=given["detection"],
        molar=molar_mass(given["of"]),
        **answers,
    )


def _refuse_everything(spec: Spec, given: Given) -> None:
    """Beyond any of two limits is positive: from 7 on, and up to 10, is every number there is."""
    for rising in ("at_least", "above"):
        for falling in ("at_most", "below"):
            low, high = given[rising], given[falling]
            for unit in {*low} & {*high} if "range" not in (low, high) else ():
                if low[unit] <= high[unit]:
                    what = f"`{rising}` or `{falling}`: every number of {unit} is positive"
                    fix = f'between: {{"{unit}": [{low[unit]:g}, {high[unit]:g}]}}'
                    raise spec.fail(what, fix, falling)


def parse_result(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    tables = [given[key] for key in ("at_least", "above", "below", "at_most") if given[key]]
    if "range" in tables and len(tables) > 1:
        raise spec.fail("`range` goes with no other limit", "write two rules, in an any")
    if given["between"] and (tables or given["equivocal"]):
        raise spec.fail("`between` goes with no other limit", "write two rules, in an all or any", "between")
    _refuse_everything(spec, given)
    vaccine = given["after_vaccine"]
    return ResultRule(
        of=given["of"],
        within=given["within"],
        limits=read_limits(given),
        positive=given["positive"],
        negative=given["negative"],
        positive_within=given["positive_within"],
        older=given["older"],
        latest=given["take"] == "latest",
        vaccines=vaccine["in"] if vaccine else frozenset(),
        after_vaccine=vaccine["within"] if vaccine else None,
        explained_by=given["explained_by"],
        repeatable=given["repeatable"],
    )
