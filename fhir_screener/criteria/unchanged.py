"""Drugs taken for so long, and in one dose all the while."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fhir_screener.criteria.amount import Amount
from fhir_screener.criteria.daily import DailyDose
from fhir_screener.criteria.therapy import JOIN, Line, course_of, total
from fhir_screener.criteria.view import View
from fhir_screener.criteria.wording import length
from fhir_screener.records.dates import Duration, iso
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import NOT_MET, Reason, Verdict

APART = say("Several drugs, whose doses do not add up.")


class Answer(NamedTuple):
    """What one part of the question comes to: not met, unknown for a reason, or neither: then it holds."""

    note: Text
    reason: Reason | None = None
    verdict: Verdict | None = None
    clock: bool = False


def are_several(lines: Iterable[Line]) -> bool:
    """Whether these are of more than one drug."""
    return len({item.ingredient for item in lines}) > 1


def too_short(view: View, lines: list[Line], span: Duration) -> Answer | None:
    """Why it is not known whether it was taken all this time; None where it was."""
    first = span.before(view.day)
    begun = min(item.start for item in course_of(lines, view.day))
    if begun > first:
        view.mark(span.first_beyond(begun - 1))
        gap = any(item.end < begun for item in lines)
        note = say("On record from {day} on only; {time} asked.", day=iso(begun), time=length(span))
        return Answer(note, Reason.EQUIVOCAL if gap else Reason.NO_DATA)
    return None


def unchanged(view: View, lines: list[Line], span: Duration, dose: DailyDose, *, alike: bool) -> Answer:
    """Whether the dose was one and the same all this time; `alike`: a table says how the doses of the drugs compare."""
    first = span.before(view.day)
    if not alike and are_several(item for item in lines if item.start <= view.day and item.end >= first):
        return Answer(APART, Reason.UNREADABLE)
    today = total(lines, view.day)
    if today is None:
        return Answer(say("The dose cannot be read."), Reason.UNREADABLE)
    edges = {step.first for item in lines for step in item.steps} | {item.end + 1 for item in lines}
    for day in sorted(edge for edge in edges if first < edge <= view.day):
        answer = _change(view, lines, day, today, span, dose)
        if answer is not None:
            return answer
    return Answer(say("Unchanged for {time} or longer.", time=length(span)))


def _change(view: View, lines: list[Line], day: int, today: Amount, span: Duration, dose: DailyDose) -> Answer | None:
    """What a day says on which something begins or ends: None where the dose is the same, before and after."""
    for at in (day - 1, day):
        then = total(lines, at)
        if then is None:
            return Answer(say("The dose of {day} cannot be read.", day=iso(at)), Reason.UNREADABLE)
        if then.hi == 0 and any(item.start <= at + JOIN and item.end >= at for item in lines):
            continue  # a refill some days late
        if then.hi < today.lo or then.lo > today.hi:
            view.mark(span.first_beyond(at))
            doses = {"dose": dose.words(then), "today": dose.words(today)}
            return Answer(say("{dose} on {day}, {today} today.", day=iso(at), **doses), verdict=NOT_MET, clock=True)
        if then != today:
            return Answer(say("Perhaps changed on {day}.", day=iso(day)), Reason.EQUIVOCAL)
    return None
