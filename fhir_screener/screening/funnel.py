"""The recruitment funnel of one study: how many patients are left after each step, and whom each step loses. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from fhir_screener.screening.report import StudyReport
from fhir_screener.screening.screening import Outcome


class Stage(Enum):
    """What a step asks. Each loses patients to the one before, but for `OF_LEFT` and `AFTER`."""

    LISTED = "to be read"
    ASSESSED = "assessed"
    SCREENABLE = "can be screened"
    SIGNAL = "with a signal"
    KEPT_OUT = "kept out first by"
    REVIEW = "to review"
    CANDIDATE = "candidates"
    ACCEPTED = "accepted"
    ENROLLED = "enrolled"


WIDE = (Stage.LISTED, Stage.ASSESSED, Stage.SCREENABLE, Stage.SIGNAL)
"""Of all patients; the others are of those with a signal."""
OF_LEFT = (Stage.REVIEW, Stage.CANDIDATE)
"""Of those whom nothing keeps out; together they are all of them."""
AFTER = (Stage.ACCEPTED, Stage.ENROLLED)
"""What people did since the study began, by its Tasks: no part of one sweep."""


@dataclass(frozen=True)
class Step:
    """One step: `number` patients are left after it, `out` were lost in it.

    Of a criterion: `alone` of those lost are kept out by nothing else. "" is the criterion of those kept out by one
    that is not known (a sweep whose report was not kept).
    """

    stage: Stage
    number: int
    out: int = 0
    criterion: str = ""
    alone: int = 0


@dataclass(frozen=True)
class Reached:
    """What became of a study's candidates: Tasks accepted (`completed` of them done), patients enrolled.

    None where the target does not tell.
    """

    accepted: int | None = None
    completed: int | None = None
    enrolled: int | None = None


@dataclass(frozen=True)
class Funnel:
    """The steps, widest first. `later` of those kept out are so for a time only, `too_far` of these
    without a Task. `sound`: the numbers add up."""

    steps: tuple[Step, ...]
    later: int = 0
    too_far: int = 0
    completed: int = 0
    sound: bool = True

    @property
    def widest(self) -> int:
        return max((step.number + step.out for step in self.steps), default=0)

    @property
    def narrow(self) -> int:
        """Patients of the widest step after the signal: those before are many, and would hide the others."""
        later = (step.number + step.out for step in self.steps if step.stage not in WIDE)
        return max(later, default=0)


def funnel(report: StudyReport, patients: int, order: Sequence[str], reached: Reached | None = None) -> Funnel:
    """The funnel of a sweep's study. `patients` were to be read; `order` is that of the study's criteria."""
    found, reached = report.outcomes, reached or Reached()
    gone = {name: found.get(name.value, 0) for name in Outcome}
    steps = [Step(Stage.LISTED, patients)]
    losses = (
        (Stage.ASSESSED, patients - report.evaluated),
        (Stage.SCREENABLE, gone[Outcome.NOT_SCREENABLE]),
        (Stage.SIGNAL, gone[Outcome.NO_SIGNAL]),
    )
    for stage, out in losses:
        steps.append(Step(stage, steps[-1].number - out, out))
    for criterion, out in _kept_out(report, order, gone[Outcome.EXCLUDED] + gone[Outcome.LATER]):
        alone = report.alone_out.get(criterion, 0)
        steps.append(Step(Stage.KEPT_OUT, steps[-1].number - out, out, criterion, alone))
    left = steps[-1].number
    steps += [Step(Stage.REVIEW, gone[Outcome.REVIEW]), Step(Stage.CANDIDATE, gone[Outcome.CANDIDATE])]
    sound = (
        left == gone[Outcome.REVIEW] + gone[Outcome.CANDIDATE]
        and all(step.out >= 0 and step.number >= 0 and step.alone <= step.out for step in steps)
        and sum(found.values()) == report.evaluated
    )
    beyond = ((Stage.ACCEPTED, reached.accepted), (Stage.ENROLLED, reached.enrolled))
    steps += [Step(stage, number) for stage, number in beyond if number is not None]
    return Funnel(
        tuple(steps), gone[Outcome.LATER], report.too_far.get(Outcome.LATER.value, 0), reached.completed or 0, sound
    )


def _kept_out(report: StudyReport, order: Sequence[str], all_out: int) -> list[tuple[str, int]]:
    """(criterion, whom it is first to keep out) in the study's order; last those of whom it is not known."""
    first = report.first_out
    rows = [(name, first[name]) for name in dict.fromkeys([*order, *first]) if first.get(name)]
    rest = all_out - sum(number for _, number in rows)
    return [*rows, ("", rest)] if rest else rows
