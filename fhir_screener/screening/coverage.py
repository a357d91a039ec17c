"""Coverage: how much of a study is answered for a patient, and how deep the chart is that answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.records.patient_record import Seen
from fhir_screener.verdict import MET, NOT_MET, UNKNOWN


@dataclass(frozen=True)
class Coverage:
    """Counts of criteria, without those of the visit. `records` were read, the oldest dated `since` (as recorded).

    `reconciled`: when the medication list was last put in order, as recorded; None where no List says so.
    """

    inclusions_met: int = 0
    inclusions_open: int = 0
    exclusions_ruled_out: int = 0
    exclusions_open: int = 0
    records: int = 0
    since: str | None = None
    reconciled: str | None = None

    @property
    def settled(self) -> int:
        """How many are settled in the patient's favour."""
        return self.inclusions_met + self.exclusions_ruled_out

    @property
    def open(self) -> int:
        return self.inclusions_open + self.exclusions_open


def coverage_of(
    criteria: Sequence[CriterionFinding], seen: Mapping[str, Seen], reconciled: str | None = None
) -> Coverage:
    """The coverage of a ledger."""
    found = [(one.role, one.answer.verdict) for one in criteria if one.phase == "prescreen"]
    return Coverage(
        inclusions_met=found.count(("inclusion", MET)),
        inclusions_open=found.count(("inclusion", UNKNOWN)),
        exclusions_ruled_out=found.count(("exclusion", NOT_MET)),
        exclusions_open=found.count(("exclusion", UNKNOWN)),
        records=sum(one.count for one in seen.values()),
        since=min((one.since for one in seen.values() if one.since), default=None),
        reconciled=reconciled,
    )
