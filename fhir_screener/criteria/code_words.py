"""Codes that a record has as its status or intent, in words: `not-taken` as "not taken" (FHIR R4's code systems)."""

from __future__ import annotations

from fhir_screener.sentence import Text, say

CODES: dict[str, Text] = {
    # Drugs: MedicationStatement, MedicationRequest, MedicationAdministration, MedicationDispense; Procedure.
    "active": say("active"),
    "cancelled": say("cancelled"),
    "completed": say("completed"),
    "declined": say("declined"),
    "draft": say("draft"),
    "entered-in-error": say("entered in error"),
    "in-progress": say("in progress"),
    "intended": say("intended"),
    "not-done": say("not done"),
    "not-taken": say("not taken"),
    "on-hold": say("on hold"),
    "preparation": say("in preparation"),
    "stopped": say("stopped"),
    "unknown": say("unknown"),
    # What a request is.
    "directive": say("directive"),
    "option": say("option"),
    "plan": say("plan"),
    "proposal": say("proposal"),
    # Encounter.
    "arrived": say("arrived"),
    "finished": say("finished"),
    "onleave": say("on leave"),
    "planned": say("planned"),
    "triaged": say("triaged"),
    # Consent.
    "inactive": say("inactive"),
    "proposed": say("proposed"),
    "rejected": say("rejected"),
    # ResearchSubject.
    "follow-up": say("follow-up"),
    "off-study": say("off study"),
    "on-study": say("on study"),
    "on-study-intervention": say("on study, intervention"),
    "on-study-observation": say("on study, observation"),
    "pending-on-study": say("pending"),
    "screening": say("screening"),
}


def code_in_words(code: str) -> Text:
    """The words of a code; one that is not here as it stands."""
    return CODES.get(code) or say(code)
