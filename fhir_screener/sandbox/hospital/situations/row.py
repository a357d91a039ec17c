"""One row of the plan: a clinical situation, what is true of it, and how it stands in the chart.

Read a row as a sentence: in this criterion, "rituximab infused four months ago" is met, until the window has
passed the infusion; this is how the ward wrote it down. Rows cite SEMANTICS where the answer is not plain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.dates import When
from fhir_screener.sandbox.hospital.people import ADULT, Who
from fhir_screener.sandbox.hospital.truth import Truth

CODED, FINER, TEXT = "coded", "finer", "text"
Bare = Callable[[Mapping[str, Truth]], Mapping[str, Truth]]
Birth = Callable[[date], date]
Writes = Callable[[Charting], object]
Ends = When | Callable[[date], str] | Literal["birth"] | None


@dataclass(frozen=True, slots=True)
class Row:
    """`criterion` is one of the 14, or "S" for screenability (`truth` is then MET: screenable, or NOT_MET)."""

    criterion: str
    name: str
    truth: Truth
    chart: Writes
    ends: Ends = None
    """Where the criterion decides and is a clock: the last day of exposure or disease, as a day or as the partial date
    on record; "birth" for an age."""
    needs: str = CODED
    """coded: codes and dates suffice; finer: coded, but a taper, a range or a special rule; text: words."""
    who: Who = ADULT
    also: Mapping[str, Truth] = field(default_factory=dict)
    """What the same records say of other criteria; nothing else is planned there."""
    given: Mapping[str, Truth] = field(default_factory=dict)
    """What must be planned for another criterion for this row to hold."""
    signal: bool = False
    """Only for patients with signs of IgG4-RD (the clinic's cohort)."""
    born: Birth | None = None
    """The exact birth date, where the row hangs on it; `register` turns it into what the register holds."""
    register: Callable[[date], str] = date.isoformat
    bare: Bare | None = None
    """Set where it is written in the second campus's own codes and words: from the truths, those that a reader finds
    otherwise who lacks its table."""
    possible: Callable[[date], bool] = lambda as_of: True
    """False for the rare as-of date on which the calendar does not allow the situation."""

    @property
    def criteria(self) -> tuple[str, ...]:
        """All criteria this row speaks for."""
        return (self.criterion, *self.also)


def nothing(c: Charting) -> None:
    """A situation that leaves no record."""


def then(*steps: Writes) -> Writes:
    """One thing written after the other."""

    def chart(c: Charting) -> None:
        for step in steps:
            step(c)

    return chart
