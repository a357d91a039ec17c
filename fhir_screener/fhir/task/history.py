"""What became of a Task: who or what changed what, when, from its Provenances."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from fhir_screener.errors import NotSupported, Refused
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import Json, codes, dicts, extensions, held, value_of
from fhir_screener.fhir.task.provenance import PARTICIPANT
from fhir_screener.fhir.task.summary import read_changes
from fhir_screener.screening.change import Change


@dataclass(frozen=True)
class Happened:
    """One change. `what` is a sweep's action or a person's move, `by` a person or this software; `when` as recorded.

    `by_id` is the id of a person, "" for this software. A sweep's tells which criteria answer otherwise since;
    a person's why it was rejected, `until` when it was put off (YYYY-MM-DD), whose it became.
    """

    when: str
    what: str
    by: str
    person: bool = False
    by_id: str = ""
    changes: tuple[Change, ...] = ()
    reason: str = ""
    until: str = ""
    owner: str = ""


@dataclass(frozen=True)
class History:
    """The changes of a Task, newest first. `unread`: the server was asked and did not answer, so nobody knows of any."""

    changes: tuple[Happened, ...] = ()
    unread: bool = False


def recorded(session: FhirSession, task: str) -> tuple[Happened, ...]:
    """The changes of a Task, newest first; empty only where the server keeps or gives no Provenance. Raises ServerError."""
    asked = [("target", f"Task/{task}"), ("_sort", "-recorded"), ("_count", "100")]
    try:
        answer = session.get("Provenance", asked, expect="Bundle")
    except (NotSupported, Refused):
        return ()
    entries = (entry.get("resource") for entry in dicts(orjson.loads(answer.body).get("entry")))
    found = [happened(one) for one in entries if isinstance(one, dict) and one.get("resourceType") == "Provenance"]
    return tuple(sorted(found, key=lambda one: one.when, reverse=True))


def happened(provenance: Json) -> Happened:
    """What a Provenance of ours tells."""
    activity = provenance.get("activity")
    moves, actions = codes(activity, names.MOVE), codes(activity, names.ACTION)
    agents = dicts(provenance.get("agent"))
    who: Json = next((held(agent, "who") for agent in agents), {})
    identifier = held(who, "identifier")
    changed = next(iter(extensions(provenance, names.CHANGE_EXT)), {})
    return Happened(
        when=str(provenance.get("recorded", "")),
        what=next(iter([*moves, *actions]), ""),
        by=_called(who),
        person=bool(moves),
        by_id=str(identifier.get("value", "")) if identifier.get("system") == names.PERSON_ID else "",
        changes=read_changes(changed),
        reason=next((str(one.get("text", "")) for one in dicts(provenance.get("reason"))), ""),
        until=str(value_of(provenance, names.RESUME_ON_EXT)),
        owner=next((_called(held(one, "who")) for one in agents if _is_owner(one)), ""),
    )


def _called(who: Json) -> str:
    identifier = held(who, "identifier")
    return str(who.get("display") or identifier.get("value") or who.get("reference") or "")


def _is_owner(agent: Json) -> bool:
    return "custodian" in codes(agent.get("type"), PARTICIPANT)
