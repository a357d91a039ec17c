"""screen: one patient x one study x one day -> Screening. Pure: no I/O, no clock, no settings."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from typing import NamedTuple

from fhir_screener.criteria.judge import Course, same
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.criteria.model import Criterion, Study
from fhir_screener.criteria.view import View
from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.screenable import Bar, bar
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.terminology.terms import Terminology
from fhir_screener.verdict import UNKNOWN, Reason, Verdict, all_of, any_of, first_reason

ALWAYS = frozenset({"Patient", "Consent", "ResearchSubject"})
"""Types that decide whether a patient can be screened at all."""


def screen(
    study: Study,
    record: PatientRecord,
    as_of: date,
    terminology: Terminology,
    test_names: Collection[str] = (),
) -> Screening:
    """Judge one patient. `terminology` must hold the study's value sets, and be the one the record was read with."""
    view = View(record, as_of.toordinal(), study.zone, terminology, study.id, study.parameters, study.plan)
    barred = bar(view, test_names)
    course = Course(study.criteria, view)
    ledger = tuple(course.now)
    evaluated = _evaluated(study, record, ledger)
    outcome, eligible = _outcome(study, view, barred, ledger)
    if outcome is Outcome.CANDIDATE and not evaluated:
        # Something unread may bar this patient: never more than a case to look at.
        outcome = Outcome.REVIEW
    today = _Today(ledger, outcome, eligible, barred is not None)
    change, until = _days_ahead(study, course, view, today, test_names)
    return Screening(
        study=study.id,
        study_version=study.version,
        checksum=study.checksum,
        patient=record.patient.id,
        as_of=as_of,
        outcome=outcome,
        criteria=ledger,
        eligible_from=eligible,
        eligible_until=until,
        next_change_on=change,
        why_not=barred.why if barred else "",
        evaluated=evaluated,
        shown=_shown(study, view, outcome, eligible),
        enrolled=bool(barred and barred.enrolled),
        replaced_by=barred.replaced_by if barred else "",
        seen=record.seen,
        reconciled=record.reconciled,
        absent=record.absent,
        failed=record.failed,
        problems=record.problems,
    )


class _Today(NamedTuple):
    """How a patient stands on `as_of`; `eligible`: the first eligible day of `later`, where it is known."""

    ledger: Sequence[CriterionFinding]
    outcome: Outcome
    eligible: date | None
    barred: bool


def _outcome(
    study: Study, view: View, barred: Bar | None, ledger: Sequence[CriterionFinding]
) -> tuple[Outcome, date | None]:
    """The outcome by the first rule that applies, and the first eligible day for `later`."""
    if barred is not None:
        return Outcome.NOT_SCREENABLE, None
    if no_signal(study, ledger):
        return Outcome.NO_SIGNAL, None
    deciding = [criterion for criterion in ledger if criterion.decides]
    if deciding:
        return _excluded(study, view, deciding)
    if any(criterion.answer.needs_eyes for criterion in ledger):
        return Outcome.REVIEW, None
    return Outcome.CANDIDATE, None


def _days_ahead(
    study: Study, course: Course, view: View, today: _Today, test_names: Collection[str]
) -> tuple[date | None, date | None]:
    """(the first day on which time alone changes anything, the last before it takes away what speaks for the patient)."""
    ahead = course.days(view.watch)
    change = None if today.barred else _next_change(study, course, ahead, view, today, test_names)
    if today.outcome in (Outcome.CANDIDATE, Outcome.REVIEW):
        return change, _kept_until(course, ahead, today.ledger, change)
    if today.outcome is Outcome.LATER and today.eligible is not None:
        return change, _later_until(study, view.on(today.eligible.toordinal()))
    return change, None


def no_signal(study: Study, ledger: Sequence[CriterionFinding]) -> bool:
    """Whether the anchor is unknown, and nothing at all on record points to it."""
    if study.anchor.mode == "none":
        return False
    anchors = [criterion.answer for criterion in ledger if criterion.id in study.anchor.ids]
    together = all_of if study.anchor.mode == "all" else any_of
    verdict: Verdict = together(finding.verdict for finding in anchors)
    if verdict is not UNKNOWN:
        return False
    return first_reason(one.reason for one in anchors if one.reason is not None and one.applicable) is Reason.NO_DATA


