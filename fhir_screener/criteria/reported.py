"""What reports of one kind say between them, and in which order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from fhir_screener.criteria.evidence import Evidence
from fhir_screener.records.dates import Days
from fhir_screener.verdict import Reason


@dataclass
class Reported:
    """What clears, and the last days of both kinds of report; a day that is not known may be any."""

    clearing: list[Evidence] = field(default_factory=list)
    weak: list[tuple[Reason, Evidence]] = field(default_factory=list)
    cleared: int = 0
    found: int = 0

    def clear(self, evidence: Evidence, days: Days | None) -> None:
        self.clearing.append(evidence)
        self.cleared = max(self.cleared, days.hi if days else date.max.toordinal())

    def find(self, days: Days | None) -> None:
        self.found = max(self.found, days.lo if days else 0)

    @property
    def found_last(self) -> bool:
        """Whether a report that finds it is later than each that clears."""
        return self.found > self.cleared
