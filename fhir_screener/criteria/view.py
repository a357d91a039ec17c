"""A patient record as seen on one day: the only way rules look at dates.

Every comparison of a date with `as_of` goes through here, and leaves the days on which its answer could change. From
them the screening finds `next_change_on` and `eligible_from` without trying each day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from operator import is_not
from typing import Any

from fhir_screener.criteria.blank import Scope
from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.index import Index
from fhir_screener.criteria.modified import modified
from fhir_screener.criteria.plan import Asked, Frontier, Joint, Plan
from fhir_screener.records.dates import EVER, FOREVER, Days, Duration, read_date
from fhir_screener.records.facts import Patient, Span
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.terminology.terms import Terminology


class When(Enum):
    """Where a date lies relative to a window that ends on `as_of`."""

    INSIDE = "inside"
    BEFORE = "before"
    STRADDLES = "straddles"
    FUTURE = "future"


_NOWHERE: Frontier = ((), frozenset())


class Shared:
    """What all views of one record share: the index, what fills blanks, and answers where nothing is on record."""

    __slots__ = ("alike", "asked", "constants", "index", "plan", "scope")

    def __init__(self, record: PatientRecord, plan: Plan) -> None:
        self.plan = plan
        self.index = Index(record)
        self.scope = Scope(record)
        self.constants = plan.constants(record.failed, record.absent)
        self.alike: dict[int, tuple[Finding, Finding]] = {}
        """{id of a finding: itself, and a shared finding that is alike in all that a rule above looks at}"""
        self.asked: dict[int, list[Any]] = {}
        """{id of a rule: what it has worked out of the record, whatever the day}"""


class View:
    """A record on `day` (ordinal) in `zone`; `parameters` are the study's; `watch` collects days of possible change.

    `known` {id of a rule: its answer on this day}; `due` {id: the rule, and the days on which its answer may change};
    `stated`: days on which what the site states of its records may begin or cease to cover a window.
    """

    __slots__ = (
        "day",
        "due",
        "index",
        "known",
        "parameters",
        "plan",
        "record",
        "shared",
        "stated",
        "study",
        "terminology",
        "unnamed",
        "watch",
        "zone",
    )

    def __init__(
        self,
        record: PatientRecord,
        day: int,
        zone: str,
        terminology: Terminology,
        study: str = "",
        parameters: Mapping[str, Any] | None = None,
        plan: Plan | None = None,
        shared: Shared | None = None,
    ) -> None:
        self.record, self.day, self.zone, self.terminology = record, day, zone, terminology
        self.study, self.parameters = study, parameters or {}
        self.shared = shared or Shared(record, plan or Plan())
        self.index, self.plan = self.shared.index, self.shared.plan
        """The record's facts by value set; what patients share."""
        self.watch: set[int] = set()
        self.known: dict[int, Finding] = {}
        self.stated: set[int] = set()
        self.due: dict[int, tuple[Asked, set[int]]] = {}
        self.unnamed: dict[bool, tuple[Any, set[int]]] = {}
        """When drugs that nobody can name were taken (`nameless`), and the days on which that may change."""

    def on(self, day: int) -> View:
        """The same record on another day, with a watch list of its own."""
        return View(self.record, day, self.zone, self.terminology, self.study, self.parameters, shared=self.shared)

    def ask(self, rule: Asked) -> Finding:
        """The rule's answer on this day: a shared one where nothing on record concerns it, and no rule asked twice."""
        sets = self.plan.concerns.get(id(rule))
        if sets is not None and sets.isdisjoint(self.index.present):
            return self.shared.constants.get(id(rule)) or self._constant(rule)
        return self._asked(rule)

    def ask_each(self, rules: Iterable[Asked]) -> tuple[Finding, ...]:
        """The answers of several rules, in their order: `ask`, without a call for each that nothing concerns."""
        concerns, present, constants = self.plan.concerns, self.index.present, self.shared.constants
        found = []
        for rule in rules:
            sets = concerns.get(id(rule))
            if sets is not None and sets.isdisjoint(present):
                found.append(constants.get(id(rule)) or self._constant(rule))
            else:
                found.append(self._asked(rule))
        return tuple(found)

    def _asked(self, rule: Asked) -> Finding:
        """The answer of a rule that something on record may concern."""
        plan, at = self.plan, id(rule)
        if at in plan.joints:
            return self._joint(rule)
        found = self.known.get(at)
        if found is None:
            outer, self.watch = self.watch, set()
            found = rule.evaluate(self)
            if self.index.modified:
                found = modified(rule, found, self.lies_before, self.index.modified)
            self.known[at] = found
            if not plan.shares(found):
                self.shared.alike[id(found)] = (found, plan.outline(found))
            if self.watch:
                self.due[at] = (rule, self.watch | self.due[at][1] if at in self.due else self.watch)
            self.watch = outer
        if at in self.due:
            # Whoever asks depends on these days too.
            self.watch |= self.due[at][1]
        return found

    def _joint(self, rule: Asked) -> Finding:
        """The answer of a rule made of rules: remembered where it hangs on answers alone that patients share."""
        plan = self.plan
        always, sets = plan.frontiers.get(id(rule), _NOWHERE)
        if not always or not sets.isdisjoint(self.index.present):
            return rule.evaluate(self)
        answers = self.ask_each(always)
        if not all(map(plan.shares, answers)):
            return rule.evaluate(self)
        key = (id(rule), id(self.shared.constants), *map(id, answers))
        return plan.shared(key, lambda: rule.evaluate(self))

    def joined(self, rule: Joint, branches: tuple[Finding, ...]) -> Finding:
        """What a rule makes of its branches: worked out once for all that are alike."""
        alike = self.shared.alike
        like = tuple([alike[id(one)][1] if id(one) in alike else one for one in branches]) if alike else branches
        found = self.plan.joined(rule, like)
        if like is branches or not any(map(is_not, like, branches)):
            return found
        own = found.but(branches=branches)
        if self.plan.shares(found):
            alike[id(own)] = (own, found)
        return own

    def _constant(self, rule: Asked) -> Finding:
        nobody = PatientRecord(Patient(id=""), failed=self.record.failed, absent=self.record.absent)
        blank = View(nobody, self.day, self.zone, self.terminology, self.study, self.parameters, self.plan)
        found = self.shared.constants[id(rule)] = self.plan.keep(rule.evaluate(blank))
        return found

    def days(self, text: str | None) -> Days | None:
        """The days a recorded date may mean; None where missing or unreadable."""
        return read_date(text, self.zone) if text else None

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

        A partial date that reaches beyond `as_of` is cut there: what is on record has happened. Of a window in hours the
        first days straddle: `as_of` is a day, and no hour of it.
        """
        if not self.begun(days):
            return When.FUTURE
        if back is None:
            return When.INSIDE
        hi = min(days.hi, self.day)
        first = back.before(self.day)
        if days.lo > EVER:
            self.mark(back.first_beyond(days.lo))
            if back.loose:
                self.mark(back.first_beyond(days.lo) - back.loose)
        self.mark(back.first_beyond(days.hi))
        if days.lo >= first + back.loose:
            return When.INSIDE
        return When.BEFORE if hi < first else When.STRADDLES

    def older_than(self, days: Days, length: Duration) -> bool:
        """Whether even the latest of these days lies before the window of this length."""
        return self.place(days, length) is When.BEFORE

    def lies_before(self, text: str | None, length: Duration) -> bool:
        """The same of a recorded date; one that is missing or unreadable may lie anywhere."""
        days = self.days(text)
        return days is not None and self.older_than(days, length)

    def some_day(self, span: Span) -> Days | None:
        """The days on one of which a disease began or ended: FHIR's Period, Age and Range of an onset or an abatement
        are how far it is known, not how long it took."""
        start, end = self.days(span.start), self.days(span.end)
        if start is not None and end is not None:
            return Days(min(start.lo, end.lo), max(start.hi, end.hi))
        if not span.spread:
            return start or end
        return Days(start.lo, FOREVER) if start else Days(EVER, end.hi) if end else None

    def point(self, span: Span, *others: str | None) -> Days | None:
        """The best single date of a result: the end of its period, its start, else the first readable of `others`."""
        if span.spread:
            return self.some_day(span)
        found = self.days(span.end) if span.end else None
        if found is not None:
            return found
        for text in (span.start, *others):
            found = self.days(text)
            if found is not None:
                return found
        return None
