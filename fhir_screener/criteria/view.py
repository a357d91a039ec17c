"""A patient record as seen on one day: the only way rules look at dates.

Every comparison of a date with `as_of` goes through here, and leaves the days on which its answer could change. From
them the screening finds `next_change_on` and `eligible_from` without trying each day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.index import Index
from fhir_screener.records.dates import EVER, FOREVER, Days, Duration, read_date
from fhir_screener.records.facts import Span
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.terminology.valueset import Terminology


class When(Enum):
    """Where a date lies relative to a window that ends on `as_of`."""

    INSIDE = "inside"
    BEFORE = "before"
    STRADDLES = "straddles"
    FUTURE = "future"


@dataclass(slots=True)
class Shared:
    """What all views of one record share: the index, and answers that no day can change."""

    index: Index | None = None
    constant: dict[int, Finding] = field(default_factory=dict)
    """{id of a rule: its answer where no fact concerns it}"""
    asked: dict[int, list[Any]] = field(default_factory=dict)
    """{id of a rule: what it has worked out of the record, whatever the day}"""


@dataclass(slots=True)
class View:
    """A record on `day` (ordinal) in `zone`; `parameters` are the study's; `watch` collects days of possible change."""

    record: PatientRecord
    day: int
    zone: str
    terminology: Terminology
    study: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    watch: set[int] = field(default_factory=set)
    shared: Shared = field(default_factory=lambda: Shared())

    @property
    def index(self) -> Index:
        """The record's facts by value set."""
        if self.shared.index is None:
            self.shared.index = Index(self.record)
        return self.shared.index

    def on(self, day: int) -> View:
        """The same record on another day, with a watch list of its own."""
        return View(self.record, day, self.zone, self.terminology, self.study, self.parameters, shared=self.shared)

    def days(self, text: str | None) -> Days | None:
        """The days a recorded date may mean; None where missing or unreadable."""
        return read_date(text, self.zone)

    def mark(self, day: int) -> None:
        """Something may change on this day."""
        if self.day < day < FOREVER:
            self.watch.add(day)

    def begun(self, days: Days) -> bool:
        """Whether a fact of these days counts yet: one dated wholly after `as_of` does not."""
        if days.lo > self.day:
            self.mark(days.lo)
            return False
        self.mark(days.hi)
        return True

    def place(self, days: Days, back: Duration | None) -> When:
        """Where a point in time lies in the window [as_of - back, as_of]; `back` None: any time up to `as_of`.

        A partial date that reaches beyond `as_of` is cut there: what is on record has happened.
        """
        if not self.begun(days):
            return When.FUTURE
        if back is None:
            return When.INSIDE
        hi = min(days.hi, self.day)
        first = back.before(self.day)
        if days.lo > EVER:
            self.mark(back.first_beyond(days.lo))
        self.mark(back.first_beyond(days.hi))
        if days.lo >= first:
            return When.INSIDE
        return When.BEFORE if hi < first else When.STRADDLES

    def older_than(self, days: Days, length: Duration) -> bool:
        """Whether even the latest of these days lies before the window of this length."""
        return self.place(days, length) is When.BEFORE

    def span_start(self, span: Span) -> Days | None:
        return self.days(span.start)

    def point(self, span: Span, *others: str | None) -> Days | None:
        """The best single date of a result: the end of its period, its start, else the first readable of `others`."""
        for text in (span.end, span.start, *others):
            found = self.days(text)
            if found is not None:
                return found
        return None
