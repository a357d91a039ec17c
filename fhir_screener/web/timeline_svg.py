"""The time line as SVG: measures only; the words and the table behind it are the template's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.timeline import Band, Item, Shape, Timeline, ticks

WIDTH, NARROW, LABEL, RIGHT = 1000, 360, 104, 12
"""Of the picture, and of that for a telephone, which has room for fewer marks on its axis; of the names of lanes; a rim."""
APART = 46
"""How far apart marks on the axis are at least, as wide as their words."""
LANE, TOP, ROW = 30, 22, 11


@dataclass(frozen=True)
class Scale:
    """Where a day lies on a picture of this width; what lies beyond an end of the line is drawn there."""

    line: Timeline
    width: int

    def __call__(self, day: int) -> float:
        place = self.line.place(min(max(day, self.line.first), self.line.last))
        return round(LABEL + (self.width - LABEL - RIGHT) * place, 1)


@dataclass(frozen=True)
class Box:
    """A rectangle or point on the picture, with what it stands for."""

    x: float
    y: float
    width: float
    kind: str
    title: str
    date: str = ""


@dataclass(frozen=True)
class DrawnLane:
    """One lane: where its label stands, its bands and its records."""

    id: str
    verdict: str
    tone: str
    y: float
    height: float
    bands: tuple[Box, ...]
    boxes: tuple[Box, ...]


@dataclass(frozen=True)
class Drawing:
    """The whole picture, in units of a `width` x `height` viewBox; what is before `label` are the names of lanes."""

    width: int
    label: int
    height: float
    today: float
    ticks: tuple[tuple[float, str], ...]
    lanes: tuple[DrawnLane, ...]


def draw(line: Timeline, width: int = WIDTH) -> Drawing:
    """The picture of a time line: a lane a criterion, its records in as many rows as they need not to overlap."""
    lanes, y, scale = [], float(TOP), Scale(line, width)
    for lane in line.lanes:
        found, rows = lane.criterion, _rows(scale, lane.items)
        height = max(LANE, 18 + ROW * (1 + max(rows.values(), default=0)))
        bands = tuple(_bands(scale, lane.bands, y, height))
        boxes = tuple(_box(scale, item, y + 6 + ROW * rows[index]) for index, item in enumerate(lane.items))
        lanes.append(DrawnLane(found.id, found.verdict.value, tone(found), y, height, bands, boxes))
        y += height + 4
    return Drawing(width, LABEL, y + 6, scale(line.as_of), tuple(_marks(scale)), tuple(lanes))


def _marks(scale: Scale) -> Iterator[tuple[float, str]]:
    """The marks on the axis, latest first, without those whose words would run into the next one's."""
    last = scale(scale.line.as_of)
    for day, text in ticks(scale.line):
        x = scale(day)
        if last - x >= APART:
            last = x
            yield x, text


def tone(found: CriterionFinding) -> str:
    """Whether an answer speaks for the patient, keeps the patient out, or is open: the colour it is shown in."""
    if found.decides:
        return "against"
    return "for" if found.speaks_for else "open"


def _bands(scale: Scale, bands: tuple[Band, ...], y: float, height: float) -> Iterator[Box]:
    """The windows, the longest first; `close` are those whose words would run into the next one's."""
    starts = [scale(band.first) for band in bands]
    for band, x, after in zip(bands, starts, (*starts, inf)[1:], strict=True):
        kind = "band close" if after - x < APART else "band"
        yield Box(x, y, round(scale(scale.line.as_of) - x, 1), kind, band.length)


def _box(scale: Scale, item: Item, y: float) -> Box:
    x, end = scale(item.first), scale(item.last)
    kind = " ".join([item.shape.value, "decides" if item.decides else "beside", *(["open"] if item.open else [])])
    title = ", ".join(part for part in (item.label, item.value) if part)
    return Box(x, y, round(max(end - x, 3.0 if item.shape is Shape.COURSE else 0.0), 1), kind, title, item.date)


def _rows(scale: Scale, items: tuple[Item, ...]) -> dict[int, int]:
    """{index: row}: each in the first row where nothing is in its way."""
    ends: list[float] = []
    found: dict[int, int] = {}
    for index, item in enumerate(items):
        start, end = scale(item.first) - 5, scale(item.last) + 5
        row = next((number for number, taken in enumerate(ends) if taken <= start), len(ends))
        if row == len(ends):
            ends.append(end)
        else:
            ends[row] = end
        found[index] = row
    return found
