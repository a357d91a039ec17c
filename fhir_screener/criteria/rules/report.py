"""`report`: what an imaging or other report concludes, by coded conclusion or in plain words.

    report:
      of: [chest-imaging]
      finding: [tb-active-imaging]   # what the protocol asks about: codes and words
      doubtful: [tb-mentioned]       # words that need eyes where asserted: `suspected`
      clear: [imaging-clear]         # words that say nothing was found
      within: P3M                    # how long a clear report speaks

A report whose words are none of these is `text-only`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.evidence import Finding, met, not_met, unknown
from fhir_screener.criteria.index import among
from fhir_screener.criteria.keys import duration, mapping, sets
from fhir_screener.criteria.model import RESULT_TYPES, Build, Needs, Rule
from fhir_screener.criteria.reported import Reported
from fhir_screener.criteria.results import COUNTS
from fhir_screener.criteria.settling import order_of
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import clauses, length, named
from fhir_screener.records.dates import Days, Duration
from fhir_screener.records.facts import Observation
from fhir_screener.sentence import Text, join, say
from fhir_screener.terminology.report_findings import (
    clauses_of,
    finds_nothing,
    is_beside_the_point,
    is_of_a_part,
    is_of_the_whole,
    leaves_open,
)
from fhir_screener.terminology.report_parts import question_and_answer, without_headings
from fhir_screener.terminology.result_words import SAID_BY, Polarity
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import MET, Reason


@dataclass(frozen=True)
class ReportRule:
    of: frozenset[str]
    finding: frozenset[str]
    doubtful: frozenset[str]
    clear: frozenset[str]
    within: Duration
    kind: ClassVar[str] = "report"

    def evaluate(self, view: View) -> Finding:
        tally = Tally()
        said = Reported()
        found = [f for f in among(view.index.observations, self.of) if f.status in COUNTS and not f.other_subject]
        facts = [report for fact in found for report in self._reports(fact)]
        final = {self._which(view, fact) for fact in facts if fact.status != "preliminary"}
        for fact in facts:
            if fact.status != "preliminary" or self._which(view, fact) not in final:
                self._weigh(view, fact, tally, said)
        tally.weigh_weak(said.weak, settled=bool(said.clearing))
        return fetched(self._conclude(tally, said), view, RESULT_TYPES, named(self.of))

    def _which(self, view: View, fact: Observation) -> tuple[str, Days | None]:
        """Test and day: a final report supersedes the preliminary one of the same."""
        hit = self._hit(fact)
        return str(hit.coding) if hit.coding else hit.words, view.point(fact.effective, fact.issued)

    def _reports(self, fact: Observation) -> Iterator[Observation]:
        """The report; where only components are reports, each as one of its own."""
        if fact.hit(self.of) is not None:
            yield fact
            return
        for part in fact.components:
            if not self.of.isdisjoint(part.hits):
                yield msgspec.structs.replace(
                    fact,
                    concept=part.concept,
                    hits=part.hits,
                    value=part.value,
                    conclusions=(),
                    attached="",
                    components=(),
                )

    def _hit(self, fact: Observation) -> Hit:
        hit = fact.hit(self.of)
        assert hit is not None, "only what is such a report is read"
        return hit

    def _weigh(self, view: View, fact: Observation, tally: Tally, said: Reported) -> None:
        days = view.point(fact.effective, fact.issued)
        if days is not None and not view.begun(days):
            return
        placed = view.place(days, self.within) if days else When.STRADDLES
        hit = self._hit(fact)
        for reason, note in self._says(view, fact):
            text = fact.value.text if len(fact.value.text) <= 200 else fact.value.text[:200] + "..."
            evidence = cite(fact, note, value=text, hit=hit)
            if placed is When.BEFORE and reason == "yes":
                tally.doubt(Reason.STALE, evidence)
            elif placed is When.BEFORE:
                old = join("; ", (note, say("older than {time}", time=length(self.within))))
                tally.context(cite(fact, old, value=text, hit=hit, decides=False))
            elif fact.status == "preliminary" and reason == "yes":
                tally.doubt(Reason.EQUIVOCAL, evidence)
            elif reason == "no" and fact.status == "preliminary":
                said.weak.append((Reason.EQUIVOCAL, evidence))
            elif reason == "no" and placed is When.STRADDLES:
                said.weak.append((Reason.IMPRECISE_DATE, evidence))
            elif reason == "no":
                said.clear(evidence, days)
            elif reason == "yes":
                said.find(days)
                tally.yes(evidence)
            elif isinstance(reason, Reason):
                tally.doubt(reason, evidence)

    def _says(self, view: View, fact: Observation) -> Iterator[tuple[Reason | str, Text]]:
        """What the report says: ("yes" | "no" | a reason, one clause); the strongest only."""
        coded = (*fact.conclusions, *([fact.value.concept] if fact.value.concept else []))
        hits = {name for concept in coded for name in view.terminology.classify(concept)}
        if self.finding & hits:
            yield "yes", say("coded conclusion")
            return
        if self.doubtful & hits:
            yield Reason.SUSPECTED, say("coded conclusion")
            return
        text = " . ".join(part for part in (fact.value.text, *(c.text for c in fact.conclusions), fact.note) if part)
        said, note = self._words(view, text)
        if self.clear & hits or any(SAID_BY.get(name) is Polarity.NEGATIVE for name in hits):
            if said == "yes":
                said, note = Reason.CONFLICTING, say("the words say both")
            elif said is Reason.TEXT_ONLY:
                said, note = "no", say("coded conclusion: not found")
        yield self._with_attached(view, fact.attached, said, note) if fact.attached else (said, note)

    def _with_attached(self, view: View, text: str, said: Reason | str, note: Text) -> tuple[Reason | str, Text]:
        """What a report says that has a text attached beside its conclusion: where that says worse, it is not passed over."""
        more, why = self._words(view, text)
        if more == "yes" and said == "no":
            return Reason.CONFLICTING, say("the words say both")
        if more in ("no", Reason.TEXT_ONLY) or said not in ("no", Reason.TEXT_ONLY):
            return said, note
        return more, why

    def _words(self, view: View, text: str) -> tuple[Reason | str, Text]:
        if not text:
            return Reason.TEXT_ONLY, say("no conclusion on record")
        asked = self._stances(view, self.finding, text)
        other = self._stances(view, self.doubtful, text)
        question, answer = question_and_answer(text)
        text = answer or text
        if Stance.ASSERTED in asked and Stance.NEGATED in asked:
            return Reason.CONFLICTING, say("the words say both")
        if Stance.ASSERTED in asked and question and not self._answered(view, text):
            # What the requester knows, or asks: no finding of this report.
            return Reason.SUSPECTED, say("the conclusion mentions it")
        if Stance.ASSERTED in asked:
            return "yes", say("the conclusion says so")
        if Stance.DOUBTFUL in asked | other:
            return Reason.EQUIVOCAL, say("the conclusion leaves it open")
        if {Stance.ASSERTED, Stance.PAST} & (other | asked):
            return Reason.SUSPECTED, say("the conclusion mentions it")
        if Stance.NEGATED in asked | other:
            if leaves_open(text):
                return Reason.EQUIVOCAL, say("the conclusion leaves it open")
            return "no", say("the conclusion rules it out")
        parts = [one for one in clauses_of(without_headings(text)) if not is_beside_the_point(one)]
        if all(self._is_clear(view, clause) for clause in parts) and any(self._speaks(view, one) for one in parts):
            return "no", say("the conclusion finds nothing")
        return Reason.TEXT_ONLY, say("the conclusion does not speak of it")

    def _answered(self, view: View, answer: str) -> bool:
        """Whether the answer itself asserts it."""
        return any(said is Stance.ASSERTED for _, said in view.terminology.mentions(self.finding, answer))

    @staticmethod
    def _stances(view: View, names: frozenset[str], text: str) -> set[Stance]:
        """How the answer speaks of these; of what was asked only what is known of the patient."""
        question, answer = question_and_answer(text)
        found = {stance for _, stance in view.terminology.mentions(names, answer)}
        known = {stance for _, stance in view.terminology.mentions(names, question)} if question else set()
        return found | (known & {Stance.ASSERTED, Stance.PAST})

    def _is_clear(self, view: View, clause: str) -> bool:
        """Whether a clause says that nothing was found, of the whole and not of a part."""
        if is_of_a_part(clause):
            return False
        return self._says_clear(view, clause) or finds_nothing(clause)

    def _says_clear(self, view: View, clause: str) -> bool:
        return any(True for _ in view.terminology.mentions(self.clear, clause))

    def _speaks(self, view: View, clause: str) -> bool:
        """Whether a clear clause is about the whole of what was looked at, or what the question could be."""
        return self._says_clear(view, clause) or is_of_the_whole(clause)

    def _conclude(self, tally: Tally, said: Reported) -> Finding:
        clearing = said.clearing
        if tally.met and clearing:
            leans = MET if said.found_last else None
            return unknown(Reason.CONFLICTING, *tally.met, *clearing, rule=self.kind, leans=leans)
        if tally.met:
            return met(*tally.met, *tally.around(), rule=self.kind)
        doubts = [reason for reason, _ in tally.reasons if reason is not Reason.TEXT_ONLY]
        if clearing and not doubts:
            return not_met(*clearing, *tally.around(), rule=self.kind)
        if tally.reasons:
            return unknown(tally.reason, *tally.evidence, *clearing, *tally.around(), rule=self.kind)
        what = say("{what} within {window}", what=named(self.of), window=length(self.within))
        note = absent(what, RESULT_TYPES, beside=bool(tally.beside))
        return unknown(Reason.NO_DATA, *tally.around(), note, rule=self.kind, settle=order_of(self.of))

    def concerned_by(self) -> frozenset[str]:
        return self.of

    def needs(self) -> Needs:
        return Needs(sets=self.of | self.finding | self.doubtful | self.clear, types=RESULT_TYPES)

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        return clauses(
            say("a report of {reports} that says {finding}", reports=named(self.of), finding=named(self.finding)),
            say("a mention of {words} is only suspected", words=named(self.doubtful)) if self.doubtful else "",
            say("a clear one rules out for {time}", time=length(self.within)),
        )


FORM = mapping(
    "",
    "What an imaging or other report concludes, by coded conclusion or in plain words.",
    sets("of", "The reports.", "result", "procedure").must(),
    sets("finding", "What the protocol asks about: codes and words.").must(),
    sets("doubtful", "Words that need eyes where asserted: `suspected`."),
    sets("clear", "Words that say nothing was found."),
    duration("within", "How long a clear report speaks.").must(),
)


def parse_report(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    return ReportRule(
        of=given["of"],
        finding=given["finding"],
        doubtful=given["doubtful"],
        clear=given["clear"],
        within=given["within"],
    )
