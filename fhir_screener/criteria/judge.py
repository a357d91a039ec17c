"""One criterion on one day, and the first day on which time alone changes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fhir_screener.criteria.complete import settled
from fhir_screener.criteria.evidence import CriterionFinding, Finding
from fhir_screener.criteria.model import Criterion
from fhir_screener.criteria.view import View
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN, Reason


def judge(criterion: Criterion, view: View) -> CriterionFinding:
    """The criterion's answer on the view's day; leaves the days of possible change in `view.watch`."""
    return CriterionFinding(criterion.id, criterion.role, criterion.settle, _finding(criterion, view), criterion.phase)


def _finding(criterion: Criterion, view: View) -> Finding:
    finding = settled(criterion, criterion.rule.evaluate(view), view)
    if criterion.applies_to is None:
        return _applicable(criterion, finding)
    asked = criterion.applies_to.evaluate(view)
    if asked.verdict is NOT_MET:
        return _beside(criterion, finding, asked)
    harmless = MET if criterion.role == "inclusion" else NOT_MET
    if asked.verdict is UNKNOWN and finding.verdict is not harmless:
        reason = finding.reason or asked.reason or Reason.NO_DATA
        return Finding(UNKNOWN, reason, finding.rule, branches=(finding, asked), decided_by=1)
    return finding


def _applicable(criterion: Criterion, finding: Finding) -> Finding:
    """A rule that is itself not applicable (`when`) does not stand in the way."""
    return finding if finding.applicable else _beside(criterion, finding, finding)


def _beside(criterion: Criterion, finding: Finding, why: Finding) -> Finding:
    verdict = MET if criterion.role == "inclusion" else NOT_MET
    return Finding(verdict, rule=finding.rule, evidence=why.evidence, branches=why.branches, applicable=False)


def same(a: CriterionFinding, b: CriterionFinding) -> bool:
    """Whether verdict and reason agree."""
    return a.verdict is b.verdict and a.reason is b.reason


class Course:
    """The answers of some criteria from one day on, visiting only days on which something may change."""

    def __init__(self, criteria: Iterable[Criterion], view: View) -> None:
        self.now: dict[str, CriterionFinding] = {}
        self._criteria = {criterion.id: criterion for criterion in criteria}
        self._view = view
        self._watch: dict[str, set[int]] = {}
        for criterion in self._criteria.values():
            self._judge(criterion, view.on(view.day))

    def _judge(self, criterion: Criterion, view: View) -> None:
        self.now[criterion.id] = judge(criterion, view)
        self._watch.setdefault(criterion.id, set()).update(view.watch)

    def days(self, also: Iterable[int] = ()) -> Iterator[int]:
        """The days after the first on which something may change, in order; `now` is the state on the day yielded.

        `also`: further days to visit.
        """
        at, extra = self._view.day, {day for day in also if day > self._view.day}
        while True:
            ahead = {cid: min((d for d in days if d > at), default=0) for cid, days in self._watch.items()}
            candidates = [day for day in ahead.values() if day] + [day for day in extra if day > at]
            if not candidates:
                return
            at = min(candidates)
            for cid, day in ahead.items():
                if day == at:
                    self._judge(self._criteria[cid], self._view.on(at))
            yield at
