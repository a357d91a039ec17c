"""Sorts resources by patient as they come, from a server's pages or from files alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any, cast

from fhir_screener.errors import DataError
from fhir_screener.fhir.decode import elements, events
from fhir_screener.fhir.decode.book import Book, Memo
from fhir_screener.fhir.decode.chart import Chart, Library, Problem
from fhir_screener.fhir.decode.lean import Glimpse, Lean, WholeLean
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.decode.relevance import Relevance
from fhir_screener.fhir.decode.tolerant import plain, read, tree_of

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
        self.overflow: Overflow | None = None
        self._owners: Memo[str] = Memo(references.owner, 500_000)
        self._judge = Relevance(book).by_kind

    def take(self, kind: str, data: bytes, where: object = "", spare_id: str | None = None, owner: str = "") -> str:
        """Sort one resource in; returns the patient it went to, "" where to none.

        `where` names it in a problem, `spare_id` is its id when it has none (a Bundle's fullUrl), `owner` the patient
        when it names none itself. Never raises for bad data.
        """
        try:
            record = read(kind, data)
        except DataError as error:
            self.problems.append(Problem(str(where) or kind, f"a {kind} that cannot be read: {error.what}"))
            return ""
        if record.id is None:
            record.id = spare_id
        judge = self._judge.get(kind)
        if judge is None:
            return self._other(kind, cast(WholeLean, record), where, data)
        subject = cast(Any, record).subject
        whose = self._owners[bytes(subject)] if subject else owner or self._elsewhere(kind, record, data)
        if not whose:
            self._unowned(kind, record)
        elif self.only is None or whose in self.only:
            self.put(whose, kind, judge(record), data)
        return whose

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
            chart = self.charts[owner] = {}
        records = chart.get(kind)
        if records is None:
            chart[kind] = [item]
        else:
            records.append(item)
        self.held += 350 if isinstance(item, Glimpse) else 600 + len(data)

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

    def _unowned(self, kind: str, record: Lean) -> None:
        item = self._judge[kind](record) if kind == "Observation" else None
        if item is record and record.id and self.library.newest("result", record.id, record.meta):
            self.library.results[record.id] = record
            return
        self.unowned[kind] += 1

    def _other(self, kind: str, record: WholeLean, where: object, data: bytes) -> str:
        """A Patient, or something that charts refer to."""
        library = self.library
        if kind == "Patient":
            return self._patient(record, where, data)
        if record.id is None or not library.newest(kind, record.id, record.meta):
            return ""
        if kind == "Medication":
            tree = tree_of(record)
            library.medications[record.id] = {key: tree[key] for key in _MEDICATION if key in tree}
        elif kind == "ResearchStudy":
            library.studies[record.id] = events.study(tree_of(record))
        elif kind == "Specimen":
            owner = self._owners[bytes(record.subject)]
            library.specimens[record.id] = (owner, elements.label(tree_of(record).get("type")))
        return ""

    def _patient(self, record: WholeLean, where: object, data: bytes) -> str:
        if record.id is None or not record.id.strip():
            self.problems.append(Problem(str(where) or "Patient", "a Patient without an id: cannot be answered for"))
            return ""
        if self.only is None or record.id in self.only:
            self.put(record.id, "Patient", record, data)
        return record.id


_MEDICATION = ("code", "form", "ingredient", "contained")
"""What is used of a Medication."""
