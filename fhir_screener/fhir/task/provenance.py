"""Who wrote a Task, when, and by which mapping: a Provenance beside every write (FHIR R4 6.3)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from fhir_screener.fhir.task.build import instant
from fhir_screener.fhir.task.coded import Json, coding, concept, part
from fhir_screener.fhir.task.identity import device_identifier, study_identifier
from fhir_screener.fhir.task.names import ACTION, MAPPING_ID, MOVE, PERSON_ID, REJECTION, RESUME_ON_EXT
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.decision import REJECTIONS, Decision, Person
from fhir_screener.screening.screening import Screening

_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def provenance(
    target: str, action: Action, screening: Screening, now: datetime, agent: Json, changed: Sequence[Json] = ()
) -> Json:
    """The Provenance of one write. `target` is the Task's reference without a version, `agent` that of our Device.

    `changed` is the Task's extension `change` where this write changed an answer: the Task itself keeps the last one only.
    """
    mapping = f"{screening.study}/{screening.study_version}/{screening.checksum}"
    source = {"role": "source", "what": {"identifier": {"system": MAPPING_ID, "value": mapping}}}
    told = {"extension": list(changed)} if changed else {}
    return _record(target, action, now, agent) | {"entity": [source]} | told


def study_end(target: str, study: str, now: datetime, agent: Json) -> Json:
    """The Provenance of a Task closed because its study ended."""
    source = {"role": "source", "what": {"identifier": study_identifier(study)}}
    return _record(target, Action.CLOSE, now, agent) | {"entity": [source]}


def move_record(target: str, decision: Decision, now: datetime, device: Json) -> Json:
    """The Provenance of a person's decision: the person as author, this software as what carried it.

    With it goes what was decided: why rejected, until when snoozed, whose it is now (as `custodian`).
    """
    agents = [_agent("author", _person(decision.by)), _agent("assembler", device)]
    if decision.owner is not None:
        agents.append(_agent("custodian", _person(decision.owner)))
    until = list(part(RESUME_ON_EXT, decision.until, "valueDate"))
    record = {
        "resourceType": "Provenance",
        **({"extension": until} if until else {}),
        "target": [{"reference": target}],
        "recorded": instant(now),
        "activity": concept(coding(_OPERATION, "UPDATE"), coding(MOVE, decision.move.value)),
        "agent": agents,
    }
    if decision.reason is not None:
        words = REJECTIONS[decision.reason]
        record["reason"] = [concept(coding(REJECTION, decision.reason.value, words), words=words)]
    return record


def _agent(role: str, who: Json) -> Json:
    return {"type": concept(coding(PARTICIPANT, role)), "who": who}


def _person(person: Person) -> Json:
    return {"identifier": {"system": PERSON_ID, "value": person.id}, "display": person.shown}


def _record(target: str, action: Action, now: datetime, agent: Json) -> Json:
    operation = "CREATE" if action is Action.CREATE else "UPDATE"
    return {
        "resourceType": "Provenance",
        "target": [{"reference": target}],
        "recorded": instant(now),
        "activity": concept(coding(_OPERATION, operation), coding(ACTION, action.value)),
        "agent": [_agent("assembler", agent)],
    }


def device_reference(reference: str, version: str) -> Json:
    """Our Device, by reference where the target has one, and by identifier."""
    return {
        **({"reference": reference} if reference else {}),
        "type": "Device",
        "identifier": device_identifier(version),
        "display": f"fhir-screener {version}",
    }
