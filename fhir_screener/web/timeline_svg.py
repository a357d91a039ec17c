"""The time line as SVG: measures only; the words and the table behind it are the template's."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.timeline import Item, Shape, Timeline, ticks

WIDTH, LABEL, RIGHT = 1000, 104, 12
LANE, TOP, ROW = 30, 22, 11


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


def draw(line: Timeline) -> Drawing:
    """The picture of a time line: a lane a criterion, its records in as many rows as they need not to overlap."""
    lanes, y = [], float(TOP)
    for lane in line.lanes:
        found, rows = lane.criterion, _rows(line, lane.items)
        height = max(LANE, 12 + ROW * (1 + max(rows.values(), default=0)))
        bands = tuple(_band(line, band.first, band.length, y, height) for band in lane.bands)
        boxes = tuple(_box(line, item, y + 6 + ROW * rows[index]) for index, item in enumerate(lane.items))
        lanes.append(DrawnLane(found.id, found.verdict.value, tone(found), y, height, bands, boxes))
        y += height + 4
    marks = tuple((_x(line, day), text) for day, text in ticks(line))
    return Drawing(WIDTH, LABEL, y + 6, _x(line, line.as_of), marks, tuple(lanes))


def tone(found: CriterionFinding) -> str:
    """Whether an answer speaks for the patient, keeps the patient out, or is open: the colour it is shown in."""
    if found.decides:
        return "against"
    return "for" if found.speaks_for else "open"


def _x(line: Timeline, day: int) -> float:
    return round(LABEL + (WIDTH - LABEL - RIGHT) * line.place(day), 1)


def _band(line: Timeline, first: int, length: str, y: float, height: float) -> Box:
    x = _x(line, max(first, line.first))
    return Box(x, y, round(_x(line, line.as_of) - x, 1), "band", length)


def _box(line: Timeline, item: Item, y: float) -> Box:
    x, end = _x(line, max(item.first, line.first)), _x(line, min(item.last, line.last))
    kind = " ".join([item.shape.value, "decides" if item.decides else "beside", *(["open"] if item.open else [])])
    title = ", ".join(part for part in (item.label, item.value) if part)
    return Box(x, y, round(max(end - x, 3.0 if item.shape is Shape.COURSE else 0.0), 1), kind, title, item.date)


def _rows(line: Timeline, items: tuple[Item, ...]) -> dict[int, int]:
    """{index: row}: each in the first row where nothing is in its way."""
    ends: list[float] = []
    found: dict[int, int] = {}
    for index, item in enumerate(items):
        start, end = _x(line, max(item.first, line.first)) - 5, _x(line, min(item.last, line.last)) + 5
        row = next((number for number, taken in enumerate(ends) if taken <= start), len(ends))
        if row == len(ends):
            ends.append(end)
        else:
            ends[row] = end
        found[index] = row
    return found
