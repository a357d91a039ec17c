"""What the making of facts needs besides the record itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fhir_screener.fhir.decode.book import Book
from fhir_screener.fhir.decode.chart import Library
from fhir_screener.fhir.decode.lean import Lean
from fhir_screener.fhir.decode.modifiers import modified
from fhir_screener.fhir.decode.references import References
from fhir_screener.records.facts import Span


@dataclass
class Context:
    """One patient's surroundings. `born` is Patient.birthDate, `encounters` {id: period}, `patient` the id."""

    book: Book
    references: References
    library: Library
    patient: str = ""
    born: str | None = None
    encounters: dict[str, Span] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    lost: set[str] = field(default_factory=set)
    """Types with a record that could not be understood at all."""

    def unreadable(self, kind: str, record: Lean, element: str) -> None:
        """An element on which the record's meaning turns is there and cannot be read: its type is not whole."""
        self.lost.add(kind)
        self.problems.append(f"{kind}/{record.id or '?'}: `{element}` cannot be read")

    def common(self, kind: str, record: Lean) -> dict[str, Any]:
        """The arguments that every Fact takes."""
        meta = record.meta
        return {
            "ref": f"{kind}/{record.id or '?'}",
            "version": (meta.versionId or "") if meta else "",
            "updated": meta.lastUpdated if meta else None,
            "status": record.status or "",
            "modified": modified(record),
        }
