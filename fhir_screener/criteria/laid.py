"""The drugs of a rule as records on a time line: what is no exposure, or a single dose, is context beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from msgspec.structs import replace

from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.dosage import is_by_weight, is_once
from fhir_screener.criteria.gaps import bridged, carried, one_offs
from fhir_screener.criteria.in_place import is_local_form
from fhir_screener.criteria.index import among
from fhir_screener.criteria.intake import Intake, intake, taken_back, why_not
from fhir_screener.criteria.nameless import nameless
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.therapy import Line, line
from fhir_screener.criteria.view import View
from fhir_screener.criteria.weight import body_weight
from fhir_screener.criteria.wording import words_say
from fhir_screener.records.dates import Days, Duration
from fhir_screener.records.facts import Medication
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.equivalents import Ratio
from fhir_screener.terminology.product_words import is_premedication
from fhir_screener.terminology.routes import is_in_place
from fhir_screener.terminology.stance import NOT_THERE, Stance
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import Reason

AS_IS: Ratio = (1.0, 1.0)


@dataclass(frozen=True)
class Drugs:
    """What is laid on the time line: the sets, and the table of equivalents, None for mg of each drug itself.

    `window`: how far back a drug that nobody can name may matter. `local`: forms that are never systemic. `weight`: body
    weight, for doses by the kilogram.
    """

    of: frozenset[str]
    window: Duration
    table: Mapping[str, Ratio] | None = None
    local: frozenset[str] = frozenset()
    weight: frozenset[str] = frozenset()
    systemic: bool = True

    def lines(self, view: View, tally: Tally) -> list[Line]:
        """Every record on the time line; what is no exposure, or a single dose, becomes context."""
        found: list[Line] = []
        by_weight = any(map(is_by_weight, among(view.index.medications, self.of)))
        weight = body_weight(view, self.weight) if by_weight else None
        for fact, hit, taken in self.intakes(view, tally):
            table = self.table if self.table is not None else {hit.ingredient: AS_IS}
            laid = line(view, _closed(view, taken, hit), hit, table, weight)
            if said := taken_back(fact, taken):
                tally.doubt(Reason.TEXT_ONLY, cite(fact, say("its words say {words!r}", words=said), hit=hit))
            elif laid is None:
                tally.doubt(taken.doubt or Reason.IMPRECISE_DATE, cite(fact, say("no date of beginning"), hit=hit))
            else:
                found.append(laid)
        if view.index.nameless:
            tally.reasons += nameless(view, self.window, systemic=self.systemic)
        single = one_offs(found)
        for item in found:
            if id(item) in single:
                tally.context(
                    cite(item.intake.fact, say("a single dose or premedication"), hit=item.hit, decides=False)
                )
        lasting = bridged(item for item in found if id(item) not in single)
        return carried(lasting, [item for item in found if id(item) in single])

    def intakes(self, view: View, tally: Tally) -> list[tuple[Medication, Hit, Intake]]:
        """Every record that may be a therapy; what is none becomes context."""
        return _replaced([*self._each(view, tally)])

    def _each(self, view: View, tally: Tally) -> Iterator[tuple[Medication, Hit, Intake]]:
        for fact in among(view.index.medications, self.of):
            hit = fact.hit(self.of)
            if hit is None:
                continue
            against = why_not(fact) or self._no_therapy(fact, hit)
            if against or hit.stance in NOT_THERE:
                tally.context(cite(fact, against or words_say(hit), hit=hit, decides=False))
                continue
            taken = intake(view, fact)
            if taken is None:
                tally.context(cite(fact, say("planned, not yet taken"), hit=hit, decides=False))
                continue
            yield fact, hit, replace(taken, doubt=Reason.EQUIVOCAL) if hit.stance is Stance.DOUBTFUL else taken

    def _no_therapy(self, fact: Medication, hit: Hit) -> Text:
        """Why a drug given is no systemic therapy: where it goes, or what it is given ahead of."""
        told = (fact.dose_text, fact.concept.label, *(dose.route for dose in fact.doses))
        in_place = fact.systemic is False or is_local_form(hit, fact.hits, self.local)
        in_place = in_place or any(map(is_in_place, filter(None, told)))
        if self.systemic and in_place:
            return say("not given systemically")
        if fact.only_named:
            return say("names the drug; does not say that it was given")
        purposes = (fact.dose_text, *(reason.label for reason in fact.reasons))
        return say("premedication") if any(is_premedication(text) for text in purposes if text) else ""


def _replaced(found: list[tuple[Medication, Hit, Intake]]) -> list[tuple[Medication, Hit, Intake]]:
    """An order that nobody closed ends the day before the one that replaces it begins."""
    begun = {fact.replaces: taken.first for fact, _, taken in found if fact.replaces and taken.first}
    if not begun:
        return found
    return [
        (fact, hit, _until(taken, begun[fact.ref]) if fact.ref in begun and taken.ongoing else taken)
        for fact, hit, taken in found
    ]


def _until(taken: Intake, successor: Days) -> Intake:
    last = Days(successor.lo - 1, successor.hi - 1)
    if taken.first is None or last.lo < taken.first.hi:
        return taken
    doubt = None if taken.doubt is Reason.STALE else taken.doubt
    return replace(taken, last=last, ongoing=False, known_end=True, doubt=doubt)


def _closed(view: View, taken: Intake, hit: Hit) -> Intake:
    """An order for a single dose is over with that dose, though nobody closed it."""
    if not (taken.ongoing and taken.first and is_once(view, taken.fact, hit)):
        return taken
    return replace(taken, last=taken.first, ongoing=False, known_end=True)
