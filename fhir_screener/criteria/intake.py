"""When a drug was taken, from any medication resource (SEMANTICS "Medication").

One record becomes one `Intake`: an interval of days, possibly with an uncertain end, and how far it can be trusted.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from fhir_screener.criteria.code_words import code_in_words
from fhir_screener.criteria.view import View
from fhir_screener.records.dates import FOREVER, Days, Duration
from fhir_screener.records.facts import Dose, Medication
from fhir_screener.sentence import Text, say
from fhir_screener.terminology.drug_phrases import names_gone, names_refused, says_ended, says_not_taken
from fhir_screener.terminology.taken_back import takes_back
from fhir_screener.terminology.years import years_in
from fhir_screener.verdict import Reason

FRESH = Duration.parse("P12M")
"""How long an open-ended record speaks for today."""

ASSUMED_SUPPLY = 30
"""Days of supply where a dispense does not say."""

_NO_EXPOSURE = {
    "statement": {"entered-in-error", "not-taken", "intended"},
    "request": {"entered-in-error", "cancelled", "draft"},
    "administration": {"entered-in-error", "not-done"},
    "dispense": {"entered-in-error", "cancelled", "declined", "preparation", "in-progress"},
    "procedure": {"entered-in-error", "not-done", "preparation"},
}
_ORDERS = {"", "order", "original-order", "reflex-order", "filler-order", "instance-order"}
_UNSURE = {"on-hold", "unknown", ""}


class Intake(msgspec.Struct, frozen=True, gc=False):
    """A drug in time. `first` None: the beginning is not known. `last`: the days on which it may have ended.

    `ongoing`: it goes on, with no end in sight. `doubt`: why the record does not settle that the drug was taken.
    `known_end`: time alone will put it out of a window. `assumed`: days of supply were assumed.
    """

    fact: Medication
    first: Days | None
    last: Days
    ongoing: bool = False
    doubt: Reason | None = None
    known_end: bool = False
    assumed: bool = False
    note: Text = ""


def is_order_only(fact: Medication) -> bool:
    return fact.kind == "request"


def why_not(fact: Medication) -> Text:
    """Why the record is no exposure at all, or "" where it may be one."""
    if fact.do_not:
        return say("an order not to give it")
    if fact.kind == "request" and fact.intent not in _ORDERS and not _told_as_plan(fact):
        return say("a {intent}, no order", intent=code_in_words(fact.intent))
    if fact.status in _NO_EXPOSURE[fact.kind]:
        return code_in_words(fact.status)
    return ""


def _told_as_plan(fact: Medication) -> bool:
    """A plan that is reported may be a drug taken at home (US Core, Medication List Guidance): a person looks."""
    return fact.intent == "plan" and fact.reported


def taken_back(fact: Medication, taken: Intake) -> str:
    """The words beside or in a record that say it was not taken, or that it ended, where it is held to go on; or ""."""
    for text in (fact.note, fact.concept.text):
        if text and (said := takes_back(text, ongoing=taken.ongoing)):
            return said
    for text in (fact.note, fact.concept.text, fact.dose_text):
        if text and (said := says_not_taken(text, ongoing=taken.ongoing)):
            return said
    if said := names_refused(fact.concept.text):
        return said
    if said := _of_a_year(fact, taken):
        return said
    if not taken.ongoing:
        return ""
    return names_gone(fact.concept.text) or (says_ended(fact.dose_text) if fact.dose_text else "")


def _of_a_year(fact: Medication, taken: Intake) -> str:
    """The newest year that the drug's words name, where its elements tell of later ones only, or no element says when it
    was taken and it was recorded in another one.
    """
    years = years_in(fact.concept.text)
    if not years:
        return ""
    days = (fact.span.start, fact.span.end, fact.authored, *(dose.bounds.start for dose in fact.doses))
    if stated := [day[:4] for day in days if day]:
        return years[0] if years[0] < min(stated) else ""
    return years[0] if taken.ongoing and not (fact.asserted or "").startswith(years[0]) else ""


def intake(view: View, fact: Medication, single: bool = False) -> Intake | None:
    """The intake that this record tells of, as seen on the view's day; None where it lies wholly in the future.

    `single`: the drug is given as a one-off (an infusion), so that a completed record without end is a point in time.
    """
    first = _first(view, fact)
    ordered = view.days(fact.authored) if fact.kind == "request" else None
    told = view.days(fact.asserted) if first is None else None
    for stated in (ordered, first, told):
        if stated is not None and not view.begun(stated):
            return None
    doubt = Reason.EQUIVOCAL if fact.status in _UNSURE else Reason.SUSPECTED if _told_as_plan(fact) else None
    end = _end(view, fact, first)
    if end is not None:
        last, assumed = end
        if first is not None and last.hi < first.lo:
            # It ends before it begins: one of the two is wrong, and nobody knows which.
            return Intake(fact, Days(last.lo, first.hi), Days(last.lo, first.hi), doubt=Reason.UNREADABLE)
        return Intake(fact, first, last, doubt=doubt, known_end=True, assumed=assumed)
    point = _is_point(fact, single)
    if first is not None and point:
        return Intake(fact, first, first, doubt=doubt, known_end=True)
    return _open(view, fact, first, doubt)


def _first(view: View, fact: Medication) -> Days | None:
    if fact.span.spread:
        return view.some_day(fact.span)
    found = view.days(fact.span.start)
    if found is None and fact.kind != "statement":
        found = view.days(fact.span.end)
    if found is not None:
        return found
    bounds = _bounds(view, fact)[0]
    if fact.kind == "request" and bounds is not None and all(dose.bounds.start for dose in fact.doses):
        # Ordered today, to be taken from next week on: it has not begun.
        return bounds
    return view.days(fact.authored) or bounds


def _bounds(view: View, fact: Medication) -> tuple[Days | None, Days | None]:
    if not fact.doses:
        return None, None
    starts = [d for dose in fact.doses if (d := view.days(dose.bounds.start))]
    ends = [d for dose in fact.doses if (d := view.days(dose.bounds.end))]
    everyone = len(ends) == len(fact.doses)
    return min(starts, default=None), max(ends, default=None) if everyone else None


def _end(view: View, fact: Medication, first: Days | None) -> tuple[Days, bool] | None:
    """The recorded end and whether it was assumed; a supply of n days covers the day of hand-over and n - 1 more."""
    if fact.kind == "dispense" and first is not None:
        days = int(fact.supply_days or ASSUMED_SUPPLY)
        return Days(first.lo + days - 1, first.hi + days - 1), not fact.supply_days
    point = fact.moment or (fact.span.start == fact.span.end and fact.status == "active")
    if fact.span.end and not fact.span.spread and not (point and fact.kind == "statement"):
        end = view.days(fact.span.end)
        if end is not None:
            return end, False
    end = _bounds(view, fact)[1]
    if end is not None:
        return end, False
    if fact.kind == "request" and first is not None:
        # Supplies repeat while an order is active; a length that every instruction states does not.
        length = _stated_days(fact.doses) or (0 if fact.status == "active" else fact.supply_days)
        if length:
            return Days(first.lo + int(length) - 1, first.hi + int(length) - 1), False
    return None


def _stated_days(doses: Sequence[Dose]) -> float:
    """For how long the instructions are, those of a `sequence` one after another; 0 where one of them does not say."""
    if not all(dose.bounds_days for dose in doses):
        return 0
    steps: dict[int, float] = {}
    for dose in doses:
        step = (dose.sequence or 0) if in_sequence(doses) else 0
        steps[step] = max(steps.get(step, 0), dose.bounds_days or 0)
    return sum(steps.values())


def in_sequence(doses: Sequence[Dose]) -> bool:
    """Whether the instructions follow one another, instead of adding up."""
    return len({dose.sequence for dose in doses if dose.sequence is not None}) > 1


def _is_point(fact: Medication, single: bool) -> bool:
    if fact.kind in ("administration", "procedure"):
        return True
    once = bool(fact.doses) and all(dose.once for dose in fact.doses)
    return fact.status == "completed" and (single or once)


def _open(view: View, fact: Medication, first: Days | None, doubt: Reason | None) -> Intake:
    open_end = Days(FOREVER, FOREVER)
    if fact.status == "active" or fact.status in _UNSURE:
        said = _last_said(view, fact, first)
        if said is not None and view.older_than(said, FRESH):
            note = say("open-ended, last confirmed {day}", day=said)
            return Intake(fact, first, open_end, ongoing=True, doubt=Reason.STALE, note=note)
        if said is None:
            return Intake(
                fact,
                first,
                open_end,
                ongoing=True,
                doubt=doubt or Reason.IMPRECISE_DATE,
                note=say("no date"),
            )
        return Intake(fact, first, open_end, ongoing=True, doubt=doubt, note=say("no end on record"))
    lo = first.lo if first is not None else 1
    note = say("{status}, no end on record", status=code_in_words(fact.status) if fact.status else "")
    # The end may be any day up to today, whichever day that is: it never leaves a window for good.
    return Intake(fact, first, Days(min(lo, view.day), FOREVER), doubt=doubt, note=note)


def _last_said(view: View, fact: Medication, first: Days | None) -> Days | None:
    """When it was last asserted, ordered or dispensed; where none of these is dated, last updated, else begun."""
    said = [d for text in (fact.asserted, fact.authored) if (d := view.days(text)) and view.begun(d)]
    if said:
        return max(said, key=lambda d: d.hi)
    return view.days(fact.updated) or first
