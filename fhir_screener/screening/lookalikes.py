"""Local names that map to nothing and look like something a study needs: counts of a sweep, and nothing of a patient."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from fhir_screener.records.patient_record import PatientRecord
from fhir_screener.screening.screening import Screening

TOLD = 30
"""Names that a report lists."""


@dataclass(frozen=True)
class Lookalike:
    """One local name. Counts are patients: who have it, whom it could change, and who of these are candidates, to be
    reviewed, or later.

    `looks_like` is a value set and `like` a name on its list; both "" for a drug that may be any, and for an answer.
    A name without a code counts only where several patients of a chunk share it: its counts are the least there are.
    """

    kind: str
    name: str
    system: str = ""
    code: str = ""
    looks_like: str = ""
    like: str = ""
    patients: int = 0
    could_change: int = 0
    in_play: int = 0
    criteria: tuple[str, ...] = ()

    @property
    def at_least(self) -> bool:
        return not self.code

    @property
    def rank(self) -> tuple[int, int, int, str, str, str]:
        return (-self.could_change, -self.in_play, -self.patients, self.kind, self.code, self.name)


class Count(Protocol):
    """Counts the local names of some patients."""

    def take(self, record: PatientRecord, screenings: Iterable[Screening]) -> None:
        """One patient, judged against each study."""

    def found(self) -> Mapping[str, Sequence[Lookalike]]:
        """{study: names that could change somebody}, ranked; every study that was judged is in it."""


def added(parts: Iterable[Iterable[Lookalike]]) -> tuple[Lookalike, ...]:
    """Names of several chunks, each once, ranked; no patient may be in two of them."""
    whole: dict[tuple[str, str, str], Lookalike] = {}
    for one in (one for part in parts for one in part):
        key = (one.kind, one.system, one.code or one.name)
        known = whole.get(key)
        whole[key] = one if known is None else _both(known, one)
    return tuple(sorted(whole.values(), key=lambda one: one.rank))


def _both(one: Lookalike, other: Lookalike) -> Lookalike:
    return replace(
        one,
        name=one.name or other.name,
        patients=one.patients + other.patients,
        could_change=one.could_change + other.could_change,
        in_play=one.in_play + other.in_play,
        criteria=tuple(dict.fromkeys([*one.criteria, *other.criteria])),
    )
