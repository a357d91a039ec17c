"""A coordinator's decision laid over a Task: her elements and nothing else (the table in `build`). Pure.

move    status                        besides
------  ----------------------------  ------------------------------------------------------------
accept  accepted                      decided-on; owner, where it was nobody's; no snooze
reject  rejected                      statusReason; decided-on; owner, where it was nobody's; no snooze
snooze  on-hold                       resume-on; executionPeriod from that day, by which servers find it
assign  as it is                      owner
note    as it is                      note
undo    as before the last move       all of a coordinator's elements as before it
"""

from __future__ import annotations

import copy
from datetime import datetime
from typing import Any

from fhir_screener.errors import UsageError
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import instant
from fhir_screener.fhir.task.coded import Json, coding, concept, dicts, extensions, text, value_of
from fhir_screener.fhir.task.merge import set_extension, stamp
from fhir_screener.fhir.task.names import Input
from fhir_screener.fhir.task.read import input_of
from fhir_screener.screening.decision import REJECTIONS, Decision, Move, Person
from fhir_screener.screening.status_words import status_words
from fhir_screener.sentence import say

HERS = ("status", "statusReason", "owner", "performerType", "note", "priority", "restriction", "executionPeriod")
"""A coordinator's elements; her extensions are `resume-on` and `decided-on`."""
HER_EXTENSIONS = (names.RESUME_ON_EXT, names.DECIDED_ON_EXT)
_CLOSED = frozenset({"completed", "entered-in-error"})


def decided(task: Json, decision: Decision, now: datetime) -> Json:
    """The Task after a move other than undo; the one handed in stays as it is. Raises UsageError where it cannot be."""
    status = str(task.get("status", ""))
    if status in _CLOSED and decision.move is not Move.NOTE:
        raise UsageError(say("this candidate is {status}: only a note can be added", status=status_words(status)))
    result = copy.deepcopy(task)
    match decision.move:
        case Move.ACCEPT:
            _settle(result, "accepted", decision)
        case Move.REJECT:
            _settle(result, "rejected", decision)
        case Move.SNOOZE:
            _snooze(result, decision)
        case Move.ASSIGN:
            _own(result, decision.owner)
        case Move.NOTE:
            pass
        case Move.UNDO:
            raise UsageError("undo needs the Task as it was before")
    if decision.note:
        written = {"authorString": decision.by.shown, "time": instant(now), "text": text(decision.note)}
        result["note"] = [*dicts(result.get("note")), written]
    stamp(result, now)
    return result


def undone(task: Json, earlier: Json, now: datetime) -> Json:
    """The Task with all of a coordinator's elements as in the `earlier` version of it."""
    result = copy.deepcopy(task)
    for name in HERS:
        if name in earlier:
            result[name] = copy.deepcopy(earlier[name])
        else:
            result.pop(name, None)
    for url in HER_EXTENSIONS:
        set_extension(result, url, next(iter(extensions(earlier, url)), None))
    _name_owner(result)
    stamp(result, now)
    return result


def hers(task: Json) -> dict[str, Any]:
    """What a coordinator sees as her own in a Task: to tell whether two versions differ in it."""
    found = {name: task[name] for name in HERS if task.get(name)}
    return found | {url: value for url in HER_EXTENSIONS if (value := value_of(task, url))}


def _settle(task: Json, status: str, decision: Decision) -> None:
    task["status"] = status
    digest = str(input_of(task, Input.EVIDENCE_DIGEST) or "")
    set_extension(task, names.DECIDED_ON_EXT, {"url": names.DECIDED_ON_EXT, "valueString": digest} if digest else None)
    set_extension(task, names.RESUME_ON_EXT, None)
    task.pop("executionPeriod", None)
    task.pop("statusReason", None)
    if decision.reason is not None:
        words = REJECTIONS[decision.reason]
        task["statusReason"] = concept(coding(names.REJECTION, decision.reason.value, words), words=words)
    if not _somebodys(task):
        _own(task, decision.by)


def _snooze(task: Json, decision: Decision) -> None:
    assert decision.until is not None
    task["status"] = "on-hold"
    task.pop("statusReason", None)
    set_extension(task, names.DECIDED_ON_EXT, None)
    set_extension(task, names.RESUME_ON_EXT, {"url": names.RESUME_ON_EXT, "valueDate": decision.until.isoformat()})
    task["executionPeriod"] = {"start": decision.until.isoformat()}


def _somebodys(task: Json) -> bool:
    return bool(owner_id(task))


def _own(task: Json, owner: Person | None) -> None:
    if owner is None:
        task.pop("owner", None)
    else:
        identifier = {"system": names.PERSON_ID, "value": owner.id}
        task["owner"] = {"type": "Practitioner", "identifier": identifier, "display": owner.shown}
    _name_owner(task)


def _name_owner(task: Json) -> None:
    """The owner among the codings of businessStatus: not every server finds an owner who is no resource of its own."""
    status = dict(task.get("businessStatus") or {})
    others = [c for c in dicts(status.get("coding")) if c.get("system") != names.PERSON_ID]
    id = owner_id(task)
    codings = [*others, coding(names.PERSON_ID, owner_code(id))] if id else others
    task["businessStatus"] = {**status, "coding": codings} if codings else status
    if not task["businessStatus"]:
        del task["businessStatus"]


def owner_id(task: Json) -> str:
    """The id of the person who owns the Task, "" where it is nobody of ours."""
    identifier = (task.get("owner") or {}).get("identifier") or {}
    return str(identifier.get("value", "")) if identifier.get("system") == names.PERSON_ID else ""


def owner_code(id: str) -> str:
    """A person's id as a FHIR `code`: with single blanks only."""
    return " ".join(id.split())
