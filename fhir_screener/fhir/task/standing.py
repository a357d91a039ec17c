"""How a Task stands, in one line for a person, to be said in any language."""

from __future__ import annotations

from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import Json, dicts, value_of
from fhir_screener.screening.status_words import status_words
from fhir_screener.sentence import Text, join, say


def standing(task: Json) -> Text:
    """`rejected (The patient declined to take part); owner: Li Wei; last note by Li Wei`.

    Whoever decides on what is nobody's owns it from then on; a later assignment changes the owner, and not who decided.
    """
    status, until = status_words(str(task.get("status", ""))), str(value_of(task, names.RESUME_ON_EXT) or "")
    who, why = _owner(task), reason_of(task)
    said: Text = say("{status} until {until}", status=status, until=until) if until else status
    if why:
        said = say("{standing} ({why})", standing=said, why=say(why))
    last = next(reversed(dicts(task.get("note"))), None)
    author = say("last note by {who}", who=last.get("authorString", "?")) if last else ""
    return join("; ", [said, say("owner: {who}", who=who) if who else "", author])


def reason_of(task: Json) -> str:
    """Why it stands so, in English: a person's coded reason or a sweep's; "" for none."""
    reason = task.get("statusReason") or {}
    return str(reason.get("text") or next((c.get("display", "") for c in dicts(reason.get("coding"))), ""))


def _owner(task: Json) -> str:
    owner = task.get("owner") or {}
    return str(owner.get("display") or owner.get("reference") or "")
