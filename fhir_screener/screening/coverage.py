"""Coverage: how much of a study is answered for a patient, and how deep the chart is that answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.records.patient_record import Seen
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN


@dataclass(frozen=True)
class Coverage:
    """Counts of criteria, without those of the visit. `records` were read, the oldest dated `since` (as recorded)."""

    inclusions_met: int = 0
    inclusions_open: int = 0
    exclusions_ruled_out: int = 0
    exclusions_open: int = 0
    records: int = 0
    since: str | None = None

    @property
    def open(self) -> int:
        return self.inclusions_open + self.exclusions_open


def coverage_of(criteria: Sequence[CriterionFinding], seen: Mapping[str, Seen]) -> Coverage:
    """The coverage of a ledger."""

    def count(role: str, verdict: object) -> int:
        return sum(c.role == role and c.verdict is verdict and c.phase == "prescreen" for c in criteria)

    return Coverage(
        inclusions_met=count("inclusion", MET),
        inclusions_open=count("inclusion", UNKNOWN),
        exclusions_ruled_out=count("exclusion", NOT_MET),
        exclusions_open=count("exclusion", UNKNOWN),
        records=sum(one.count for one in seen.values()),
        since=min((one.since for one in seen.values() if one.since), default=None),
    )
