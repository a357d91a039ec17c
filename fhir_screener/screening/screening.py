"""The Screening: one patient judged against one study on one day. A value; how it is reached is in `screen`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.records.patient_record import Seen
from fhir_screener.screening.coverage import Coverage, coverage_of
from fhir_screener.sentence import Text


class Outcome(Enum):
    """The outcome for a patient and a study; the value is the wire spelling."""

    NOT_SCREENABLE = "not_screenable"
    NO_SIGNAL = "no_signal"
    EXCLUDED = "excluded"
    LATER = "later"
    REVIEW = "review"
    CANDIDATE = "candidate"

    @property
    def kept(self) -> bool:
        """Whether a Task is kept for it (`later` only within the study's `later_within`)."""
        return self in (Outcome.CANDIDATE, Outcome.REVIEW, Outcome.LATER)


@dataclass(frozen=True, repr=False)
class Screening:
    """One patient x one study x one day.

    `evaluated` is false where a request failed and something hangs on it: such a Screening changes no existing Task.
    `eligible_until` is the last day before time alone takes away what speaks for the patient (`screen`).
    `why_not` says why a patient is not screenable. `shown` is false for a `later` beyond the study's `later_within`.
    """

    study: str
    study_version: str
    checksum: str
    patient: str
    as_of: date
    outcome: Outcome
    criteria: tuple[CriterionFinding, ...] = ()
    eligible_from: date | None = None
    eligible_until: date | None = None
    next_change_on: date | None = None
    why_not: Text = ""
    evaluated: bool = True
    shown: bool = False
    enrolled: bool = False
    replaced_by: str = ""
    seen: Mapping[str, Seen] = field(default_factory=dict)
    reconciled: str | None = None
    absent: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    problems: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        return f"Patient/{self.patient}"

    def __repr__(self) -> str:
        """One line; all of it is what `to_wire` gives."""
        return f"<Screening of {self.reference} for {self.study} as of {self.as_of}: {self.outcome.value}>"

    def _repr_html_(self) -> str:
        """How a notebook shows it."""
        from fhir_screener.screening.display import to_html

        return to_html(self)

    @property
    def open_criteria(self) -> tuple[CriterionFinding, ...]:
        """The criteria that are unknown, in the study's order."""
        return tuple(c for c in self.criteria if c.reason is not None)

    @property
    def settle_facets(self) -> tuple[str, ...]:
        """How the unknowns would be settled, each once, in order: `ask`, `test: hbsag`, `chart`, `consent`.

        For `later`, also what is to be repeated. What is asked at the visit is a checklist of its own.
        """
        repeat = [c for c in self.criteria if c.decides and c.finding.repeatable and self.outcome is Outcome.LATER]
        asked = [c for c in (*repeat, *self.open_criteria) if c.phase == "prescreen"]
        return tuple(dict.fromkeys(c.settle for c in asked if c.settle))

    @property
    def coverage(self) -> Coverage:
        """How much is known, and how deep the chart is."""
        return coverage_of(self.criteria, self.seen, self.reconciled)
