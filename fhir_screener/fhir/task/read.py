"""What a Task says: who last had it in hand, what reconciling needs to know, and the whole Screening again."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

from fhir_screener.errors import DataError
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import Json, codes, dicts, extensions, value_of, values_of
from fhir_screener.fhir.task.identity import subject_of
from fhir_screener.fhir.task.ledger import read_criterion
from fhir_screener.records.patient_record import Seen
from fhir_screener.screening.candidate import Existing, Hand
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.sentence import say

_REJECTED = frozenset({"rejected", "cancelled", "failed"})
_DECIDED = frozenset({"accepted", "completed"})


def hand_of(task: Json, pool: str = "") -> Hand:
    """Who last had the Task in hand. `pool` is the owner of a Task nobody has taken, as a reference."""
    status = task.get("status")
    if status == "entered-in-error":
        return Hand.RETIRED
    if status in _DECIDED:
        return Hand.DECIDED
    if withdrawn_by_us(task):
        # Whatever a person has added since: left cancelled, a patient who matches again would be in nobody's list.
        return Hand.CANCELLED_BY_US
    if status in _REJECTED:
        return Hand.REJECTED
    touched = (
        is_owned(task, pool)
        or bool(task.get("note"))
        or bool(task.get("statusReason"))
        or bool(extensions(task, names.RESUME_ON_EXT))
    )
    return Hand.TOUCHED if touched or status != "requested" else Hand.UNTOUCHED


def withdrawn_by_us(task: Json) -> bool:
    """Whether the Task is cancelled, and by a sweep: the reason is one of ours and nobody else's."""
    reason = task.get("statusReason") or {}
    return (
        task.get("status") == "cancelled"
        and bool(codes(reason, names.STATUS_REASON))
        and all(c.get("system") == names.STATUS_REASON for c in dicts(reason.get("coding")))
    )


def is_owned(task: Json, pool: str) -> bool:
    """Whether somebody but the pool owns it. A server may have made the reference absolute, or relative."""
    owner = task.get("owner")
    if not owner:
        return False
    reference = str(owner.get("reference", "")) if isinstance(owner, dict) else ""
    return not pool or reference.split("/")[-2:] != pool.split("/")[-2:]


def existing_from_task(task: Json, pool: str = "") -> Existing:
    """What reconciling needs; what the Task does not say is empty. Never raises for a Task that people have edited."""
    status = task.get("businessStatus")
    digest = str(input_of(task, names.Input.EVIDENCE_DIGEST) or "")
    day = next(iter(codes(status, names.ELIGIBLE_FROM)), "")
    eligible = None
    with suppress(ValueError):
        eligible = date.fromisoformat(day) if day else None
    return Existing(
        hand=hand_of(task, pool),
        digest=digest,
        decided_digest=str(value_of(task, names.DECIDED_ON_EXT) or digest),
        outcome=next(iter(codes(status, names.OUTCOME)), ""),
        task_id=str(task.get("id", "")),
        version=str((task.get("meta") or {}).get("versionId", "")),
        eligible_from=eligible,
        facets=tuple(codes(status, names.SETTLE)),
        replaced_by=_survivor(task),
    )


def _survivor(task: Json) -> str:
    pointer = next(iter(extensions(task, names.REPLACED_BY_EXT)), {})
    return str(value_of(pointer, "patient"))


def input_of(task: Json, kind: names.Input) -> Any:
    """The value of an input of ours, or None."""
    for item in dicts(task.get("input")):
        if kind.value in codes(item.get("type"), names.INPUT):
            return next((v for key, v in item.items() if key.startswith("value")), None)
    return None


def screening_from_task(task: Json) -> Screening:
    """The Screening that was written into this Task; raises DataError where something of it is missing or changed."""
    where = f"Task/{task.get('id', '?')}"
    subject = subject_of(task)
    outputs = dicts(task.get("output"))
    head = next((o for o in outputs if "outcome" in codes(o.get("type"), names.OUTPUT)), None)
    if head is None:
        raise DataError(say("no ledger in it: read the whole Task, or judge the patient again"), where=where)
    about = next(iter(extensions(head, names.SCREENING_EXT)), {})
    try:
        return Screening(
            study=subject.study,
            study_version=input_of(task, names.Input.MAPPING_VERSION) or "",
            checksum=input_of(task, names.Input.MAPPING_CHECKSUM) or "",
            patient=subject.patient,
            as_of=date.fromisoformat(input_of(task, names.Input.AS_OF) or ""),
            outcome=Outcome(next(iter(codes(head.get("valueCodeableConcept"), names.OUTCOME)), "")),
            criteria=tuple(c for o in outputs if (c := read_criterion(o)) is not None),
            eligible_from=_day(about, "eligibleFrom"),
            eligible_until=_day(about, "eligibleUntil"),
            next_change_on=_day(about, "nextChangeOn"),
            why_not=value_of(about, "whyNot"),
            evaluated=value_of(about, "evaluated", True),
            shown=value_of(about, "shown", False),
            enrolled=value_of(about, "enrolled", False),
            replaced_by=value_of(about, "replacedBy"),
            seen={str(value_of(e, "type")): _seen(e) for e in extensions(about, "seen")},
            reconciled=_reconciled(about),
            absent=frozenset(values_of(about, "absent")),
            failed=frozenset(values_of(about, "failed")),
            problems=tuple(values_of(about, "problem")),
        )
    except (ValueError, TypeError) as error:
        raise DataError(say("its ledger was changed by another hand: judge the patient again"), where=where) from error


def _reconciled(about: Json) -> str | None:
    found: str | None = value_of(next(iter(extensions(about, "coverage")), {}), "reconciled", None)
    return found


def _seen(entry: Json) -> Seen:
    return Seen(value_of(entry, "count", 0), value_of(entry, "since", None))


def _day(about: Json, name: str) -> date | None:
    text = value_of(about, name)
    return date.fromisoformat(text) if text else None
