"""A new Screening laid over a Task that is there already.

Works on the JSON as the server sent it, so that nothing of anybody else's is lost, known to us or not. Our elements are
replaced; a coordinator's are never written. Two moves need a word:

* *Withdraw, close, restore*: of a Task no person has touched, the status. Our statusReason tells our cancelling from
  a person's.
* *Resurface*: a person rejected this Task on other evidence than there is now. It is `requested` again; the rejection,
  with its reason and the digest it was made on, moves into an extension `earlier-decision`. Owner and notes stay.
"""

from __future__ import annotations

import copy
from contextlib import suppress
from datetime import datetime

from fhir_screener.errors import DataError
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.build import Setting, instant, system_elements
from fhir_screener.fhir.task.coded import Json, codes, coding, concept, dicts, group, part, value_of
from fhir_screener.fhir.task.names import Input, Withdrawal
from fhir_screener.fhir.task.read import input_of, screening_from_task, withdrawn_by_us
from fhir_screener.fhir.task.summary import change, changed_criteria, summary
from fhir_screener.screening.candidate import NO_LONGER, Action
from fhir_screener.screening.change import Again, changes
from fhir_screener.screening.screening import Screening

_OURS = frozenset({names.OUTCOME, names.SETTLE, names.ELIGIBLE_FROM, names.ONE_AWAY})
"""The systems of businessStatus codings that are replaced; codings of others stay."""


def merged(
    task: Json, screening: Screening, action: Action, now: datetime, setting: Setting, again: Again | None = None
) -> Json:
    """The Task as it is to be written for an action other than CREATE; the one handed in stays as it is.

    `lastModified` becomes `now`, or `authoredOn` where a clock ahead of ours wrote that (R4 Task, inv-1).
    """
    result = copy.deepcopy(task)
    if action is Action.RESURFACE:
        _set_decision_aside(result, now, screening, again)
    _lay_over(result, system_elements(screening, setting))
    set_extension(result, names.SUMMARY_EXT, summary(screening, setting.names))
    _say_what_changed(result, task, screening, again)
    _point_to_survivor(result, screening, setting)
    _move(result, screening, action)
    stamp(result, now)
    return result


def closed(task: Json, why: Withdrawal, now: datetime, *, touched: bool) -> Json:
    """The Task of a patient whose study has ended: marked, and cancelled too where no person has touched it."""
    result = copy.deepcopy(task)
    status = concept(coding(names.OUTCOME, NO_LONGER, names.OUTCOMES[NO_LONGER]))
    result["businessStatus"] = _beside_others(task, {"businessStatus": status})
    if not touched:
        _cancel(result, why)
    stamp(result, now)
    return result


def _say_what_changed(result: Json, task: Json, screening: Screening, again: Again | None) -> None:
    """Against what the Task said until now; a Task whose ledger another hand has changed says nothing of it."""
    with suppress(DataError):
        found = change(screening_from_task(task), screening, again)
        if found is not None:
            set_extension(result, names.CHANGE_EXT, found)


def _lay_over(task: Json, ours: Json) -> None:
    for name in ("groupIdentifier", "intent", "code", "focus"):
        task[name] = ours[name]
    # A person or the server may have added to these: an MRN, a display, a tag, codings, inputs and outputs of others.
    task["for"] = {**(task.get("for") or {}), **ours["for"], **_identifier_kept(task.get("for"))}
    task["identifier"] = _with(dicts(task.get("identifier")), ours["identifier"][0])
    task["businessStatus"] = _beside_others(task, ours)
    task["input"] = [i for i in dicts(task.get("input")) if not codes(i.get("type"), names.INPUT)] + ours["input"]
    task["output"] = [o for o in dicts(task.get("output")) if not _is_ours(o)] + ours["output"]
    meta = {k: v for k, v in (task.get("meta") or {}).items() if k not in ("versionId", "lastUpdated")}
    profiles = [p for p in meta.get("profile") or () if p != names.PROFILE]
    task["meta"] = {**meta, "profile": [*profiles, names.PROFILE]}


def _identifier_kept(patient: Json | None) -> Json:
    """The identifier somebody put into `for` instead of ours, an MRN say."""
    theirs = (patient or {}).get("identifier")
    foreign = isinstance(theirs, dict) and theirs.get("system") != names.PATIENT_ID
    return {"identifier": theirs} if foreign else {}


