"""Sorts resources by patient as they come, from a server's pages or from files alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from typing import Any, cast

from fhir_screener.errors import DataError
from fhir_screener.fhir.decode import elements, events
from fhir_screener.fhir.decode.book import Book, Memo
from fhir_screener.fhir.decode.chart import Chart, Library, Problem
from fhir_screener.fhir.decode.lean import FORMS, SUBJECT_NEEDED, Glimpse, Lean, WholeLean
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.decode.relevance import Judge, Relevance
from fhir_screener.fhir.decode.tolerant import BROKEN, FIRST, fast, head, kind_of, plain, read, strict, tree_of

_Lane = tuple[str, Callable[[bytes], Any], Judge]
_PREFIX = 30
_NO_START = b"\n\n"
"""What no line begins with: its first line feed ends it."""
_ANY = b"{"
"""How lines begin that do not begin with their type; they are read by a lane that looks at it."""
Overflow = Callable[[str, str, Lean | Glimpse, bytes], None]
"""Takes (patient id, type, record, its bytes) instead of the charts."""


class Collector:
    """Charts in the making. `only` names the patients that are wanted, or None for all.

    `charts` {patient id: chart, the Patient in it}; `problems` what could not be read at all; `faults` {patient id:
    lines about that patient's records}; `unowned` {type: records that name no patient}; `held` bytes, roughly.
    """

    def __init__(self, book: Book, references: References, only: Collection[str] | None = None) -> None:
        self.book, self.references = book, references
        self.only = frozenset(only) if only is not None else None
        self.library = Library()
        self.charts: dict[str, Chart] = {}
        self.problems: list[Problem] = []
        self.faults: dict[str, list[str]] = {}
        self.unowned: Counter[str] = Counter()
        self.held = 0
        self.limit = 1 << 62
        self.spare: Overflow | None = None
        """What takes the records once more than `limit` bytes are held."""
        self.overflow: Overflow | None = None
        self.on_loss: Callable[[str, bytes, bool], None] = lambda what, data, damaged: None
        """Told of each record left out that may be a patient's: why, its bytes, whether these are damaged."""
        self._owners: Memo[str] = Memo(references.owner, 500_000)
        self._judge = Relevance(book).by_kind
        self._whole = book.terminology.whole
        self._lanes: dict[bytes, _Lane] = {}
        self._ways: dict[str, _Lane] = {
            kind: (kind, fast(kind), judge)
            for kind, judge in self._judge.items()
            if kind not in self._whole and not issubclass(FORMS[kind], WholeLean)
        }
        self._checked: dict[str, _Lane] = {kind: (kind, strict(kind), judge) for kind, _, judge in self._ways.values()}

    def take(self, kind: str, data: bytes, where: object = "", spare_id: str | None = None, owner: str = "") -> str:
        """Sort one resource in; returns the patient it went to, "" where to none.

        `where` names it in a problem, `spare_id` is its id when it has none (a Bundle's fullUrl), `owner` the patient
        when it names none itself. Never raises for bad data.
        """
        try:
            record = read(kind, data)
        except DataError as error:
            what = f"a {kind} that cannot be read: {error.what}"
            self.problems.append(Problem(str(where) or kind, what))
            self.on_loss(what, data, True)
            return ""
        if record.id is None:
            record.id = spare_id
        judge = self._judge.get(kind)
        if judge is None:
            return self._other(kind, record, where, data)
        subject = cast(Any, record).subject
        whose = self._owners[bytes(subject)] if subject else owner or self._elsewhere(kind, record, data)
        if not whose:
            self._unowned(kind, record, data)
        elif self.only is None or whose in self.only:
            self.put(whose, kind, judge(record), data)
        return whose

    def take_lines(self, lines: list[bytes], first: int) -> list[tuple[int, bytes]]:
        """Sort in, at speed, the lines that hold a patient's record spelled as usual; returns the others, numbered."""
        left: list[tuple[int, bytes]] = []
        last: Any = None
        owner, chart, of = "", None, ""
        kept: list[Any] = []
        seen: list[Any] = []
        held, limit = self.held, self.limit
        for number, line, (kind, _, judge), record in self._as_usual(lines, first, left):
            if record.subject != last:
                last = record.subject
                owner = self._owners[bytes(last)] if last else ""
                chart, of = self._chart(owner), ""
            if chart is None:
                if self.overflow is not None and self._goes(owner):
                    self.overflow(owner, kind, judge(record), line)
                else:
                    left.append((number, line))
                continue
            if kind is not of:
                kept, seen = chart.kept.setdefault(kind, []), chart.seen.setdefault(kind, [])
                of = kind
            item = judge(record)
            if item is record:
                kept.append(item)
                held += 600 + len(line)
            else:
                seen.append(item)
                held += 350
            if held > limit:
                self.overflow, last = self.spare, None
        self.held = held
        return left

    def _as_usual(
        self, lines: list[bytes], first: int, left: list[tuple[int, bytes]]
    ) -> Iterator[tuple[int, bytes, _Lane, Any]]:
        """Each line that holds a record spelled as usual, numbered, with its lane and the record; others go to `left`."""
        start, lane = _NO_START, None
        for number, line in enumerate(lines, first):
            # Lines of one type follow one another: most begin as the one before.
            if not line.startswith(start):
                start, lane = self._lane(line)
            if lane is None:
                left.append((number, line))
                continue
            try:
                record = lane[1](line)
            except BROKEN:
                record = None
                if start is _ANY:
                    # Perhaps only of another type than the line before.
                    start, other = self._lane(line)
                    if other is not None and other[0] != lane[0]:
                        lane, record = other, _tried(other[1], line)
            if record is None:
                left.append((number, line))
            else:
                yield number, line, lane, record

    def _chart(self, owner: str) -> Chart | None:
        """The chart that a record of this patient goes to straight away; None where `take` must look at it."""
        if self.overflow is not None or not self._goes(owner):
            return None
        chart = self.charts.get(owner)
        if chart is None:
            chart = self.charts[owner] = Chart()
        return chart

    def _goes(self, owner: str) -> bool:
        """Whether there is such a patient, and a wanted one."""
        return bool(owner) and (self.only is None or owner in self.only)

    def _lane(self, line: bytes) -> tuple[bytes, _Lane | None]:
        """(how lines of its kind begin, their lane). Remembered where that names the type: no two that we read begin alike."""
        start = line[:_PREFIX]
        found = self._lanes.get(start)
        if found is not None:
            return start, found
        usual = line.startswith(FIRST) and b'"' in line[len(FIRST) : 64]
        try:
            kind = kind_of(line) if usual else head(line).resourceType or ""
        except BROKEN:
            return _NO_START, None
        if usual and kind in self._ways and len(self._lanes) < 1000:
            self._lanes[start] = self._ways[kind]
            return start, self._ways[kind]
        found = self._checked.get(kind)
        return (_ANY if found is not None and line.startswith(_ANY) else _NO_START), found

    def restore(self, owner: str, kind: str, data: bytes, id_: str | None) -> None:
        """Put a kept record back that `overflow` took."""
        record = read(kind, data)
        record.id = id_
        judge = self._judge.get(kind)
        self.put(owner, kind, judge(record) if judge else record, data)

    def put(self, owner: str, kind: str, item: Lean | Glimpse, data: bytes) -> None:
        """Add a judged record to its chart."""
        if self.overflow is not None:
            self.overflow(owner, kind, item, data)
            return
        chart = self.charts.get(owner)
        if chart is None:
            chart = self.charts[owner] = Chart()
        chart.add(kind, item)
        if kind in self._whole:
            chart.raw.setdefault(kind, []).append((item, data))
            self.held += len(data)
        self.held += 350 if isinstance(item, Glimpse) else 600 + len(data)
        if self.held > self.limit:
            self.overflow = self.spare

    def _elsewhere(self, kind: str, record: Lean, data: bytes) -> str:
        """The patient under a name that another version of FHIR uses; said as a problem of that patient's."""
        tree = plain(data)
        if not isinstance(tree, dict):
            return ""
        for name in ("subject", "patient", "individual"):
            reference = tree.get(name)
            target = self.references.parse(reference.get("reference")) if isinstance(reference, dict) else None
            if target is not None and target.kind in ("Patient", ""):
                what = f"shaped by another version of FHIR (`{name}` names the patient); read as far as it goes"
                self.faults.setdefault(target.id, []).append(f"{kind}/{record.id or '?'}: {what}")
                return target.id
        return ""

    def _unowned(self, kind: str, record: Lean, data: bytes) -> None:
        item = self._judge[kind](record) if kind == "Observation" else None
        if item is record and record.id and self.library.newest("result", record.id, record.meta):
            self.library.results[record.id] = record
            return
        self.unowned[kind] += 1
        if kind in SUBJECT_NEEDED or cast(Any, record).subject:
            self.on_loss(f"a {kind} that names no patient", data, False)

    def _other(self, kind: str, record: Lean, where: object, data: bytes) -> str:
        """A Patient, or something that charts refer to."""
        library = self.library
        if kind == "Patient":
            return self._patient(record, where, data)
        if not isinstance(record, WholeLean) or not record.id or not library.newest(kind, record.id, record.meta):
            return ""
        if kind == "Medication":
            tree = tree_of(record)
            library.described.clear()
            library.pointed.clear()
            library.medications[record.id] = {key: tree[key] for key in _MEDICATION if key in tree}
        elif kind == "ResearchStudy":
            library.studies[record.id] = events.study(tree_of(record))
        elif kind == "Specimen":
            owner = self._owners[bytes(record.subject)]
            library.specimens[record.id] = (owner, elements.label(tree_of(record).get("type")))
        return ""

    def _patient(self, record: Lean, where: object, data: bytes) -> str:
        if record.id is None or not record.id.strip():
            self.problems.append(Problem(str(where) or "Patient", "a Patient without an id: cannot be answered for"))
            return ""
        if self.only is None or record.id in self.only:
            self.put(record.id, "Patient", record, data)
        return record.id


_MEDICATION = ("identifier", "code", "form", "ingredient", "contained", "modifierExtension")
"""What is used of a Medication."""


def _tried(decode: Callable[[bytes], Any], line: bytes) -> Any:
    """The record, or None where it is not read so."""
    try:
        return decode(line)
    except BROKEN:
        return None
