"""Where charts come from and where candidates go, as Protocols; what a sweep needs besides is in `sweep_ports`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.candidate import Action, Existing
from fhir_screener.screening.change import Again, Change
from fhir_screener.screening.screening import Screening


@dataclass(frozen=True)
class Unread:
    """A patient who could not be read at all, and why (no patient data in `why`)."""

    patient: str
    why: str


@dataclass(frozen=True)
class Batch:
    """What reading one batch of patient ids brought.

    Every id asked for is in `records`, or in `unread`. `warnings` are whole sentences for the report: a shortfall, an
    OperationOutcome, a type the server lacks.
    """

    records: tuple[PatientRecord, ...] = ()
    unread: tuple[Unread, ...] = ()
    warnings: tuple[str, ...] = ()


class Applied(NamedTuple):
    """What was done to a Task: the action, the outcome it said before ("" where unknown), and what answers otherwise."""

    action: Action
    was: str = ""
    changes: tuple[Change, ...] = ()


class PatientSource(Protocol):
    """Reads charts. Never raises for one patient: that patient is `unread`. ServerError: nothing can be read."""

    def cohort(self) -> Iterator[str]:
        """The ids of the patients worth reading, each once, in a stable order."""

    def read(self, patients: Sequence[str]) -> Batch:
        """The charts of these patients, in that order."""


class CandidateStore(Protocol):
    """Keeps one Task per (study, patient) on the target server. Every call is idempotent."""

    def existing(self, study: str, patients: Sequence[str]) -> Mapping[str, Existing]:
        """The Tasks there are, by patient id, read past any cache.

        A deleted one may be missing here: `apply` finds out before it creates, and answers LEAVE_DELETED.
        """

    def apply(
        self, screening: Screening, existing: Existing | None, action: Action, again: Again | None = None
    ) -> Applied:
        """Carry the action out; a conflict is re-read, reconciled again, retried. Returns what was done.

        `again` tells what time has changed from what a record has.
        """
