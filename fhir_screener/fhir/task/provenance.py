"""Who wrote a Task, when, and by which mapping: a Provenance beside every write (FHIR R4 6.3)."""

from __future__ import annotations

from datetime import datetime

from fhir_screener.fhir.task.build import instant
from fhir_screener.fhir.task.coded import Json, coding, concept
from fhir_screener.fhir.task.identity import device_identifier, study_identifier
from fhir_screener.fhir.task.names import ACTION, MAPPING_ID, MOVE, PERSON_ID
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.decision import Decision
from fhir_screener.screening.screening import Screening

_OPERATION = "http://terminology.hl7.org/CodeSystem/v3-DataOperation"
_AGENT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"


def provenance(target: str, action: Action, screening: Screening, now: datetime, agent: Json) -> Json:
    """The Provenance of one write. `target` is the Task's reference without a version, `agent` that of our Device."""
    mapping = f"{screening.study}/{screening.study_version}/{screening.checksum}"
    source = {"role": "source", "what": {"identifier": {"system": MAPPING_ID, "value": mapping}}}
    return _record(target, action, now, agent) | {"entity": [source]}


def study_end(target: str, study: str, now: datetime, agent: Json) -> Json:
    """The Provenance of a Task closed because its study ended."""
    source = {"role": "source", "what": {"identifier": study_identifier(study)}}
    return _record(target, Action.CLOSE, now, agent) | {"entity": [source]}


def move_record(target: str, decision: Decision, now: datetime, device: Json) -> Json:
    """The Provenance of a person's decision: the person as author, this software as what carried it."""
    who = {"identifier": {"system": PERSON_ID, "value": decision.by.id}, "display": decision.by.shown}
    return {
        "resourceType": "Provenance",
        "target": [{"reference": target}],
        "recorded": instant(now),
        "activity": concept(coding(_OPERATION, "UPDATE"), coding(MOVE, decision.move.value)),
        "agent": [
            {"type": concept(coding(_AGENT, "author")), "who": who},
            {"type": concept(coding(_AGENT, "assembler")), "who": device},
        ],
    }


def _record(target: str, action: Action, now: datetime, agent: Json) -> Json:
    operation = "CREATE" if action is Action.CREATE else "UPDATE"
    return {
        "resourceType": "Provenance",
        "target": [{"reference": target}],
        "recorded": instant(now),
        "activity": concept(coding(_OPERATION, operation), coding(ACTION, action.value)),
        "agent": [{"type": concept(coding(_AGENT, "assembler")), "who": agent}],
    }


def device_reference(reference: str, version: str) -> Json:
    """Our Device, by reference where the target has one, and by identifier."""
    return {
        **({"reference": reference} if reference else {}),
        "type": "Device",
        "identifier": device_identifier(version),
        "display": f"fhir-screener {version}",
    }
