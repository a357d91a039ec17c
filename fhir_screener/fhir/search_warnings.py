"""What may be wrong with the result of a search, as values: never prose of the server's, never patient data."""

from __future__ import annotations

from dataclasses import dataclass

from fhir_screener.fhir.outcome import Issue
from fhir_screener.settings import variable


@dataclass(frozen=True)
class Shortfall:
    """The server counts more matches than it sent."""

    type: str
    expected: int
    got: int
    partial = True

    def __str__(self) -> str:
        return f"{self.type}: the server counts {self.expected} matches but sent {self.got}"


@dataclass(frozen=True)
class Cut:
    """Reading ended at a next link: a circle, the page cap, or a link that failed after everything had come."""

    type: str
    pages: int
    why: str
    partial: bool = True

    def __str__(self) -> str:
        return f"{self.type}: reading stopped after {self.pages} pages: {self.why}"


@dataclass(frozen=True)
class Notice:
    """The server said something beside its results (OperationOutcome), codes only."""

    type: str
    issue: Issue

    @property
    def partial(self) -> bool:
        return self.issue.partial

    def __str__(self) -> str:
        return f"{self.type}: the server remarks: {self.issue}"


@dataclass(frozen=True)
class Unreadable:
    """Entries that hold no resource we can take apart."""

    type: str
    count: int
    partial = True

    def __str__(self) -> str:
        return f"{self.type}: {self.count} entries hold no readable resource"


@dataclass(frozen=True)
class Ignored:
    """Parameters missing from the server's `self` link: it sent more than was asked for."""

    type: str
    names: tuple[str, ...]
    partial = False

    def __str__(self) -> str:
        return f"{self.type}: the server seems to have ignored {', '.join(self.names)}"


@dataclass(frozen=True)
class Nobodys:
    """Records that were found for patients, and name none of this source, or cannot be read so far."""

    type: str
    count: int
    partial = True

    def __str__(self) -> str:
        return (
            f"{self.type}: {self.count} record{'s' * (self.count > 1)} cannot be told to be a patient's; if the source is known by another"
            f" address too, set {variable('allowed_origins')} to it"
        )


SearchWarning = Shortfall | Cut | Notice | Unreadable | Ignored | Nobodys
"""Each has `type`, `partial` (the result cannot be taken as whole) and a sentence, `str()`, free of patient data."""
