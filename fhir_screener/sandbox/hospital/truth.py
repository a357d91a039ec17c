"""What the plan says is true of a patient, and the outcome that follows from it (SEMANTICS 1 and 3, by hand).

Nothing here looks at a chart: verdicts are planned first, charts are written to show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from fhir_screener.sandbox.hospital.dates import birthday, months_back

CRITERIA = ("I1", "I2", "I3", "I4", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8a", "E8b", "E9")
ANCHOR = "I3"


class Truth(NamedTuple):
    """`verdict` is met, not_met or unknown; `reason` only for unknown."""

    verdict: str
    reason: str | None = None

    @property
    def needs_eyes(self) -> bool:
        """An unknown that stops a candidate: every reason but no-data and judgement."""
        return self.verdict == "unknown" and self not in (NO_DATA, JUDGEMENT)


MET = Truth("met")
NOT_MET = Truth("not_met")
NO_DATA = Truth("unknown", "no-data")
JUDGEMENT = Truth("unknown", "judgement")
SUSPECTED = Truth("unknown", "suspected")
EQUIVOCAL = Truth("unknown", "equivocal")
CONFLICTING = Truth("unknown", "conflicting")
STALE = Truth("unknown", "stale")
IMPRECISE = Truth("unknown", "imprecise-date")
TEXT_ONLY = Truth("unknown", "text-only")
UNREADABLE = Truth("unknown", "unreadable")


def decides(criterion: str, truth: Truth) -> bool:
    """An inclusion that is not met, or an exclusion that is."""
    return truth == (NOT_MET if criterion.startswith("I") else MET)


def outcome(
    truths: Mapping[str, Truth], free_on: Mapping[str, date], *, screenable: bool = True
) -> tuple[str, date | None]:
    """The first outcome of SEMANTICS 3 that applies, with `eligible_from` for `later`.

    `free_on` holds, for each deciding criterion that is a clock, the first day on which it no longer decides.
    """
    if not screenable:
        return "not_screenable", None
    if truths[ANCHOR] == NO_DATA:
        return "no_signal", None
    deciding = [criterion for criterion in CRITERIA if decides(criterion, truths[criterion])]
    if deciding:
        if all(criterion in free_on for criterion in deciding):
            return "later", max(free_on[criterion] for criterion in deciding)
        return "excluded", None
    return ("review" if any(truth.needs_eyes for truth in truths.values()) else "candidate"), None


def first_free_day(criterion: str, last: date) -> date:
    """The first day whose look-back window no longer holds `last` (both ends of a window are inclusive).

    `last` is the last day of exposure or disease; for I1 the day of birth.
    """
    if criterion == "I1":
        return birthday(last, 18)
    if criterion == "E6":
        return last + timedelta(days=85)
    months = {"E5": 6, "E4": 120}[criterion]
    day = months_back(last, -months)
    while months_back(day, months) <= last:
        day += timedelta(days=1)
    return day
