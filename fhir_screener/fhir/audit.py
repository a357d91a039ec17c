"""Who looked at which chart, and who decided: AuditEvents (FHIR R4 6.4). Ids only, never what was seen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import instant
from fhir_screener.fhir.task.coded import Json, coding, concept
from fhir_screener.screening.decision import Person

_TYPE = "http://terminology.hl7.org/CodeSystem/audit-event-type"
_INTERACTION = "http://hl7.org/fhir/restful-interaction"
_ROLE = "http://terminology.hl7.org/CodeSystem/object-role"


class Audited(Enum):
    """What is audited; the value is the code, in `names.MOVE` or beside it."""

    CHART_READ = "chart-read"
    LIST_READ = "list-read"
    DECISION = "decision"


def audit_event(
    what: Audited,
    by: Person,
    now: datetime,
    device: Json,
    *,
    task: str = "",
    patient: Json | None = None,
    move: str = "",
    tasks: Sequence[str] = (),
) -> Json:
    """One AuditEvent. `task` is a Task's reference, `patient` its `for`, `move` the word of a decision.

    `tasks` are the references of those on a list; each names its patient.
    """
    reading = what is not Audited.DECISION
    entities: list[Json] = [{"what": {"reference": one}} for one in ([task] if task else tasks)]
    if patient:
        entities.append({"what": patient, "role": coding(_ROLE, "1", "Patient")})
    subtypes = [coding(_INTERACTION, "read" if reading else "update"), coding(names.MOVE, move or what.value)]
    return {
        "resourceType": "AuditEvent",
        "type": coding(_TYPE, "rest", "RESTful Operation"),
        "subtype": subtypes,
        "action": "R" if reading else "U",
        "recorded": instant(now),
        "outcome": "0",
        "agent": [
            {
                "type": concept(coding(names.PERFORMER, *names.PERFORMERS[by.role])),
                "who": {"identifier": {"system": names.PERSON_ID, "value": by.id}},
                "requestor": True,
            }
        ],
        "source": {"observer": device},
        **({"entity": entities} if entities else {}),
    }
