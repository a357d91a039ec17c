"""What became of a Task: who or what changed what, when, from its Provenances."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from fhir_screener.errors import ServerError
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import Json, codes, dicts
from fhir_screener.log import Log

_log = Log(__name__)


@dataclass(frozen=True)
class Happened:
    """One change. `what` is a sweep's action or a person's move, `by` a person or this software; `when` as recorded.

    `by_id` is the id of a person, "" for this software.
    """

    when: str
    what: str
    by: str
    person: bool = False
    by_id: str = ""


def history(session: FhirSession, task: str) -> tuple[Happened, ...]:
    """The changes of a Task, newest first; empty where the server keeps or gives no Provenance."""
    try:
        asked = [("target", f"Task/{task}"), ("_sort", "-recorded"), ("_count", "100")]
        answer = session.get("Provenance", asked, expect="Bundle")
    except ServerError as error:
        _log.info("history.unread", task=task, error=error)
        return ()
    entries = (entry.get("resource") for entry in dicts(orjson.loads(answer.body).get("entry")))
    found = [happened(one) for one in entries if isinstance(one, dict) and one.get("resourceType") == "Provenance"]
    return tuple(sorted(found, key=lambda one: one.when, reverse=True))


def happened(provenance: Json) -> Happened:
    """What a Provenance of ours tells."""
    activity = provenance.get("activity")
    moves, actions = codes(activity, names.MOVE), codes(activity, names.ACTION)
    who = next((agent.get("who") or {} for agent in dicts(provenance.get("agent"))), {})
    identifier = who.get("identifier") or {}
    by = str(who.get("display") or identifier.get("value") or who.get("reference") or "")
    what = next(iter([*moves, *actions]), "")
    id = str(identifier.get("value", "")) if identifier.get("system") == names.PERSON_ID else ""
    return Happened(str(provenance.get("recorded", "")), what, by, person=bool(moves), by_id=id)
