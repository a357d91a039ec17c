"""What a sentence may say of a term in it."""

from __future__ import annotations

from enum import Enum


class Stance(Enum):
    """How a term is meant where it stands."""

    ASSERTED = "asserted"
    NEGATED = "negated"
    DOUBTFUL = "doubtful"
    PLANNED = "planned"
    PAST = "past"
    OTHER_PERSON = "other-person"

    # Members are single objects; Enum's own hash is of the name, in Python.
    __hash__ = object.__hash__


THERE = frozenset({Stance.ASSERTED, Stance.DOUBTFUL, Stance.PAST})
"""What the term names is this patient's: surely or perhaps, now or once."""
NOT_THERE = frozenset(Stance) - THERE
"""It is denied, somebody else's, or only thought of."""
