"""`result`: laboratory and other findings. What may stand in it is in `result_keys`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.circumstances import of_past_episode, soon_after_vaccine
from fhir_screener.criteria.cite import cite, value_text
from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.criteria.hearsay import hear
from fhir_screener.criteria.limit_words import (
    bounds_in_words,
    measured_in_words,
    negative_in_words,
    worth_in_words,
    zones_in_words,
)
from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.lookalike_tests import weigh_lookalikes
from fhir_screener.criteria.model import RESULT_TYPES, Needs, Rule
from fhir_screener.criteria.results import Result, newest_first, results
from fhir_screener.criteria.settling import order_of
from fhir_screener.criteria.tally import Negatives, Tally, aside
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import clauses, length, named
from fhir_screener.records.dates import Duration
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.taken_back import takes_back
from fhir_screener.verdict import MET, NOT_MET, Reason

WORTH = {"met": None, "suspected": Reason.SUSPECTED, "equivocal": Reason.EQUIVOCAL, "context": None}
NEGATIVES = ("not_met", "context", "against")
OLDER = {"suspected": Reason.SUSPECTED, "stale": Reason.STALE, "context": None}


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
        beside = Tally(beside=[self._cite(r, self._aged(view, r), decides=False) for r in found]).around()
        return unknown(Reason.NO_DATA, *beside, self._open(beside), rule=self.kind, settle=self._way)

    def _aged(self, view: View, result: Result) -> Text:
        """That it is too old, where it is; the answer does not hang on it, so no day is marked."""
        too_old = result.days is not None and result.days.hi < self.within.before(view.day)
        return self._too_old if too_old else ""

    @cached_property
    def _too_old(self) -> Text:
        return say("older than {time}", time=length(self.within))

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
        clearing: Negatives[Result] = Negatives()
        for result in found:
            self._sort(view, result, tally, clearing)
        tally.weigh_weak(clearing.weak, settled=bool(clearing.clear))
        if self.positive != "context":
            weigh_lookalikes(view, self.asked, self.limits, self.positive_within, tally)
            hear(view, self.asked, self.positive_within, tally)
        return self._conclude(tally, clearing.clear)

    def _sort(self, view: View, result: Result, tally: Tally, clearing: Negatives[Result]) -> None:
        placed = view.place(result.days, self.within) if result.days else When.STRADDLES
        says = result.reading.says
        note = result.fact.note
        if note and placed is not When.BEFORE and (said := takes_back(note)):
            tally.doubt(Reason.TEXT_ONLY, self._cite(result, say("but the note beside it says {words!r}", words=said)))
        elif says is Polarity.NEGATIVE:
            self._sort_negative(result, placed, tally, clearing)
        elif says is Polarity.POSITIVE:
            self._sort_positive(view, result, tally)
        elif placed is When.BEFORE or self._overtaken(result, clearing.clear):
            tally.context(self._cite(result, decides=False))
        elif says is Polarity.CONFLICTING:
            tally.doubt(Reason.CONFLICTING, self._cite(result))
        elif says is Polarity.EQUIVOCAL:
            tally.doubt(Reason.EQUIVOCAL, self._cite(result))
        else:
            tally.doubt(Reason.UNREADABLE, self._cite(result))

    def _sort_negative(self, result: Result, placed: When, tally: Tally, clearing: Negatives[Result]) -> None:
        if placed is When.BEFORE:
            tally.context(self._cite(result, self._too_old, decides=False))
        elif self.negative == "context":
            tally.context(self._cite(result, decides=False))
        elif result.preliminary:
            clearing.weak.append((Reason.EQUIVOCAL, self._cite(result, say("preliminary"))))
        elif placed is When.STRADDLES:
            note = say("the date leaves open whether it is recent enough")
            clearing.weak.append((Reason.IMPRECISE_DATE, self._cite(result, note)))
        else:
            clearing.clear.append(result)

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
        if self.after_vaccine is None or result.days is None:
            return False
        return soon_after_vaccine(view, result.days, self.vaccines, self.after_vaccine)

    def _explained(self, view: View, result: Result) -> bool:
        return result.days is not None and of_past_episode(view, result.days, self.explained_by)

    @staticmethod
    def _overtaken(result: Result, clearing: list[Result]) -> bool:
        """An unclear result is settled by a clear negative after it."""
        return any(c.days and result.days and c.days.lo > result.days.hi for c in clearing)

    def _conclude(self, tally: Tally, clearing: list[Result]) -> Finding:
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
