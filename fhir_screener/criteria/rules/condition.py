"""`condition`: diagnoses on record. What may stand in it is in `condition_keys`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.corroboration import corroborated
from fhir_screener.criteria.disease import ACTIVE, Course, counts, course, doubt_of, is_doubtful, year_in_words
from fhir_screener.criteria.disease_times import Times
from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.criteria.exempt import Exempt
from fhir_screener.criteria.hearsay import hear, heard
from fhir_screener.criteria.index import among
from fhir_screener.criteria.model import DRUG_TYPES, Needs, Rule
from fhir_screener.criteria.occurrence import Occurrence
from fhir_screener.criteria.settling import CHART
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import clauses, named, words_say
from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import Condition
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.taken_back import revises
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason, Verdict

MATCHES = {"met": None, "judgement": Reason.JUDGEMENT, "equivocal": Reason.EQUIVOCAL, "suspected": Reason.SUSPECTED}
TYPES = frozenset({"Condition"})
_ALONE = say("One encounter diagnosis, nothing else about it.")


class _Match(NamedTuple):
    """A diagnosis that a rule names, and the key of the rule that does: in, history, review or context."""

    fact: Condition
    hit: Hit
    role: str

    def cite(self, note: Text, *, decides: bool = True) -> Evidence:
        return cite(self.fact, note, hit=self.hit, decides=decides)


@dataclass(frozen=True)
class ConditionRule:
    sets: frozenset[str]
    history: frozenset[str] = frozenset()
    review: frozenset[str] = frozenset()
    context: frozenset[str] = frozenset()
    times: Times = Times()
    match: str = "met"
    refuted: bool = False
    is_refuted: bool = False
    past: bool = False
    corroborate: bool = False
    supported_by: tuple[Rule, ...] = ()
    exempt: Exempt | None = None
    confirmed: bool = False
    kind: ClassVar[str] = "condition"

    def evaluate(self, view: View) -> Finding:
        facts = among(view.index.conditions, self.sets | self.history | self.review | self.context)
        said = heard(view, self._asked)
        tally = Tally()
        decisive: list[Condition] = []
        for fact in facts:
            self._look(view, fact, tally, decisive)
        if said:
            hear(view, self._asked, self.times.back, tally, _refuted_on(view, facts) if tally.refuting else None)
        finding = self._conclude(view, tally, decisive)
        return fetched(finding.but(rule=self.kind), view, TYPES, named(self.sets or self.review))

    @cached_property
    def _asked(self) -> frozenset[str]:
        """The sets of which a narrative must not be overlooked."""
        return self.sets | self.history | self.review

    def _look(self, view: View, fact: Condition, tally: Tally, decisive: list[Condition]) -> None:
        for names, role in (
            (self.sets, "in"),
            (self.history, "history"),
            (self.review, "review"),
            (self.context, "context"),
        ):
            hit = fact.hit(names)
            if hit is not None:
                self._weigh(view, _Match(fact, hit, role), tally, decisive)
                return

    def _weigh(self, view: View, match: _Match, tally: Tally, decisive: list[Condition]) -> None:
        fact, hit, role = match
        if fact.verification == "refuted":
            tally.against(match.cite(say("refuted")))
        elif counts(fact, hit):
            # A record that is said to be active is so, whatever was done for it: 胰腺癌术后.
            over = hit.stance is Stance.PAST and (hit.by_name or fact.clinical not in ACTIVE)
            when = course(view, fact, role == "history" or over)
            if not when.future:
                self._sort(view, match, when, tally, decisive)
        elif hit.stance is not Stance.ASSERTED:
            tally.context(match.cite(words_say(hit), decides=False))

    def _sort(self, view: View, match: _Match, when: Course, tally: Tally, decisive: list[Condition]) -> None:
        reason, touches, note, clock = self.times.place(view, when)
        freed = self._freed(view, match, when)
        if freed is MET:
            tally.context(match.cite(say("exempt"), decides=False))
        elif not touches or match.role == "context":
            self._sort_outside(view, match, when, note, tally)
        elif (doubt := self._doubt(match, freed, reason, note)) is not None:
            tally.doubt(doubt[0], match.cite(doubt[1]))
        elif match.role == "review":
            tally.doubt(Reason.SUSPECTED, match.cite(note))
        elif (worth := MATCHES[self.match]) is not None:
            tally.doubt(worth, match.cite(note), leans=worth is Reason.JUDGEMENT)
        elif self.times.asks and (year := year_in_words(view, match.fact, self.times.within)):
            unsure = say("its words name {year}; whether it is there still is not on record", year=year)
            tally.doubt(Reason.IMPRECISE_DATE, match.cite(unsure))
        else:
            decisive.append(match.fact)
            tally.yes(match.cite(note), clock=clock or self._will_be_exempt(when))

    def _sort_outside(self, view: View, match: _Match, when: Course, note: Text, tally: Tally) -> None:
        """One that is outside the time asked about, or shown only."""
        certain = not is_doubtful(match.fact, match.hit)
        if match.role in ("in", "review") and certain and (self.past or self._over_by_words(view, match)):
            tally.doubt(Reason.SUSPECTED, match.cite(note))
        elif match.role == "in" and self.times.too_new(view, when) and certain:
            tally.newer.append(match.cite(note))
        else:
            tally.context(match.cite(note, decides=False))

    def _over_by_words(self, view: View, match: _Match) -> bool:
        """Whether only the words beside a code put a disease behind that decides by its code: of what was done or had
        before, they may be of something else ("CVID with previous pneumonia").
        """
        if match.hit.by_name or match.hit.stance is not Stance.PAST:
            return False
        reason, touches, *_ = self.times.place(view, course(view, match.fact))
        return touches and reason is None

    def _doubt(self, match: _Match, freed: Verdict, reason: Reason | None, note: Text) -> tuple[Reason, Text] | None:
        """Why such a diagnosis settles nothing, the strongest reason first; None where it does."""
        fact, hit, role = match
        if self.confirmed and fact.verification not in ("confirmed", "unconfirmed", "provisional", "differential"):
            return Reason.EQUIVOCAL, say("not stated to be confirmed")
        if is_doubtful(fact, hit):
            why, said = doubt_of(fact, hit)
            # What could only be suspected anyway is no less so for its code.
            return (Reason.SUSPECTED if role == "review" and why is Reason.TEXT_ONLY else why), said
        if freed is UNKNOWN:
            return Reason.SUSPECTED, say("perhaps exempt")
        if reason is not None:
            return reason, note
        if fact.note and (said := revises(fact.note, _words(fact))):
            return Reason.TEXT_ONLY, say("{note}, but the note beside it says {words!r}", note=note, words=said)
        return None

    def _freed(self, view: View, match: _Match, when: Course) -> Verdict:
        """Whether the record is exempt; an uncertain diagnosis frees nobody."""
        if self.exempt is None or match.role == "context" or is_doubtful(match.fact, match.hit):
            return NOT_MET
        return self.exempt.frees(view, match.fact.hits, when)

    def _will_be_exempt(self, when: Course) -> bool:
        return self.exempt is not None and self.exempt.ended_for is not None and when.end is not None

    def _conclude(self, view: View, tally: Tally, decisive: list[Condition]) -> Finding:
        if self.is_refuted:
            return (
                met(*tally.refuting) if tally.refuting else unknown(Reason.NO_DATA, *self._nothing(view), settle=CHART)
            )
        held = [*tally.met, *(one for reason, one in tally.reasons if reason is Reason.JUDGEMENT)]
        if self.refuted and any(_same_disease(one, other) for one in held for other in tally.refuting):
            return unknown(Reason.CONFLICTING, *held, *tally.refuting, *tally.around())
        if tally.met:
            if not self._corroborated(view, decisive):
                return unknown(Reason.SUSPECTED, *tally.met, *tally.around(_ALONE))
            return met(*tally.met, *tally.around(), clock=tally.clock)
        if tally.reasons and tally.reason is Reason.IMPRECISE_DATE and self._alone(view):
            return unknown(Reason.SUSPECTED, *tally.evidence, *tally.around(_ALONE))
        if tally.reasons:
            return unknown(tally.reason, *tally.evidence, *tally.around(), leans=MET if tally.leans else None)
        if tally.refuting and self.refuted:
            return not_met(*tally.refuting, *tally.around())
        if tally.newer:
            return not_met(*tally.newer, *tally.around(), clock=True)
        return unknown(Reason.NO_DATA, *tally.around(), *self._nothing(view), settle=CHART)

    def _alone(self, view: View) -> bool:
        """Whether a diagnosis whose time is not exact is also one encounter's only: that doubt comes first."""
        hits = [(fact, fact.hit(self.sets)) for fact in among(view.index.conditions, self.sets)]
        facts = [fact for fact, hit in hits if hit and counts(fact, hit) and not is_doubtful(fact, hit)]
        return bool(facts) and not self._corroborated(view, facts)

    def _corroborated(self, view: View, facts: list[Condition]) -> bool:
        return not self.corroborate or corroborated(view, facts, self.sets, self.supported_by)

    def _nothing(self, view: View) -> tuple[Evidence, ...]:
        what = named(self.sets or self.review)
        return (absent(say("a refutation of {what}", what=what) if self.is_refuted else what, TYPES),)

    def occurrences(self, view: View) -> Iterator[Occurrence]:
        """Its onsets, for `count`; where none is known, the day of the record is the latest it can have been."""
        for fact in among(view.index.conditions, self.sets):
            hit = fact.hit(self.sets)
            if hit is None or not counts(fact, hit) or (when := course(view, fact)).future:
                continue
            doubt = Reason.EQUIVOCAL if is_doubtful(fact, hit) else None
            yield Occurrence(cite(fact, say("on record"), hit=hit), when.start, doubt=doubt)

    def types(self) -> frozenset[str]:
        return TYPES

    @property
    def within(self) -> Duration | None:
        """How far back it looks, None for ever."""
        return self.times.within

    @property
    def is_event(self) -> bool:
        """Whether it asks for nothing but diagnoses, so that they can be counted."""
        return self == ConditionRule(self.sets)

    def concerned_by(self) -> frozenset[str]:
        return self.sets | self.history | self.review | self.context

    def needs(self) -> Needs:
        exempt = self.exempt.sets if self.exempt else frozenset()
        dated = self.corroborate or self.times.dated
        # Treatment given for a disease corroborates it for as long back as the disease counts.
        treated = self.within if self.corroborate else None
        beside = frozenset({"Encounter"} if dated else ()) | (DRUG_TYPES if treated else frozenset())
        sets = self.sets | self.history | self.review | self.context | exempt
        return Needs(sets=sets, types=TYPES | beside, beside=beside, drug_window=treated)

    def parts(self) -> tuple[Rule, ...]:
        return self.supported_by

    def describe(self) -> Text:
        return clauses(
            say(
                "a diagnosis of {diagnoses}, {when}",
                diagnoses=named(self.sets or self.review),
                when=self.times.describe(),
            ),
            _WORTH[self.match],
            say("only suspected: {diagnoses}", diagnoses=named(self.review)) if self.review and self.sets else "",
            say("never more than suspected") if not self.sets else "",
            say("a history counts: {diagnoses}", diagnoses=named(self.history)) if self.history else "",
            say("one encounter diagnosis alone is only suspected") if self.corroborate else "",
            say("one that is over is suspected") if self.past else "",
            say("one not stated to be confirmed is no proof") if self.confirmed else "",
            say("a refuted one speaks against it") if self.refuted else "",
            say("only a refuted one counts") if self.is_refuted else "",
            self.exempt.describe() if self.exempt else "",
        )


_WORTH: dict[str, Text] = {
    "met": "",
    "judgement": say("of which a person judges"),
    "equivocal": say("which is no proof"),
    "suspected": say("which is only suspected"),
}


def _same_disease(one: Evidence, other: Evidence) -> bool:
    """Whether two records may tell of one disease: not where one system has a code of its own for each."""
    system, _, code = one.code.rpartition("|")
    other_system, _, other_code = other.code.rpartition("|")
    return not (code and other_code and system == other_system and code != other_code)


def _words(fact: Condition) -> str:
    """All that a diagnosis is known by."""
    told = (fact.concept.text, *(part for c in fact.concept.codings for part in (c.code, c.display)))
    return " ".join(filter(None, told))


def _refuted_on(view: View, facts: Iterable[Condition]) -> int | None:
    """The last day on which a diagnosis now refuted was recorded; None where that of one is not known."""
    days = [view.days(one.recorded) for one in facts if one.verification == "refuted"]
    known = [one.hi for one in days if one is not None]
    return max(known) if known and len(known) == len(days) else None
