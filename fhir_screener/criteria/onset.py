"""When a disease began: so long ago (`condition: {for: P6M}`), or lately (`condition: {onset_within: P90D}`)."""

from __future__ import annotations

from fhir_screener.criteria.disease import Course
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import length
from fhir_screener.records.dates import EVER, Duration
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import Reason


def so_long(view: View, when: Course, span: Duration) -> tuple[Reason | None, bool, Text]:
    """Why that is uncertain, whether it may be, and words for it. A date of record is the latest day of the onset.

    Of a length in hours the last days are uncertain, as in `View.place`.
    """
    if when.start is None:
        return Reason.IMPRECISE_DATE, True, say("no date of onset")
    for day in (when.start.lo, when.start.hi):
        if day > EVER:
            for late in range(span.loose + 1):
                view.mark(span.first_beyond(day - 1) + late)
    if when.start.hi <= span.before(view.day) - bool(span.loose):
        return None, True, say("on record for {time} or longer", time=length(span))
    if is_newer(view, when, span):
        return None, False, say("began less than {time} ago", time=length(span))
    return Reason.IMPRECISE_DATE, True, say("perhaps less than {time} ago", time=length(span))


def is_newer(view: View, when: Course, span: Duration) -> bool:
    """Whether its onset is known to lie within this time."""
    return when.start is not None and when.start.lo > span.before(view.day) + max(0, span.loose - 1)


def lately(view: View, when: Course, window: Duration) -> tuple[Reason | None, bool, Text, bool]:
    """The same for an onset within this time, whatever has become of it since; and whether time alone ends it."""
    if when.start is None:
        return Reason.IMPRECISE_DATE, True, say("no date of onset"), False
    placed = view.place(when.start, window)
    if placed is When.INSIDE:
        return None, True, say("began within {window}", window=length(window)), True
    if placed is When.BEFORE:
        return None, False, say("began before {window}", window=length(window)), False
    return Reason.IMPRECISE_DATE, True, say("may have begun within {window}", window=length(window)), False
