"""A Screening as the elements of a Task that are ours, and a whole new Task around them.

element                                      owner
-------------------------------------------  -----------------------------------------------------------
identifier groupIdentifier intent code       system
focus for authoredOn businessStatus
input output
status                                       system at creation, and while no person has touched the Task
owner performerType                          system at creation, then the coordinator
statusReason note priority restriction       the coordinator
executionPeriod                              the coordinator: from when a snoozed Task is to be worked on
extension resume-on, decided-on              the coordinator
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.coded import Json, coding, concept, group, part
from fhir_screener.fhir.task.identity import Identity, study_identifier
from fhir_screener.fhir.task.ledger import criterion_output
from fhir_screener.fhir.task.summary import summary
from fhir_screener.screening.brief import one_test_away
from fhir_screener.screening.candidate import NO_LONGER, shown_facets
from fhir_screener.screening.coverage import Coverage
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screening import Screening


@dataclass(frozen=True)
class Setting:
    """Where Tasks are written: what a Task says besides its Screening.

    `patient_base` is the source's FHIR base URL where source and target differ, else "". `literal_patients` is false
    where the target refuses references to other servers: then only the identifier names the patient. `pool` is the
    coordinators' pool as a reference (`Organization/trials`), or "". `studies` is {study id: reference of its
    ResearchStudy on the target}; a study not in it is named by its identifier. `names` is {language: {message: what it is
    called}}: value sets and tests in the line that a worklist shows.
    """

    identity: Identity
    patient_base: str = ""
    literal_patients: bool = True
    pool: str = ""
    studies: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def new_task(screening: Screening, setting: Setting, now: datetime) -> Json:
    """The Task of a Screening that has none yet: `requested`, in the pool."""
    moment = instant(now)
    task: Json = {
        "resourceType": "Task",
        "id": setting.identity.task(screening.study, screening.patient),
        "status": "requested",
        **system_elements(screening, setting),
        "authoredOn": moment,
        "lastModified": moment,
        "extension": [summary(screening, setting.names)],
        "performerType": [concept(coding(names.PERFORMER, *names.PERFORMERS["coordinator"]))],
    }
    if setting.pool:
        task["owner"] = {"reference": setting.pool}
    return task


def system_elements(screening: Screening, setting: Setting) -> Json:
    """The elements that every write of ours sets, whoever has the Task in hand."""
    identity = setting.identity
    return {
        "meta": {"profile": [names.PROFILE]},
        "identifier": [identity.candidate_identifier(screening.study, screening.patient)],
        "groupIdentifier": study_identifier(screening.study),
        "intent": "proposal",
        "code": concept(
            coding(names.TASK_CODE, names.SCREENING_CANDIDATE, names.TASK_CODES[names.SCREENING_CANDIDATE]),
            words=f"Screening candidate for {screening.study}",
        ),
        "focus": study_reference(screening.study, setting),
        "for": _patient(screening, setting),
        "businessStatus": business_status(screening),
        "input": _inputs(screening),
        "output": [_outcome_output(screening), *(criterion_output(c) for c in screening.criteria)],
    }


def study_reference(study: str, setting: Setting) -> Json:
    """The ResearchStudy, by reference where the target has one, and by identifier."""
    reference = setting.studies.get(study)
    return {
        **({"reference": reference} if reference else {}),
        "type": "ResearchStudy",
        "identifier": study_identifier(study),
        "display": study,
    }


def _patient(screening: Screening, setting: Setting) -> Json:
    base = setting.patient_base.rstrip("/")
    literal = f"{base}/{screening.reference}" if base else screening.reference
    return {
        **({"reference": literal} if setting.literal_patients or not base else {}),
        "type": "Patient",
        "identifier": setting.identity.patient_identifier(screening.patient),
    }


def business_status(screening: Screening) -> Json:
    """What a worklist searches by: outcome, the first eligible day, and how the open criteria would be settled."""
    outcome = screening.outcome.value if screening.shown else NO_LONGER
    found = [coding(names.OUTCOME, outcome, names.OUTCOMES[outcome])]
    if screening.shown and screening.eligible_from:
        day = screening.eligible_from.isoformat()
        found.append(coding(names.ELIGIBLE_FROM, day, f"Eligible from {day}"))
    if screening.shown:
        found.extend(coding(names.SETTLE, facet) for facet in shown_facets(screening))
        if order := one_test_away(screening):
            found.append(coding(names.ONE_AWAY, order, f"One test away: {order}"))
    return concept(*found)


def _inputs(screening: Screening) -> list[Json]:
    values: dict[names.Input, Any] = {
        names.Input.MAPPING_VERSION: screening.study_version,
        names.Input.MAPPING_CHECKSUM: screening.checksum,
        names.Input.AS_OF: screening.as_of,
        names.Input.EVIDENCE_DIGEST: evidence_digest(screening),
    }
    return [task_input(kind, value) for kind, value in values.items() if value]


def task_input(kind: names.Input, value: str | date) -> Json:
    """A Task.input of one of our kinds."""
    typed = {"valueDate": value.isoformat()} if isinstance(value, date) else {"valueString": value}
    return {"type": concept(coding(names.INPUT, kind.value, names.INPUTS[kind])), **typed}


def _outcome_output(screening: Screening) -> Json:
    outcome = screening.outcome.value
    return {
        "extension": list(group(names.SCREENING_EXT, _about(screening))),
        "type": concept(coding(names.OUTPUT, "outcome", "Outcome")),
        "valueCodeableConcept": concept(coding(names.OUTCOME, outcome, names.OUTCOMES[outcome])),
    }


def _about(screening: Screening) -> Iterator[Json]:
    yield from part("shown", screening.shown, "valueBoolean")
    yield from part("evaluated", None if screening.evaluated else False, "valueBoolean")
    yield from part("enrolled", screening.enrolled or None, "valueBoolean")
    yield from part("eligibleFrom", screening.eligible_from, "valueDate")
    yield from part("eligibleUntil", screening.eligible_until, "valueDate")
    yield from part("nextChangeOn", screening.next_change_on, "valueDate")
    yield from part("whyNot", str(screening.why_not))
    yield from part("replacedBy", screening.replaced_by)
    yield from group("coverage", _coverage(screening.coverage))
    for kind, seen in sorted(screening.seen.items()):
        count = part("count", seen.count, "valueUnsignedInt")
        yield from group("seen", [*part("type", kind), *count, *part("since", seen.since)])
    for kind in sorted(screening.absent):
        yield from part("absent", kind)
    for kind in sorted(screening.failed):
        yield from part("failed", kind)
    for problem in screening.problems:
        yield from part("problem", problem)


def _coverage(coverage: Coverage) -> Iterator[Json]:
    yield from part("inclusionsMet", coverage.inclusions_met, "valueUnsignedInt")
    yield from part("inclusionsOpen", coverage.inclusions_open, "valueUnsignedInt")
    yield from part("exclusionsRuledOut", coverage.exclusions_ruled_out, "valueUnsignedInt")
    yield from part("exclusionsOpen", coverage.exclusions_open, "valueUnsignedInt")
    yield from part("records", coverage.records, "valueUnsignedInt")
    yield from part("since", coverage.since)
    yield from part("reconciled", coverage.reconciled)


def instant(now: datetime) -> str:
    """The moment as a FHIR instant in UTC, to the second."""
    return _in_utc(now, "seconds")


def precise_instant(now: datetime) -> str:
    """To the millisecond: of two sweeps of a small site in one second, the later one is to be known."""
    return _in_utc(now, "milliseconds")


def _in_utc(now: datetime, to: str) -> str:
    return now.astimezone(UTC).replace(tzinfo=None).isoformat(timespec=to) + "Z"
