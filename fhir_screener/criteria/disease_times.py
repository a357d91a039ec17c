"""When a disease is to have been there: now, at some time, begun lately or long ago, and whether one is there then."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from fhir_screener.criteria.disease import Course
from fhir_screener.criteria.view import View, When
from fhir_screener.criteria.wording import length
from fhir_screener.records.dates import EVER, Duration
from fhir_screener.sentence import Text, say
from fhir_screener.verdict import Reason

Placed = tuple[Reason | None, bool, Text, bool]
"""Why it is uncertain that the time fits, whether it may fit at all, words for it, whether time alone ends it."""

_UNCLEAR: Placed = Reason.UNREADABLE, True, say("whether it is over cannot be read"), False


@dataclass(frozen=True)
class Times:
    """What a `condition` rule asks of time. `lasting` is the key `for`; it may go with `current`, else one stands alone."""

    within: Duration | None = None
    began_within: Duration | None = None
    onset_within: Duration | None = None
    lasting: Duration | None = None
    current: bool = False
    fresh: Duration | None = None

    @property
    def back(self) -> Duration | None:
        """How far back words in passing matter: what they tell of began before the day on which they were written."""
        return self.within or self.began_within or self.onset_within or self.fresh

    @property
    def dated(self) -> bool:
        """Whether the day matters on which it began or ended."""
        return any((self.within, self.began_within, self.onset_within, self.lasting))

    @property
    def asks(self) -> bool:
        """Whether it matters when the disease was there."""
        return self.current or self.dated

    def place(self, view: View, when: Course) -> Placed:
        """Where this course lies. One that is said to be present and over must come to the same both ways."""
        found = self._placed(view, when)
        if not when.torn:
            return found
        present = self._placed(view, msgspec.structs.replace(when, current=True, stated=True, end=None))
        if found[:2] == present[:2]:
            return (*found[:3], False)
        return Reason.CONFLICTING, True, say("its status says that it is present, its end that it is over"), False

    def too_new(self, view: View, when: Course) -> bool:
        """Whether all that is missing is that it lasts: its onset is known to lie within the time it is to have lasted."""
        present = when.current or not self.current
        return self.lasting is not None and present and _is_newer(view, when, self.lasting)

    def _placed(self, view: View, when: Course) -> Placed:
        if self.lasting is not None and (when.current or not self.current):
            return _so_long(view, when, self.lasting)
        if self.onset_within is not None:
            return _lately(view, when, self.onset_within)
        if self.began_within is not None:
            return _begun(view, when, self.began_within)
        if self.current:
            return self._present(view, when)
        if self.within is None:
            return None, True, say("on record"), False
        return _touches(view, when, self.within)

    def _present(self, view: View, when: Course) -> Placed:
        if not when.current:
            return None, False, say("no longer current"), False
        if when.unclear:
            return _UNCLEAR
        said = max(filter(None, (when.recorded, when.start)), key=lambda days: days.hi, default=None)
        if self.fresh is not None and (said is None or view.place(said, self.fresh) is When.BEFORE):
            return Reason.STALE, True, say("recorded long ago and never closed"), False
        return None, True, say("current"), False

    def describe(self) -> Text:
        if self.onset_within:
            return say("begun within {time}, whether over or not", time=length(self.onset_within))
        if self.lasting:
            return say("for {time} or longer", time=length(self.lasting))
        if self.within:
            return say("at any time within {time}", time=length(self.within))
        if self.began_within:
            return say("begun within {time} and not ended", time=length(self.began_within))
        return say("current") if self.current else say("ever")


def _lately(view: View, when: Course, window: Duration) -> Placed:
    """Begun within this time, whatever has become of it since."""
    if when.start is None:
        return Reason.IMPRECISE_DATE, True, say("no date of onset"), False
    placed = view.place(when.start, window)
    if placed is When.INSIDE:
        return None, True, say("began within {window}", window=length(window)), True
    if placed is When.BEFORE:
        return None, False, say("began before {window}", window=length(window)), False
    return _perhaps_begun(window)


def _begun(view: View, when: Course, window: Duration) -> Placed:
    """Begun within this time, and not ended."""
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
    return _perhaps_begun(window)


def _perhaps_begun(window: Duration) -> Placed:
    return Reason.IMPRECISE_DATE, True, say("may have begun within {window}", window=length(window)), False


def _touches(view: View, when: Course, window: Duration) -> Placed:
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


def _so_long(view: View, when: Course, span: Duration) -> Placed:
    """Begun at least so long ago. A date of record is the latest day of the onset.

    Of a length in hours the last days are uncertain, as in `View.place`.
    """
    if when.start is None:
        return Reason.IMPRECISE_DATE, True, say("no date of onset"), False
    for day in (when.start.lo, when.start.hi):
        if day > EVER:
            for late in range(span.loose + 1):
                view.mark(span.first_beyond(day - 1) + late)
    if when.start.hi <= span.before(view.day) - bool(span.loose):
        return None, True, say("on record for {time} or longer", time=length(span)), False
    if _is_newer(view, when, span):
        return None, False, say("began less than {time} ago", time=length(span)), False
    return Reason.IMPRECISE_DATE, True, say("perhaps less than {time} ago", time=length(span)), False


def _is_newer(view: View, when: Course, span: Duration) -> bool:
    """Whether its onset is known to lie within this time."""
    return when.start is not None and when.start.lo > span.before(view.day) + max(0, span.loose - 1)
