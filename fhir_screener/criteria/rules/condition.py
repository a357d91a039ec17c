"""`condition`: diagnoses on record. What may stand in it is in `FORM`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import msgspec

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.disease import Course, counts, course, is_doubtful, why_doubtful
from fhir_screener.criteria.evidence import Evidence, Finding, met, not_met, unknown
from fhir_screener.criteria.exempt import EXEMPT_DISEASE, Exempt, exempt_of
from fhir_screener.criteria.hearsay import hear, heard
from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import choice, duration, flag, mapping, rules, sets
from fhir_screener.criteria.model import DRUG_TYPES, Build, Needs, Rule
from fhir_screener.criteria.occurrence import Occurrence
from fhir_screener.criteria.onset import is_newer, lately, so_long
from fhir_screener.criteria.settling import CHART
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import clauses, length, named, words_say
from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import Condition
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.phrases import Stance, revises
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason, Verdict

MATCHES = {"met": None, "judgement": Reason.JUDGEMENT, "equivocal": Reason.EQUIVOCAL, "suspected": Reason.SUSPECTED}
TYPES = frozenset({"Condition"})
Placed = tuple[Reason | None, bool, Text, bool]
"""Why it is uncertain that the time fits, whether it may fit at all, words for it, ended by a known day."""

_ALONE = say("One encounter diagnosis, nothing else about it.")
_UNCLEAR: Placed = Reason.UNREADABLE, True, say("whether it is over cannot be read"), False


@dataclass(frozen=True)
class ConditionRule:
    sets: frozenset[str]
    history: frozenset[str] = frozenset()
    review: frozenset[str] = frozenset()
    context: frozenset[str] = frozenset()
    within: Duration | None = None
    began_within: Duration | None = None
    current: bool = False
    fresh: Duration | None = None
    lasting: Duration | None = None
    onset_within: Duration | None = None
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
            hear(view, self._asked, self.within or self.began_within, tally)
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
            if hit is None:
                continue
            self._weigh(view, fact, hit, role, tally, decisive)
            return

    def _weigh(self, view: View, fact: Condition, hit: Hit, role: str, tally: Tally, decisive: list[Condition]) -> None:
        if fact.verification == "refuted":
            tally.against(cite(fact, say("refuted"), hit=hit))
            return
        if not counts(fact, hit):
            if hit.stance is not Stance.ASSERTED:
                tally.context(cite(fact, words_say(hit), hit=hit, decides=False))
            return
        past = role == "history" or hit.stance is Stance.PAST
        when = course(view, fact, past)
        if when.future:
            return
        reason, touches, note, clock = self._torn(view, when) if when.torn else self._placed(view, when)
        evidence = cite(fact, note, hit=hit)
        freed = self._freed(view, fact, hit, role, when)
        if freed is MET:
            tally.context(cite(fact, say("exempt"), hit=hit, decides=False))
        elif not touches and self.past and role in ("in", "review") and not is_doubtful(fact, hit):
            tally.doubt(Reason.SUSPECTED, evidence)
        elif not touches and role == "in" and self._newer(view, when) and not is_doubtful(fact, hit):
            tally.newer.append(evidence)
        elif not touches or role == "context":
            tally.context(cite(fact, note, hit=hit, decides=False))
        elif self.confirmed and fact.verification not in ("confirmed", "unconfirmed", "provisional", "differential"):
            tally.doubt(Reason.EQUIVOCAL, cite(fact, say("not stated to be confirmed"), hit=hit))
        elif is_doubtful(fact, hit):
            tally.doubt(Reason.EQUIVOCAL, cite(fact, why_doubtful(fact), hit=hit))
        elif freed is UNKNOWN and touches:
            tally.doubt(Reason.SUSPECTED, cite(fact, say("perhaps exempt"), hit=hit))
        elif reason is not None:
            tally.doubt(reason, evidence)
        elif fact.note and (said := revises(fact.note)):
            tally.doubt(
                Reason.TEXT_ONLY,
                cite(fact, say("{note}, but the note beside it says {words!r}", note=note, words=said), hit=hit),
            )
        elif role == "review":
            tally.doubt(Reason.SUSPECTED, evidence)
        elif (worth := MATCHES[self.match]) is not None:
            tally.doubt(worth, evidence, leans=worth is Reason.JUDGEMENT)
        else:
            decisive.append(fact)
            tally.yes(evidence, clock=clock or self._will_be_exempt(when))

    def _freed(self, view: View, fact: Condition, hit: Hit, role: str, when: Course) -> Verdict:
        """Whether the record is exempt; an uncertain diagnosis frees nobody."""
        if self.exempt is None or role == "context" or is_doubtful(fact, hit):
            return NOT_MET
        return self.exempt.frees(view, fact.hits, when)

    def _will_be_exempt(self, when: Course) -> bool:
        return self.exempt is not None and self.exempt.ended_for is not None and when.end is not None

    def _torn(self, view: View, when: Course) -> Placed:
        """Where a record says both that the disease is present and that it is over, both must come to the same."""
        over = self._placed(view, when)
        present = self._placed(view, msgspec.structs.replace(when, current=True, stated=True, end=None))
        if over[:2] == present[:2]:
            return (*over[:3], False)
        return Reason.CONFLICTING, True, say("its status says that it is present, its end that it is over"), False

    def _newer(self, view: View, when: Course) -> bool:
        present = when.current or not self.current
        return self.lasting is not None and present and is_newer(view, when, self.lasting)

    def _placed(self, view: View, when: Course) -> Placed:
        if self.lasting is not None and (when.current or not self.current):
            return (*so_long(view, when, self.lasting), False)
        if self.onset_within is not None:
            return lately(view, when, self.onset_within)
        if self.began_within is not None:
            return self._begun(view, when, self.began_within)
        if self.current:
            return self._present(view, when)
        if self.within is None:
            return None, True, say("on record"), False
        return self._touches(view, when, self.within)

    def _present(self, view: View, when: Course) -> Placed:
        if not when.current:
            return None, False, say("no longer current"), False
        if when.unclear:
            return _UNCLEAR
        said = max(filter(None, (when.recorded, when.start)), key=lambda days: days.hi, default=None)
        if self.fresh is not None and (said is None or view.place(said, self.fresh) is When.BEFORE):
            return Reason.STALE, True, say("recorded long ago and never closed"), False
        return None, True, say("current"), False

    @staticmethod
    def _begun(view: View, when: Course, window: Duration) -> Placed:
        if not when.current:
            return None, False, say("ended"), False
        if when.unclear:
            return _UNCLEAR
        if when.start is None:
            return Reason.IMPRECISE_DATE, True, say("current, with no date of onset"), False
        placed = view.place(when.start, window)
        if placed is When.INSIDE:
            return None, True, say("began within {window} and has not ended", window=length(window)), False
        if placed is When.BEFORE:
            return Reason.STALE, True, say("began longer ago and was never closed"), False
        return Reason.IMPRECISE_DATE, True, say("may have begun within {window}", window=length(window)), False

    def _touches(self, view: View, when: Course, window: Duration) -> Placed:
        if when.current and (when.stated or when.end is not None):
            if when.end is not None:
                view.place(when.end, window)
            return None, True, say("active"), when.end is not None
        start = view.place(when.start, window) if when.start else None
        if when.end is not None:
            placed = view.place(when.end, window)
            if When.INSIDE in (placed, start):
                return None, True, say("ended {day}, within {window}", day=when.end, window=length(window)), True
            if placed is When.BEFORE:
                return None, False, say("ended {day}, before {window}", day=when.end, window=length(window)), False
            note = say("the end {day} may lie within {window}", day=when.end, window=length(window))
            return Reason.IMPRECISE_DATE, True, note, False
        if start is When.INSIDE:
            return None, True, say("began within {window}", window=length(window)), False
        if when.current and when.recorded and view.place(when.recorded, window) is When.INSIDE:
            return None, True, say("recorded within {window}", window=length(window)), False
        note = say("nobody recorded whether it lay within {window}", window=length(window))
        return Reason.IMPRECISE_DATE, True, note, False

    def _conclude(self, view: View, tally: Tally, decisive: list[Condition]) -> Finding:
        if self.is_refuted:
            return (
                met(*tally.refuting) if tally.refuting else unknown(Reason.NO_DATA, *self._nothing(view), settle=CHART)
            )
        held = [*tally.met, *(one for reason, one in tally.reasons if reason is Reason.JUDGEMENT)]
        if self.refuted and any(_same_disease(one, other) for one in held for other in tally.refuting):
            return unknown(Reason.CONFLICTING, *held, *tally.refuting, *tally.around())
        if tally.met:
            if self.corroborate and not self._corroborated(view, decisive):
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
        if not self.corroborate:
            return False
        hits = [(fact, fact.hit(self.sets)) for fact in among(view.index.conditions, self.sets)]
        facts = [fact for fact, hit in hits if hit and counts(fact, hit) and not is_doubtful(fact, hit)]
        return bool(facts) and not self._corroborated(view, facts)

    def _corroborated(self, view: View, facts: list[Condition]) -> bool:
        if any(set(fact.categories) != {"encounter-diagnosis"} for fact in facts):
            return True
        days = [view.days(f.recorded) or view.days(f.encounter.start) or view.some_day(f.onset) for f in facts]
        known = [one for one in days if one is not None]
        # Two partial dates may be one day: only days that cannot be the same are two.
        if known and max(one.lo for one in known) > min(one.hi for one in known):
            return True
        return self._treated(view, facts) or any(view.ask(rule).verdict is MET for rule in self.supported_by)

    def _treated(self, view: View, facts: list[Condition]) -> bool:
        """Whether something was given for one of them, or for a diagnosis of the same value sets."""
        # A urn: names no type, so that only the id is left of it.
        refs = {name for fact in facts for name in (fact.ref, fact.ref.rpartition("/")[2])}
        for one in view.record.treatments:
            days = view.days(one.date)
            if (refs & one.reasons or self.sets & one.sets) and (days is None or view.begun(days)):
                return True
        return False

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
    def is_event(self) -> bool:
        """Whether it asks for nothing but diagnoses, so that they can be counted."""
        return self == ConditionRule(self.sets)

    def concerned_by(self) -> frozenset[str]:
        return self.sets | self.history | self.review | self.context

    def needs(self) -> Needs:
        exempt = self.exempt.sets if self.exempt else frozenset()
        dated = self.corroborate or self.within or self.began_within or self.onset_within or self.lasting
        # Treatment given for a disease corroborates it for as long back as the disease counts.
        treated = self.within if self.corroborate else None
        beside = frozenset({"Encounter"} if dated else ()) | (DRUG_TYPES if treated else frozenset())
        sets = self.sets | self.history | self.review | self.context | exempt
        return Needs(sets=sets, types=TYPES | beside, beside=beside, drug_window=treated)

    def parts(self) -> tuple[Rule, ...]:
        return self.supported_by

    def describe(self) -> Text:
        return clauses(
            say("a diagnosis of {diagnoses}, {when}", diagnoses=named(self.sets or self.review), when=self._when()),
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

    def _when(self) -> Text:
        if self.onset_within:
            return say("begun within {time}, whether over or not", time=length(self.onset_within))
        if self.lasting:
            return say("for {time} or longer", time=length(self.lasting))
        if self.within:
            return say("at any time within {time}", time=length(self.within))
        if self.began_within:
            return say("begun within {time} and not ended", time=length(self.began_within))
        return say("current") if self.current else say("ever")


_WORTH: dict[str, Text] = {
    "met": "",
    "judgement": say("of which a person judges"),
    "equivocal": say("which is no proof"),
    "suspected": say("which is only suspected"),
}

FORM = mapping(
    "",
    "Diagnoses on record.",
    sets("in", "Diagnoses that decide.", "condition"),
    sets("history", 'Codes that mean "had it once"; they count in a look-back.', "condition"),
    sets("review", "A match is `suspected`: a person looks.", "condition"),
    sets("context", "Shown, and decides nothing.", "condition"),
    duration("within", "The disease touches this time before the day asked about."),
    duration("began_within", "It began within this time and has not ended."),
    duration(
        "onset_within", "It began within this time, whether over or not: what happens once, as an infarction does."
    ),
    flag("current", "It is present on the day asked about. Without any of these times: ever."),
    duration("fresh", "With `current`: what was last recorded longer ago and never closed is `stale`."),
    duration(
        "for",
        "It began at least so long ago; not met only where every onset on record is later. May go with `current`.",
    ),
    flag("ever", "It was present at any time: what counts without any of these times, said aloud."),
    choice("match", "What a match in `in` is worth.", "met", *MATCHES),
    choice(
        "refuted",
        "What a refuted diagnosis with nothing else is. `met`: that it was refuted is what is asked, and no other counts.",
        "context",
        "not_met",
        "context",
        "met",
    ),
    choice("past", "With `current`: what a match that is over is worth.", "context", "suspected", "context"),
    flag("corroborate", "One encounter diagnosis alone is no diagnosis, but `suspected`."),
    rules("supported_by", "Rules, any of which corroborates such a diagnosis."),
    choice("verification", "`confirmed`: one not stated to be so is `equivocal`.", "any", "any", "confirmed"),
    EXEMPT_DISEASE,
)


def _same_disease(one: Evidence, other: Evidence) -> bool:
    """Whether two records may tell of one disease: not where one system has a code of its own for each."""
    system, _, code = one.code.rpartition("|")
    other_system, _, other_code = other.code.rpartition("|")
    return not (code and other_code and system == other_system and code != other_code)


def parse_condition(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    rule = ConditionRule(
        sets=given["in"],
        history=given["history"],
        review=given["review"],
        context=given["context"],
        within=given["within"],
        began_within=given["began_within"],
        current=given["current"],
        fresh=given["fresh"],
        lasting=given["for"],
        onset_within=given["onset_within"],
        match=given["match"],
        refuted=given["refuted"] == "not_met",
        is_refuted=given["refuted"] == "met",
        past=given["past"] == "suspected",
        corroborate=given["corroborate"],
        supported_by=given["supported_by"],
        exempt=exempt_of(given["except"]),
        confirmed=given["verification"] == "confirmed",
    )
    if not (rule.sets or rule.review):
        raise spec.fail("a condition rule needs `in` or `review`", "name one or more value sets")
    times = {key for key in ("within", "began_within", "onset_within", "for") if given[key] is not None}
    times |= {key for key in ("current", "ever") if given[key]}
    if len(times) > 1 and times != {"for", "current"}:
        raise spec.fail(
            "`within`, `began_within`, `onset_within`, `for`, `current` and `ever` exclude each other",
            "keep one of them; `for` may go with `current`",
        )
    return rule
