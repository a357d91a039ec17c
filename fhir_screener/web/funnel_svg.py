"""The recruitment funnel as SVG: measures only; the words and the table behind it are the template's."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_screener.screening.funnel import AFTER, OF_LEFT, Funnel, Stage, Step

WIDTH, ROW, GAP, FAN = 440, 32, 12, 20
BAR_END = 27


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
    """The whole picture, in units of a `width` x `height` viewBox.

    Below the patients with a signal, who are few among all, bars are longer: there `full` patients fill the width, and
    `fan` is the shape that says so, "" where all bars have one scale.
    """

    width: int
    height: float
    bars: tuple[Bar, ...]
    full: int
    fan: str = ""


def draw(funnel: Funnel) -> Picture:
    """A bar a step, one under the other; what people did since stands apart, for it is no part of the sweep."""
    widest, full = max(1, funnel.widest), max(1, funnel.narrow)
    bars: list[Bar] = []
    y, before, fan, scale = 0.0, "", "", widest
    for step in funnel.steps:
        kind = _kind(step.stage)
        if before == "all" and kind != "all" and full < widest:
            fan, scale = _fan(bars[-1], y + FAN), full
            y += FAN
        elif before and kind != before:
            y += GAP
        bars.append(Bar(step, kind, y, _long(step.number, scale), _long(step.out, scale), _long(step.alone, scale)))
        y, before = y + ROW, kind
    return Picture(WIDTH, y, tuple(bars), full, fan)


def _fan(last: Bar, y: float) -> str:
    """From the last bar of the one scale to the whole width of the next."""
    top = last.y + BAR_END + 2
    return f"M0 {top} H{last.left} L{WIDTH} {y} H0 Z"


def _kind(stage: Stage) -> str:
    if stage is Stage.KEPT_OUT:
        return "criterion"
    return "of-left" if stage in OF_LEFT else "after" if stage in AFTER else "all"


def _long(number: int, widest: int) -> float:
    """In units; whoever is there is seen, be it one of a hundred thousand."""
    return 0.0 if number <= 0 else max(1.5, round(WIDTH * number / widest, 1))