def _is_ours(output: Json) -> bool:
    kind = output.get("type")
    return bool(codes(kind, names.OUTPUT) or codes(kind, names.CRITERION))


def _with(identifiers: list[Json], ours: Json) -> list[Json]:
    return identifiers if ours in identifiers else [ours, *identifiers]


def _beside_others(task: Json, ours: Json) -> Json:
    """The businessStatus with our codings replaced, and the text and codings of others as they were."""
    old = task.get("businessStatus") or {}
    others = [c for c in dicts(old.get("coding")) if c.get("system") not in _OURS]
    return {**old, "coding": [*ours["businessStatus"]["coding"], *others]}


def _point_to_survivor(task: Json, screening: Screening, setting: Setting) -> None:
    """A plain string and URI, not a Reference: the survivor may have no Task, and servers check references."""
    set_extension(task, names.REPLACED_BY_EXT, None)
    if screening.shown or not screening.replaced_by:
        return
    survivor = setting.identity.task(screening.study, screening.replaced_by.rpartition("/")[2])
    inner = [*part("patient", screening.replaced_by), *part("task", f"Task/{survivor}", "valueUri")]
    set_extension(task, names.REPLACED_BY_EXT, next(group(names.REPLACED_BY_EXT, inner)))


def _move(task: Json, screening: Screening, action: Action) -> None:
    """Status and statusReason, for the actions that may move them."""
    match action:
        case Action.WITHDRAW:
            _cancel(task, Withdrawal.NO_LONGER_MATCHES)
        case Action.CLOSE:
            _cancel(task, Withdrawal.PATIENT_MERGED if screening.replaced_by else Withdrawal.NO_LONGER_MATCHES)
        case Action.RESTORE:
            if withdrawn_by_us(task):
                del task["statusReason"]
            task["status"] = "requested"
        case Action.RESURFACE:
            task["status"] = "requested"
        case _:
            pass


def _cancel(task: Json, why: Withdrawal) -> None:
    words = names.WITHDRAWALS[why]
    task["status"] = "cancelled"
    task["statusReason"] = concept(coding(names.STATUS_REASON, why.value, words), words=words)


def _set_decision_aside(task: Json, now: datetime, screening: Screening, again: Again | None) -> None:
    """Keep what a person decided, on which evidence, and what is otherwise now, out of the way of the next decision.

    A rejected Task is left alone by sweeps, so that its ledger is still the one of the rejection.
    """
    digest = value_of(task, names.DECIDED_ON_EXT) or input_of(task, Input.EVIDENCE_DIGEST) or ""
    inner = [
        *part("status", str(task.get("status", "")), "valueCode"),
        *part("digest", str(digest)),
        *part("until", instant(now), "valueInstant"),
    ]
    if reason := task.pop("statusReason", None):
        inner.append({"url": "reason", "valueCodeableConcept": reason})
    with suppress(DataError):
        inner += changed_criteria(changes(screening_from_task(task), screening, again))
    set_extension(task, names.DECIDED_ON_EXT, None)
    task["extension"] = [*dicts(task.get("extension")), *group(names.EARLIER_DECISION_EXT, inner)]


def set_extension(task: Json, url: str, extension: Json | None) -> None:
    """Replace all extensions of this URL by one, or by none."""
    others = [e for e in dicts(task.get("extension")) if e.get("url") != url]
    found = [*others, *([extension] if extension else [])]
    if found:
        task["extension"] = found
    else:
        task.pop("extension", None)


def stamp(task: Json, now: datetime) -> None:
    """R4 Task, inv-1: lastModified is not before authoredOn."""
    moment, authored = instant(now), str(task.get("authoredOn") or "")
    task.setdefault("authoredOn", moment)
    task["lastModified"] = authored if _moment(authored) > now else moment


def _moment(text: str) -> datetime:
    """A FHIR dateTime as a moment; long ago where it cannot be read or has no zone."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return _LONG_AGO
    return found if found.tzinfo else _LONG_AGO


_LONG_AGO = datetime.fromisoformat("0001-01-01T00:00:00+00:00")
