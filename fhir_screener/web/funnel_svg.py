"""The recruitment funnel as SVG: measures only; the words and the table behind it are the template's."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_screener.screening.funnel import AFTER, OF_LEFT, Funnel, Stage, Step

WIDTH, ROW, BAR, GAP = 440, 32, 9, 12


@dataclass(frozen=True)
class Bar:
    """One step: where its words stand, how long its bar is, where the part begins that it loses, and that of `alone`."""

    step: Step
    kind: str
    y: float
    left: float
    out: float
    alone: float


@dataclass(frozen=True)
class Picture:
    """The whole picture, in units of a `width` x `height` viewBox."""

    width: int
    height: float
    bars: tuple[Bar, ...]


def draw(funnel: Funnel) -> Picture:
    """A bar a step, one under the other; what people did since stands apart, for it is no part of the sweep."""
    widest = max(1, funnel.widest)
    bars, y, before = [], 0.0, ""
    for step in funnel.steps:
        kind = _kind(step.stage)
        y += GAP if before and kind != before and kind != "criterion" and before != "criterion" else 0
        bars.append(Bar(step, kind, y, _long(step.number, widest), _long(step.out, widest), _long(step.alone, widest)))
        y, before = y + ROW, kind
    return Picture(WIDTH, y, tuple(bars))


def _kind(stage: Stage) -> str:
    if stage is Stage.KEPT_OUT:
        return "criterion"
    return "of-left" if stage in OF_LEFT else "after" if stage in AFTER else "all"


def _long(number: int, widest: int) -> float:
    """In units; whoever is there is seen, be it one of a hundred thousand."""
    return 0.0 if number <= 0 else max(1.5, round(WIDTH * number / widest, 1))
