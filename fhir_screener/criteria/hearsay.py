"""What is only said in passing, in a note or a narrative: it never decides, and is never overlooked."""

from __future__ import annotations

from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.evidence import Evidence
from fhir_screener.criteria.index import among
from fhir_screener.criteria.tally import Tally
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import no_drug
from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import Medication, Mention
from fhir_screener.sentence import say
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.valueset import Hit
from fhir_screener.verdict import Reason


def heard(view: View, sets: frozenset[str]) -> bool:
    """Whether any narrative names one of these sets."""
    mentions = view.index.mentions
    return bool(mentions) and not sets.isdisjoint(mentions)


_WORKED_UP = 180
"""Days after a refuted diagnosis was first recorded in which a narrative may still be of that one."""


def hear(view: View, sets: frozenset[str], within: Duration | None, tally: Tally, refuted: int | None = None) -> None:
    """Weigh in what narratives say of these sets, where the records themselves say nothing stronger.

    A narrative written before the window cannot tell of what lies inside it. An answer coded as a diagnosis is
    `suspected`, words alone are `text-only`. Where a diagnosis was refuted that was recorded on the day `refuted`, only what
    was written long after it is heard, and is no memory of it.
    """
    if tally.met or tally.reasons or (tally.refuting and refuted is None):
        return
    for fact in among(view.index.mentions, sets):
        days = view.days(fact.dated)
        if days is not None and view.place(days, within) in (When.BEFORE, When.FUTURE):
            continue
        hit = fact.hit(sets)
        if hit is None:
            continue
        if refuted is not None and (days is None or days.lo <= refuted + _WORKED_UP or hit.stance is Stance.PAST):
            continue
        if fact.reason:
            _stated(view, sets, fact, hit, tally)
        elif fact.coded and hit.stance is Stance.ASSERTED:
            tally.doubt(Reason.SUSPECTED, cite(fact, say("an answer of this record"), hit=hit))
        else:
            note = say("named in a narrative")
            if hit.stance is not Stance.ASSERTED:
                note = say("named in a narrative, as {stance}", stance=say(hit.stance.value))
            tally.doubt(Reason.TEXT_ONLY, cite(fact, note, hit=hit))


def _stated(view: View, sets: frozenset[str], fact: Mention, hit: Hit, tally: Tally) -> None:
    """A reason for a drug, a procedure or a visit: it speaks only where the chart has no such diagnosis of its own."""
    if among(view.index.conditions, sets):
        return
    certain = fact.coded and hit.stance is Stance.ASSERTED
    tally.doubt(Reason.SUSPECTED if certain else Reason.TEXT_ONLY, cite(fact, say("stated as a reason"), hit=hit))


def nobody_knows(fact: Medication) -> tuple[Reason, Evidence]:
    """A drug that nobody can name: its reference leads nowhere, or no list knows its words."""
    if fact.unresolved:
        return Reason.UNREADABLE, cite(fact, no_drug(fact))
    return Reason.TEXT_ONLY, cite(fact, say("a drug by a name that no list knows"))
