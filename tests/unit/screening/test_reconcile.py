"""The table of `screening.candidate`, row by row: what there is, what was found, what is done."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from msgspec.structs import replace as changed

from fhir_screener.screening.candidate import NO_LONGER, Action, Existing, Hand, reconcile, shown_facets
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screening import Outcome, Screening
from tests.builders.screenings import excluded, screening

KEPT = screening()
GONE = excluded()
MERGED = screening(outcome=Outcome.NOT_SCREENABLE, criteria=(), shown=False, replaced_by="Patient/p2")
ENROLLED = screening(outcome=Outcome.NOT_SCREENABLE, criteria=(), shown=False, enrolled=True)


def task_of(judged: Screening, hand: Hand = Hand.UNTOUCHED, decided: str = "") -> Existing:
    """The Task as this screening left it."""
    digest = evidence_digest(judged)
    return Existing(
        hand=hand,
        digest=digest,
        decided_digest=decided or digest,
        outcome=judged.outcome.value if judged.shown else NO_LONGER,
        eligible_from=judged.eligible_from if judged.shown else None,
        facets=shown_facets(judged) if judged.shown else (),
        replaced_by=judged.replaced_by,
    )


SAME = task_of(KEPT)
OTHER = task_of(screening(criteria=KEPT.criteria[:2]))

TABLE = [
    # (row, existing Task, hand, screening, action)
    ("absent, kept", None, None, KEPT, Action.CREATE),
    ("absent, gone", None, None, GONE, Action.LEAVE),
    ("untouched, kept, same digest", SAME, Hand.UNTOUCHED, KEPT, Action.UNCHANGED),
    ("untouched, kept, other digest", OTHER, Hand.UNTOUCHED, KEPT, Action.REFRESH),
    ("untouched, gone", SAME, Hand.UNTOUCHED, GONE, Action.WITHDRAW),
    ("untouched, merged away", SAME, Hand.UNTOUCHED, MERGED, Action.CLOSE),
    ("cancelled by us, kept, other digest", task_of(GONE), Hand.CANCELLED_BY_US, KEPT, Action.RESTORE),
    ("cancelled by us, kept, same digest", SAME, Hand.CANCELLED_BY_US, KEPT, Action.RESTORE),
    ("cancelled by us, gone", task_of(GONE), Hand.CANCELLED_BY_US, GONE, Action.LEAVE),
    ("cancelled by us, merged away", task_of(GONE), Hand.CANCELLED_BY_US, MERGED, Action.LEAVE),
    ("touched, kept, same digest", SAME, Hand.TOUCHED, KEPT, Action.UNCHANGED),
    ("touched, kept, other digest", OTHER, Hand.TOUCHED, KEPT, Action.UPDATE),
    ("touched, gone", SAME, Hand.TOUCHED, GONE, Action.MARK),
    ("touched, gone, marked so", task_of(GONE), Hand.TOUCHED, GONE, Action.UNCHANGED),
    ("touched, gone, marked for another cause", task_of(excluded(criteria=())), Hand.TOUCHED, GONE, Action.MARK),
    ("touched, marked, kept again", task_of(GONE), Hand.TOUCHED, KEPT, Action.UPDATE),
    ("touched, merged away", SAME, Hand.TOUCHED, MERGED, Action.MARK),
    ("touched, merged away, pointing there", task_of(MERGED), Hand.TOUCHED, MERGED, Action.UNCHANGED),
    ("rejected, kept, decided on this", SAME, Hand.REJECTED, KEPT, Action.LEAVE),
    ("rejected, kept, decided on other evidence", OTHER, Hand.REJECTED, KEPT, Action.RESURFACE),
    ("rejected, gone", SAME, Hand.REJECTED, GONE, Action.LEAVE),
    ("rejected, merged away", SAME, Hand.REJECTED, MERGED, Action.LEAVE),
    ("decided, kept, same digest", SAME, Hand.DECIDED, KEPT, Action.UNCHANGED),
    ("decided, kept, other digest", OTHER, Hand.DECIDED, KEPT, Action.UPDATE),
    ("decided, gone", SAME, Hand.DECIDED, GONE, Action.MARK),
    ("decided, gone, marked so", task_of(GONE), Hand.DECIDED, GONE, Action.UNCHANGED),
    ("decided, merged away", SAME, Hand.DECIDED, MERGED, Action.MARK),
    ("entered in error, kept", OTHER, Hand.RETIRED, KEPT, Action.LEAVE),
    ("entered in error, gone", SAME, Hand.RETIRED, GONE, Action.LEAVE),
    ("deleted, kept", Existing(deleted=True), None, KEPT, Action.LEAVE_DELETED),
    ("deleted, gone", Existing(deleted=True), None, GONE, Action.LEAVE),
]


@pytest.mark.parametrize(("existing", "hand", "judged", "action"), [r[1:] for r in TABLE], ids=[r[0] for r in TABLE])
def test_row(existing: Existing | None, hand: Hand | None, judged: Screening, action: Action) -> None:
    there = replace(existing, hand=hand) if existing and hand else existing
    assert reconcile(there, judged) is action


@pytest.mark.parametrize("hand", [None, *Hand])
@pytest.mark.parametrize("judged", [KEPT, GONE, MERGED])
def test_what_was_not_evaluated_changes_nothing(hand: Hand | None, judged: Screening) -> None:
    there = replace(OTHER, hand=hand) if hand else None
    assert reconcile(there, replace(judged, evaluated=False)) is Action.LEAVE


@pytest.mark.parametrize("hand", [None, *Hand])
def test_the_task_of_an_enrolled_patient_is_left(hand: Hand | None) -> None:
    there = replace(SAME, hand=hand) if hand else None
    assert reconcile(there, ENROLLED) is Action.LEAVE


def test_the_digest_a_person_decided_on_counts_not_the_one_in_the_task() -> None:
    seen_then = replace(SAME, hand=Hand.REJECTED, decided_digest="sha256:00")
    assert reconcile(seen_then, KEPT) is Action.RESURFACE
    refreshed_since = replace(OTHER, hand=Hand.REJECTED, decided_digest=evidence_digest(KEPT))
    assert reconcile(refreshed_since, KEPT) is Action.LEAVE


@pytest.mark.parametrize(
    "change",
    [{"outcome": Outcome.REVIEW}, {"eligible_from": date(2021, 6, 1)}],
    ids=["outcome", "first eligible day"],
)
def test_a_task_is_rewritten_when_the_worklist_would_show_another_thing(change: dict[str, object]) -> None:
    assert reconcile(SAME, screening(**change)) is Action.REFRESH


def test_another_way_to_settle_is_shown_too() -> None:
    asked = tuple(changed(c, settle="ask") for c in KEPT.criteria)
    assert reconcile(SAME, screening(criteria=asked)) is Action.REFRESH


def test_another_day_and_another_version_of_the_mapping_alone_rewrite_nothing() -> None:
    later = screening(as_of=date(2021, 4, 1), study_version="4", checksum="sha256:ff", next_change_on=None, seen={})
    assert reconcile(SAME, later) is Action.UNCHANGED


def test_a_later_beyond_the_studys_horizon_is_not_kept() -> None:
    far = screening(outcome=Outcome.LATER, shown=False, eligible_from=date(2030, 1, 1))
    assert reconcile(None, far) is Action.LEAVE
    assert reconcile(SAME, far) is Action.WITHDRAW
