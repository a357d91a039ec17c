"""Things that happened on a day: what rules about events have in common, and what `count` counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from fhir_screener.criteria.absence import absent, fetched
from fhir_screener.criteria.evidence import Evidence, Finding, met, unknown
from fhir_screener.criteria.model import Rule
from fhir_screener.criteria.settling import ASK
from fhir_screener.criteria.tally import Tally, aside
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import length
from fhir_screener.records.dates import Days, Duration
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import Reason


class Occurrence(NamedTuple):
    """One event: `days` on which it began, None where nobody recorded it, `until` its end where that is another day.

    `ongoing`: it has not ended. `doubt`: why the record does not settle that it happened.
    """

    evidence: Evidence
    days: Days | None
    until: Days | None = None
    ongoing: bool = False
    doubt: Reason | None = None

    def place(self, view: View, window: Duration | None) -> When:
        """Where its end lies: an event that touches the window is inside."""
        if self.ongoing or window is None:
            return When.INSIDE
        last = self.until or self.days
        placed = view.place(last, window) if last else When.STRADDLES
        return When.INSIDE if placed is When.FUTURE else placed


class Countable(Rule, Protocol):
    """A rule about events."""

    @property
    def within(self) -> Duration | None:
        """Its own window; `count` has one instead."""

    def occurrences(self, view: View) -> Iterable[Occurrence]:
        """What has happened by the view's day, whenever that was."""

    def types(self) -> frozenset[str]:
        """The resource types that can tell of it."""


def happened(rule: Countable, view: View, about: Text, beside: Iterable[Evidence] = (), settle: str = ASK) -> Finding:
    """Met where any of the rule's events touches its window; never not met, for another may not be on record.

    `about` names the events, `beside` is context, `settle` says how an answer is had where none is on record.
    """
    tally = Tally()
    for one in rule.occurrences(view):
        placed = one.place(view, rule.within)
        if placed is When.BEFORE:
            tally.context(aside(one.evidence))
        elif one.doubt is not None:
            tally.doubt(one.doubt, one.evidence)
        elif placed is When.STRADDLES:
            tally.doubt(Reason.IMPRECISE_DATE, one.evidence)
        else:
            tally.yes(one.evidence, clock=rule.within is not None and not one.ongoing)
    for evidence in beside:
        tally.context(evidence)
    found = _conclude(tally, rule, about, settle).but(rule=rule.kind)
    return fetched(found, view, rule.types(), about)


def _conclude(tally: Tally, rule: Countable, about: Text, settle: str) -> Finding:
    if tally.met:
        return met(*tally.met, *tally.around(), clock=tally.clock)
    if tally.reasons:
        return unknown(tally.reason, *tally.evidence, *tally.around())
    asked = say("{what} within {time}", what=about, time=length(rule.within)) if rule.within else about
    nothing = absent(asked, rule.types())
    return unknown(Reason.NO_DATA, *tally.around(), nothing, settle=settle)
