"""`exposure`: drugs taken or given, from every resource that can hold one. What may stand in it is in `FORM`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.evidence import Finding, met, unknown
from fhir_screener.criteria.exempt import EXEMPT_DRUG, Exempt, exempt_of
from fhir_screener.criteria.hearsay import hear, heard
from fhir_screener.criteria.in_place import is_local_form
from fhir_screener.criteria.index import among
from fhir_screener.criteria.intake import Intake, intake, is_order_only, taken_back, why_not
from fhir_screener.criteria.keys import choice, duration, mapping, sets
from fhir_screener.criteria.model import DRUG_TYPES, Build, Needs, Rule
from fhir_screener.criteria.nameless import nameless
from fhir_screener.criteria.plan import DRUG
from fhir_screener.criteria.settling import ASK
from fhir_screener.criteria.spec import Spec
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import clauses, length, named, words_say
from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import Medication
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.stance import NOT_THERE, Stance
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason

LIFETIME = Duration.parse("P150Y")


@dataclass(frozen=True)
class ExposureRule:
    to: frozenset[str]
    review: frozenset[str] = frozenset()
    infused: frozenset[str] = frozenset()
    local: frozenset[str] = frozenset()
    systemic: bool = True
    within: Duration | None = None
    exempt: Exempt | None = None
    kind: ClassVar[str] = "exposure"

    def evaluate(self, view: View) -> Finding:
        facts = among(view.index.medications, self.to | self.review)
        said = heard(view, self.to | self.review)
        tally = Tally()
        for fact in facts:
            hit = fact.hit(self.to)
            if hit is not None:
                self._weigh(view, fact, hit, tally, review=False)
            elif (doubtful := fact.hit(self.review)) is not None:
                self._weigh(view, fact, doubtful, tally, review=True)
        if self.to and view.index.nameless:
            # One of these may decide; a rule that only looks for signs is not held up by them.
            tally.reasons += nameless(view, self.within, systemic=self.systemic)
        if said:
            hear(view, self.to | self.review, self.within, tally)
        return fetched(self._conclude(tally), view, DRUG_TYPES, named(self.to | self.review))

    def _weigh(self, view: View, fact: Medication, hit: Hit, tally: Tally, *, review: bool) -> None:
        reason = why_not(fact) or _words_against(hit)
        if not reason and self.systemic and (fact.systemic is False or is_local_form(hit, fact.hits, self.local)):
            reason = say("not given systemically")
        freed = self.exempt.names(fact.hits, self.to | self.review) if self.exempt else NOT_MET
        if reason or freed is MET:
            reason = reason or say("exempt")
            tally.context(cite(fact, reason, hit=hit, decides=False))
            return
        named = any(name in fact.hits for name in self.infused) and not _injected_at_home(fact)
        infusion = named or _intravenous(fact)
        taken = intake(view, fact, single=infusion)
        if taken is None:
            tally.context(cite(fact, say("planned, not yet taken"), hit=hit, decides=False))
            return
        placed = When.INSIDE if taken.ongoing else view.place(taken.last, self.within)
        if placed is When.FUTURE:
            placed = When.INSIDE
        self._record(fact, hit, taken, placed, tally, review=review or freed is UNKNOWN, infusion=infusion)

    def _record(
        self, fact: Medication, hit: Hit, taken: Intake, placed: When, tally: Tally, *, review: bool, infusion: bool
    ) -> None:
        what = taken.note or say("given" if fact.kind in ("administration", "procedure") else "taken")
        if taken.assumed:
            what = say("{what} (30 days of supply assumed)", what=what)
        evidence = cite(
            fact, say("{what} within {window}", what=what, window=length(self.within)) if self.within else what, hit=hit
        )
        if placed is When.BEFORE:
            tally.context(cite(fact, say("{what}, before the window", what=what), hit=hit, decides=False))
        elif taken.doubt is Reason.STALE:
            tally.doubt(Reason.STALE, cite(fact, say("{what}, too long ago to speak for today", what=what), hit=hit))
        elif taken.doubt is not None:
            tally.doubt(taken.doubt, evidence)
        elif said := taken_back(fact, taken):
            tally.doubt(
                Reason.TEXT_ONLY,
                cite(fact, say("{what}, but its words say {words!r}", what=what, words=said), hit=hit),
            )
        elif hit.stance is Stance.DOUBTFUL:
            tally.doubt(Reason.EQUIVOCAL, evidence)
        elif placed is When.STRADDLES or (fact.status == "stopped" and not taken.known_end):
            # Stopped nobody knows when: perhaps before the first dose.
            perhaps = say(
                "{what}, perhaps within {window}" if self.within else "{what}, perhaps",
                what=what,
                window=length(self.within) if self.within else "",
            )
            tally.doubt(Reason.IMPRECISE_DATE, cite(fact, perhaps, hit=hit))
        elif review:
            tally.doubt(Reason.SUSPECTED, evidence)
        elif fact.only_named:
            tally.doubt(Reason.SUSPECTED, cite(fact, say("names the drug; does not say that it was given"), hit=hit))
        elif infusion and is_order_only(fact):
            tally.doubt(Reason.SUSPECTED, cite(fact, say("ordered; no record that it was given"), hit=hit))
        else:
            tally.yes(evidence, clock=taken.known_end)

    def _conclude(self, tally: Tally) -> Finding:
        if tally.met:
            return met(*tally.met, *tally.around(), rule=self.kind, clock=tally.clock)
        if tally.reasons:
            return unknown(tally.reason, *tally.evidence, *tally.around(), rule=self.kind)
        return unknown(
            Reason.NO_DATA,
            *tally.around(),
            absent(named(self.to | self.review), DRUG_TYPES),
            rule=self.kind,
            settle=ASK,
        )

    def concerned_by(self) -> frozenset[str]:
        return self.to | self.review | {DRUG}

    def needs(self) -> Needs:
        return Needs(
            sets=self.to | self.review | self.infused | self.local | (self.exempt.sets if self.exempt else frozenset()),
            types=DRUG_TYPES,
            drug_window=self.within or LIFETIME,
        )

    def parts(self) -> tuple[Rule, ...]:
        return ()

    def describe(self) -> Text:
        when = say("within {time}", time=length(self.within)) if self.within else say("ever")
        systemic = say("{drugs}, systemic, taken or given {when}", drugs=named(self.to), when=when)
        return clauses(
            systemic if self.systemic else say("{drugs} taken or given {when}", drugs=named(self.to), when=when),
            say("only suspected: {drugs}", drugs=named(self.review)) if self.review else "",
            say("ordered and not known to be given is only suspected") if self.infused else "",
            self.exempt.describe() if self.exempt else "",
        )


def _intravenous(fact: Medication) -> bool:
    """Whether every instruction says so; a drug given by vein is not taken because it was ordered."""
    routes = [dose.route for dose in fact.doses if dose.route]
    return bool(routes) and all(map(_by_vein, routes))


_VEIN = re.compile(r"intraven|静[脉滴推注]|(?<![a-z])i\.? ?v\b|\biv(?:gtt|d|p|pb)\b|\binfusion\b|输注|滴注|47625008")


def _by_vein(route: str) -> bool:
    return _VEIN.search(fold(route)) is not None


_PEN = re.compile(r"\bpen\b|auto-?injector|prefilled|cartridge|预充|预填充|自动注射|注射笔")


def _injected_at_home(fact: Medication) -> bool:
    """Whether every route is stated and none is a vein, or the product is a pen or syringe to use oneself."""
    routes = [dose.route for dose in fact.doses]
    if routes and all(routes):
        return not any(map(_by_vein, routes))
    names = (fact.concept.text, fact.form, *(coding.display for coding in fact.concept.codings))
    return any(_PEN.search(name.lower()) for name in names if name)


def _words_against(hit: Hit) -> Text:
    if hit.stance in NOT_THERE:
        return words_say(hit)
    return ""


FORM = mapping(
    "",
    "Drugs taken or given, from every resource that can hold one.",
    sets("to", "Drugs that decide.", "drug").must(),
    sets("review", "A match is `suspected`: a person looks.", "drug"),
    sets(
        "infused", "Given by infusion: a record without end is a point in time, an order alone is `suspected`.", "drug"
    ),
    sets("local", "Forms that are never systemic: creams, drops.", "drug"),
    choice("route", "Whether only systemic use counts.", "systemic", "systemic", "any"),
    duration("within", "Any part of the exposure touches this time before the day asked about; without it: ever."),
    EXEMPT_DRUG,
)


def parse_exposure(spec: Spec, build: Build) -> Rule:
    given = FORM.read(spec, build)
    return ExposureRule(
        to=given["to"],
        review=given["review"],
        infused=given["infused"],
        local=given["local"],
        systemic=given["route"] == "systemic",
        within=given["within"],
        exempt=exempt_of(given["except"]),
    )
