"""Verdicts and Kleene's strong three-valued logic.

A verdict answers "is the protocol's sentence true of this patient on this day?". It is never used as a truth value:
`if verdict:` raises, because reading `unknown` as "no" is the one mistake this project exists to avoid.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NoReturn


class Verdict(Enum):
    """`met`, `not_met` or `unknown`; the value is the wire spelling."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"

    def __bool__(self) -> NoReturn:
        raise TypeError("a verdict is not a truth value: compare it with Verdict.MET, NOT_MET or UNKNOWN")

    def __invert__(self) -> Verdict:
        return _NOT[self]

    def __and__(self, other: Verdict) -> Verdict:
        return _AND[self, other]

    def __or__(self, other: Verdict) -> Verdict:
        return _NOT[_AND[_NOT[self], _NOT[other]]]

    # Members are single objects; Enum's own hash is of the name, in Python.
    __hash__ = object.__hash__


MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN

_NOT = {MET: NOT_MET, NOT_MET: MET, UNKNOWN: UNKNOWN}
_AND = {
    (MET, MET): MET,
    (MET, NOT_MET): NOT_MET,
    (MET, UNKNOWN): UNKNOWN,
    (NOT_MET, MET): NOT_MET,
    (NOT_MET, NOT_MET): NOT_MET,
    (NOT_MET, UNKNOWN): NOT_MET,
    (UNKNOWN, MET): UNKNOWN,
    (UNKNOWN, NOT_MET): NOT_MET,
    (UNKNOWN, UNKNOWN): UNKNOWN,
}


def all_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Kleene conjunction; of nothing: met."""
    found = list(verdicts)
    return NOT_MET if NOT_MET in found else UNKNOWN if UNKNOWN in found else MET


def any_of(verdicts: Iterable[Verdict]) -> Verdict:
    """Kleene disjunction; of nothing: not met."""
    found = list(verdicts)
    return MET if MET in found else UNKNOWN if UNKNOWN in found else NOT_MET


def at_least(n: int, verdicts: Iterable[Verdict]) -> Verdict:
    """Met when n are met whatever the unknowns turn out to be, not met when n can no longer be reached."""
    found = list(verdicts)
    met, unknown = found.count(MET), found.count(UNKNOWN)
    if met >= n:
        return MET
    return UNKNOWN if met + unknown >= n else NOT_MET


class Reason(Enum):
    """Why a verdict is unknown (in the order in which the first that applies wins)."""

    SUSPECTED = "suspected"
    EQUIVOCAL = "equivocal"
    CONFLICTING = "conflicting"
    STALE = "stale"
    IMPRECISE_DATE = "imprecise-date"
    TEXT_ONLY = "text-only"
    UNREADABLE = "unreadable"
    NOT_FETCHED = "not-fetched"
    NOT_IMPLEMENTED = "not-implemented"
    JUDGEMENT = "judgement"
    NO_DATA = "no-data"

    __hash__ = object.__hash__

    @property
    def needs_eyes(self) -> bool:
        """Whether a person must look before the patient may be called a candidate."""
        return self is not Reason.NO_DATA and self is not Reason.JUDGEMENT


_RANK = {reason: rank for rank, reason in enumerate(Reason)}


def first_reason(reasons: Iterable[Reason]) -> Reason:
    """The reason that wins where several apply; of nothing: `no-data`."""
    return min(reasons, key=_RANK.__getitem__, default=Reason.NO_DATA)
