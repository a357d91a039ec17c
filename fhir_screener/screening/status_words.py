"""Where a candidate is in people's hands, in words: the statuses of a Task (FHIR R4 `task-status`)."""

from __future__ import annotations

from fhir_screener.sentence import Text, say

STATUSES: dict[str, Text] = {
    "draft": say("draft"),
    "requested": say("waiting"),
    "received": say("received"),
    "ready": say("ready"),
    "in-progress": say("in progress"),
    "on-hold": say("snoozed"),
    "accepted": say("accepted"),
    "rejected": say("rejected"),
    "cancelled": say("withdrawn"),
    "completed": say("completed"),
    "failed": say("failed"),
    "entered-in-error": say("entered in error"),
}


def status_words(status: str) -> Text:
    """A status in words; one that FHIR does not know as it stands."""
    return STATUSES.get(status, status)
