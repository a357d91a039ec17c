"""The time line of a candidate: what the ledger rests on, laid beside the windows of the protocol. Pure.

A lane a criterion: drug courses as bars, results as points, diagnoses as marks, each window as a band that ends on `as_of`.
Made from the evidence alone, so a Task can be drawn without its chart.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.criteria.model import Criterion, Study
from fhir_screener.records.dates import Duration, read_date
from fhir_screener.screening.screening import Screening

_WINDOWS = (
    "within",
    "began_within",
    "onset_within",
    "started_within",
    "raised_within",
    "positive_within",
    "test_within",
)
"""Fields of rules that look back so long from `as_of`."""
_NEAR = 30
"""Days that take as much room as the first doubling of what lies before them."""


class Shape(Enum):
    """How a record is drawn."""

    COURSE = "course"
    POINT = "point"
    MARK = "mark"


@dataclass(frozen=True)
class Item:
    """One record on its lane. `first` and `last` are ordinals; `open`: it has no recorded end."""

    shape: Shape
    first: int
    last: int
    open: bool
    label: str
    value: str
    date: str
    reference: str
    decides: bool


@dataclass(frozen=True)
class Band:
    """A window of the protocol, from `first` to `as_of`; `length` as the study writes it (`P6M`)."""

    first: int
    length: str


@dataclass(frozen=True)
class Lane:
    """One criterion with what was dated in it."""

    criterion: CriterionFinding
    bands: tuple[Band, ...]
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Timeline:
    """All lanes with something on them; `first` to `last` are the days drawn, `as_of` among them."""

    first: int
    as_of: int
    last: int
    lanes: tuple[Lane, ...]

    def place(self, day: int) -> float:
        """Where a day lies, 0 to 1. The past is drawn closer together the longer ago it is: doubling by doubling."""
        span = _stretch(self.as_of - self.first)
        ahead = max(self.last - self.as_of, 0)
        room = 1.0 - (0.08 if ahead else 0.02)
        if day >= self.as_of:
            return min(1.0, room + (1.0 - room) * ((day - self.as_of) / ahead if ahead else 0.0))
        return max(0.0, room * (1.0 - _stretch(self.as_of - day) / span))


def timeline(study: Study, screening: Screening) -> Timeline:
    """The time line of a Screening."""
    rules = {criterion.id: criterion for criterion in study.criteria}
    as_of = screening.as_of.toordinal()
    lanes = []
    for found in screening.criteria:
        items = tuple(sorted(_items(found.finding, as_of, study.zone), key=lambda item: (item.first, item.reference)))
        if items and found.id in rules:
            lanes.append(Lane(found, tuple(_bands(rules[found.id], as_of)), items))
    oldest = min((item.first for lane in lanes for item in lane.items), default=as_of)
    bands = [band.first for lane in lanes for band in lane.bands]
    # A band may begin before the oldest record: as far as half a year, for a band without its beginning says little.
    first = min([oldest, *(max(band, oldest - 183) for band in bands), as_of - 90])
    last = max([as_of, *(item.last for lane in lanes for item in lane.items if not item.open)])
    return Timeline(first, as_of, min(last, as_of + 366), tuple(lanes))


def ticks(line: Timeline) -> Iterator[tuple[int, str]]:
    """(ordinal, how long before `as_of`) of the days worth a mark on the axis."""
    for text in ("P1M", "P3M", "P6M", "P1Y", "P2Y", "P5Y", "P10Y", "P20Y"):
        day = Duration.parse(text).before(line.as_of)
        if day >= line.first:
            yield day, text


def _stretch(days: int) -> float:
    return math.log2(1 + max(days, 0) / _NEAR)


def _bands(criterion: Criterion, as_of: int) -> Iterator[Band]:
    """The windows of a criterion's rules, each length once, the longest first."""
    found = {
        length
        for rule in criterion.rules()
        for name in _WINDOWS
        if isinstance(length := getattr(rule, name, None), Duration)
    }
    for length in sorted(found, key=lambda one: one.before(as_of)):
        yield Band(length.before(as_of), length.text)


def _items(finding: Finding, as_of: int, zone: str) -> Iterator[Item]:
    seen: set[tuple[str, str]] = set()
    for item in _all(finding):
        key = (item.reference, item.date)
        drawn = _item(item, as_of, zone) if item.reference and key not in seen else None
        if drawn is not None:
            seen.add(key)
            yield drawn


def _all(finding: Finding) -> Iterator[Evidence]:
    """Every piece of evidence, what decides before what stands beside."""
    pieces = list(_nested(finding))
    yield from (item for item in pieces if item.decides)
    yield from (item for item in pieces if not item.decides)


def _nested(finding: Finding) -> Iterator[Evidence]:
    yield from finding.evidence
    for branch in finding.branches:
        yield from _nested(branch)


def _item(item: Evidence, as_of: int, zone: str) -> Item | None:
    """A record on the line, or None where it has no date that can be read, or is the Patient."""
    kind = item.reference.partition("/")[0]
    start, dots, end = item.date.partition("..")
    began, ended = read_date(start or end, zone), read_date(end or start, zone)
    if began is None or ended is None or kind == "Patient":
        return None
    opened = bool(dots) and not end
    return Item(
        shape=_shape(kind, bool(dots)),
        first=began.lo,
        last=as_of if opened else ended.hi,
        open=opened,
        label=item.display or item.code,
        value=item.value,
        date=item.date,
        reference=item.reference,
        decides=item.decides,
    )


def _shape(kind: str, period: bool) -> Shape:
    if kind.startswith("Medication") or (kind in ("Procedure", "Encounter") and period):
        return Shape.COURSE
    return Shape.MARK if kind == "Condition" else Shape.POINT
