"""One criterion on one day, and the first day on which time alone changes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from fhir_screener.criteria.complete import settled
from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.criteria.model import Criterion
from fhir_screener.criteria.sources import sourced
from fhir_screener.criteria.view import View
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, first_reason


def judge(criterion: Criterion, view: View) -> CriterionFinding:
    """The criterion's answer on the view's day; leaves the days of possible change in `view.due`."""
    finding = _finding(criterion, view)
    return CriterionFinding(
        criterion.id,
        criterion.role,
        criterion.settle,
        finding,
        criterion.phase,
        view.shared.scope,
        view.plan.standing(criterion.id, finding),
    )


def _finding(criterion: Criterion, view: View) -> Finding:
    finding = view.ask(criterion.rule)
    if view.record.absent:
        finding = sourced(criterion, finding, view)
    if view.terminology.site.complete:
        view.watch = set()
        finding = settled(criterion, finding, view)
        view.stated |= view.watch
    if criterion.applies_to is None:
        # A rule that is itself not applicable (`when`) does not stand in the way.
        return finding if finding.applicable else _beside(criterion, view, finding, finding)
    asked = view.ask(criterion.applies_to)
    if asked.verdict is NOT_MET:
        return _beside(criterion, view, finding, asked)
    harmless = MET if criterion.role == "inclusion" else NOT_MET
    if asked.verdict is UNKNOWN and finding.verdict is not harmless:
        reason = first_reason([one for one in (finding.reason, asked.reason) if one is not None])
        return Finding(UNKNOWN, reason, rule=finding.rule, branches=(finding, asked), decided_by=1)
    return finding


def _beside(criterion: Criterion, view: View, finding: Finding, why: Finding) -> Finding:
    def make() -> Finding:
        verdict = MET if criterion.role == "inclusion" else NOT_MET
        return Finding(verdict, rule=finding.rule, evidence=why.evidence, branches=why.branches, applicable=False)

    if view.plan.shares(finding) and view.plan.shares(why):
        return view.plan.shared((criterion.id, id(finding), id(why)), make)
    return make()


def same(a: CriterionFinding, b: CriterionFinding) -> bool:
    """Whether verdict and reason agree."""
    return a.verdict is b.verdict and a.reason is b.reason


class Course:
    """The answers of some criteria from one day on, visiting only days on which something may change.

    Only rules with a day of their own are asked again on it, and only where one of them answers otherwise is a criterion
    judged again; `now` is right in verdict, reason and clock, its evidence may be that of an earlier day.
    """

    def __init__(self, criteria: Sequence[Criterion], view: View) -> None:
        self._criteria, self._view = criteria, view
        self.now = [judge(criterion, view) for criterion in criteria]
        self._due = dict(view.due)
        self._stated = set(view.stated)

    def days(self, also: Iterable[int] = ()) -> Iterator[tuple[int, bool]]:
        """(day, whether any criterion answers otherwise) of each day after the first on which something may change.

        In order; `now` is the state on the day yielded. `also`: further days to visit.
        """
        at = self._view.day
        ahead = {day for _, days in self._due.values() for day in days}.union(also, self._stated)
        while ahead := {day for day in ahead if day > at}:
            at = min(ahead)
            then, changed = self._view.on(at), at in self._stated
            touched: set[int] = set()
            then.known, then.due = dict(self._view.known), self._due
            due = [(key, rule) for key, (rule, days) in self._due.items() if at in days]
            before = [then.known.pop(key) for key, _ in due]
            for (key, rule), old in zip(due, before, strict=True):
                found = then.ask(rule)
                if found.alike(old):
                    then.known[key] = old
                else:
                    changed = changed or key not in then.plan.roots
                    touched |= then.plan.roots.get(key, _NONE)
            if changed or touched:
                changed = self._again(then, None if changed else touched)
            self._stated |= then.stated
            ahead = ahead.union(then.stated, *(days for _, days in self._due.values()))
            self._view = then
            yield at, changed

    def _again(self, view: View, touched: set[int] | None) -> bool:
        """Judge again what has a touched rule in it (None: all); whether any of it answers otherwise."""
        changed = False
        for position, criterion in enumerate(self._criteria):
            if touched is None or id(criterion.rule) in touched or id(criterion.applies_to) in touched:
                found = judge(criterion, view)
                changed = changed or not found.answer.alike(self.now[position].answer)
                self.now[position] = found
        return changed


_NONE: set[int] = set()
