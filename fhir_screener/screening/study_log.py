"""A study's screening log: one entry a candidate, and the numbers of a CONSORT flow chart. Pure.

Nothing here names a patient but `patient` and `name`, which stay empty unless names are asked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from fhir_screener.screening.decision import REJECTIONS, Rejection

HEADINGS = (
    "screening_number",
    "outcome",
    "status",
    "enrolled",
    "first_seen",
    "judged_as_of",
    "eligible_from",
    "decided_on",
    "decided_by",
    "reason",
    "reason_text",
    "notes",
)
NAMED = ("patient", "name")
_ACCEPTED = ("accepted", "completed")


@dataclass(frozen=True)
class Entry:
    """One candidate. `number` is the Task's id, dates are ISO, `answers` is {criterion: verdict or
    `unknown: reason`; `unreadable` where another hand changed the ledger}.

    `decided_on` and `decided_by` are "" where nobody decided, or the server keeps no record of it.
    """

    number: str
    outcome: str
    status: str
    enrolled: bool = False
    first_seen: str = ""
    judged_as_of: str = ""
    eligible_from: str = ""
    decided_on: str = ""
    decided_by: str = ""
    reason: str = ""
    notes: int = 0
    answers: Mapping[str, str] = field(default_factory=dict)
    patient: str = ""
    name: str = ""


class Flow:
    """Counts entries as they pass. `sweep` is {count: number} of the last complete sweep; empty where there is none."""

    def __init__(self, sweep: Mapping[str, int], criteria: Sequence[str] = ()) -> None:
        self._sweep, self._criteria = sweep, tuple(criteria)
        self._statuses: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._enrolled = 0
        self._listed = 0

    def add(self, entry: Entry) -> None:
        self._listed += 1
        self._statuses[entry.status] += 1
        self._enrolled += entry.enrolled
        if entry.status == "rejected":
            self._reasons[entry.reason] += 1

    def rows(self) -> Iterator[tuple[str, int | str]]:
        """(what, how many), from those assessed to those enrolled; `not known` before the first complete sweep."""
        yield "Assessed for eligibility (last sweep)", self._sweep.get("evaluated", "not known")
        for outcome in ("not_screenable", "no_signal", "excluded", "later", "review", "candidate"):
            words = outcome.replace("_", " ")
            yield f"Of these {words}", self._sweep.get(f"outcome:{outcome}", 0 if self._sweep else "not known")
        for criterion in self._criteria:
            if number := self._sweep.get(f"first:{criterion}"):
                yield f"Kept out (excluded or later), first by {criterion}", number
        yield "Patients listed in this log", self._listed
        for reason in Rejection:
            yield f"Rejected: {REJECTIONS[reason]}", self._reasons[reason.value]
        coded = {reason.value for reason in Rejection}
        yield "Rejected: no coded reason", sum(n for reason, n in self._reasons.items() if reason not in coded)
        yield "Accepted for screening", sum(self._statuses[status] for status in _ACCEPTED)
        yield "Enrolled", self._enrolled
        settled = {"rejected", *_ACCEPTED}
        yield "Not decided, or closed", sum(n for status, n in self._statuses.items() if status not in settled)


def headings(criteria: Sequence[str], *, named: bool) -> list[str]:
    """The first row: the columns, then one a criterion."""
    return [*HEADINGS, *(NAMED if named else ()), *criteria]


def cells(entry: Entry, criteria: Iterable[str], *, named: bool) -> list[str]:
    """The row of an entry, each cell safe to open in a spreadsheet."""
    reason = next((REJECTIONS[one] for one in Rejection if one.value == entry.reason), "")
    found = [
        entry.number,
        entry.outcome,
        entry.status,
        "yes" if entry.enrolled else "no",
        entry.first_seen,
        entry.judged_as_of,
        entry.eligible_from,
        entry.decided_on,
        entry.decided_by,
        entry.reason,
        reason,
        str(entry.notes),
    ]
    who = [entry.patient, entry.name] if named else []
    return [harmless(cell) for cell in (*found, *who, *(entry.answers.get(one, "") for one in criteria))]


_FORMULA = ("=", "+", "-", "@", "|", "%", "＝", "＋", "－", "＠")


def harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP, CSV injection), without characters XML cannot hold."""
    plain = "".join(
        " " if c in "\t\r\n" else c for c in text if c in "\t\r\n" or (c >= " " and c not in "\ufffe\uffff")
    )
    return f"'{plain}" if is_formula(plain) else plain


def is_formula(text: str) -> bool:
    """Whether a spreadsheet may take the text for one (OWASP, CSV injection)."""
    return text.startswith(("\t", "\r")) or text.lstrip().startswith(_FORMULA)