def _excluded(study: Study, view: View, deciding: Sequence[CriterionFinding]) -> tuple[Outcome, date | None]:
    clocks = [criterion for criterion in deciding if criterion.answer.clock]
    mendable = [criterion for criterion in deciding if criterion.answer.repeatable]
    if len(clocks) == len(deciding):
        eligible = _first_free(study, view, {criterion.id for criterion in deciding})
        return (Outcome.LATER, eligible) if eligible else (Outcome.EXCLUDED, None)
    if all(criterion in clocks or criterion in mendable for criterion in deciding):
        return Outcome.LATER, None
    return Outcome.EXCLUDED, None


def _first_free(study: Study, view: View, ids: set[str]) -> date | None:
    """The first day on which none of these criteria decides, the records unchanged.

    A partial end uses its last possible day: a verdict that has become imprecise does not set anybody free.
    """
    course = Course([c for c in study.criteria if c.id in ids], view.on(view.day))
    for day, _ in course.days():
        if not any(c.decides or c.reason is Reason.IMPRECISE_DATE for c in course.now):
            return date.fromordinal(day)
    return None


def _kept_until(
    course: Course, ahead: Iterator[tuple[int, bool]], today: Sequence[CriterionFinding], change: date | None
) -> date | None:
    """The last day before time alone takes away a verdict that speaks for the patient, the records unchanged.

    An upper age, "within N of onset", a result that leaves its window. Nothing is lost before `change`, the first day on
    which anything changes; `ahead` are the days of the course after it.
    """
    if change is None:
        return None
    return _lost(course, chain([(change.toordinal(), True)], ahead), today)


def _later_until(study: Study, start: View) -> date | None:
    """The same for `later`, as seen from its first eligible day."""
    course = Course(study.criteria, start)
    return _lost(course, course.days(), course.now)


def _lost(course: Course, days: Iterable[tuple[int, bool]], first: Sequence[CriterionFinding]) -> date | None:
    """The day before one of those that spoke for the patient at first no longer does."""
    held = [number for number, found in enumerate(first) if found.speaks_for]
    for day, changed in days if held else ():
        if changed and not all(course.now[number].speaks_for for number in held):
            return date.fromordinal(day - 1)
    return None


def _next_change(
    study: Study,
    course: Course,
    ahead: Iterator[tuple[int, bool]],
    view: View,
    today: _Today,
    test_names: Collection[str],
) -> date | None:
    """The first day after `as_of` on which time alone changes a verdict, a reason or the outcome.

    `ahead` are the course's days; what is left of them begins after the day found.
    """
    for day, changed in ahead:
        if changed and not all(map(same, course.now, today.ledger)):
            return date.fromordinal(day)
        if day in view.watch and bar(view.on(day), test_names) is not None:
            return date.fromordinal(day)
        if changed and today.outcome in (Outcome.EXCLUDED, Outcome.LATER):
            clocks = [(now.answer.clock, then.answer.clock) for now, then in zip(course.now, today.ledger, strict=True)]
            differs = any(one is not other for one, other in clocks)
            if differs and _outcome(study, view.on(day), None, course.now)[0] is not today.outcome:
                return date.fromordinal(day)
    return None


def _evaluated(study: Study, record: PatientRecord, ledger: Sequence[CriterionFinding]) -> bool:
    """Whether nothing hangs on a request that failed."""
    if not record.failed:
        return True
    if record.failed & ALWAYS:
        return False
    unknown = {criterion.id for criterion in ledger if criterion.verdict is UNKNOWN}
    return not any(_types(criterion) & record.failed for criterion in study.criteria if criterion.id in unknown)


def _types(criterion: Criterion) -> frozenset[str]:
    return frozenset().union(*(rule.needs().types for rule in criterion.rules()))


def _shown(study: Study, view: View, outcome: Outcome, eligible: date | None) -> bool:
    if outcome is Outcome.LATER and eligible is not None:
        return eligible.toordinal() <= study.later_within.after(view.day)
    return outcome.kept
