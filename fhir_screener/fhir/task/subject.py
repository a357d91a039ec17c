"""The ResearchSubject of a candidate who was accepted for screening (FHIR R4 8.5)."""

from __future__ import annotations

from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.identity import Identity, subject_of
from fhir_screener.fhir.task.names import CANDIDATE_ID, SUBJECT_ID

SCREENING, TAKEN_BACK = "screening", "not-registered"


def research_subject(task: Json, identity: Identity, status: str) -> Json:
    """Study and patient as the Task names them; the same id for ever, so that accepting twice makes one."""
    subject = subject_of(task)
    value = next(i["value"] for i in task["identifier"] if i.get("system") == CANDIDATE_ID)
    return {
        "resourceType": "ResearchSubject",
        "id": identity.subject(subject.study, subject.patient),
        "identifier": [{"system": SUBJECT_ID, "value": value}],
        "status": status,
        "study": task["focus"],
        "individual": task["for"],
    }
