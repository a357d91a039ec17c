"""What each move must come with."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fhir_screener.errors import UsageError
from fhir_screener.screening.decision import REJECTIONS, Move, Person, Rejection, decision

ANNA, TODAY = Person("anna"), date(2021, 3, 2)


@pytest.mark.parametrize(
    ("move", "given", "message"),
    [
        (Move.REJECT, {}, "give a reason"),
        (Move.REJECT, {"reason": Rejection.OTHER}, "needs a note"),
        (Move.SNOOZE, {}, "after today"),
        (Move.SNOOZE, {"until": TODAY}, "after today"),
        (Move.NOTE, {"note": "  "}, "needs words"),
    ],
)
def test_what_is_missing_is_said(move: Move, given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        decision(move, ANNA, TODAY, **given)


def test_a_decision_has_somebody_who_made_it() -> None:
    with pytest.raises(UsageError, match="who decides"):
        decision(Move.ACCEPT, Person(" "), TODAY)


def test_every_rejection_has_words() -> None:
    assert set(REJECTIONS) == set(Rejection)
