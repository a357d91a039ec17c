"""From plan to chart: the person, what is true of them, and the records that show it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fhir_screener.errors import UsageError
from fhir_screener.sandbox.hospital import routine
from fhir_screener.sandbox.hospital.charting import Charting
from fhir_screener.sandbox.hospital.cohort import SLIM, Plan, plans
from fhir_screener.sandbox.hospital.dates import AS_OF, When, last_day_of
from fhir_screener.sandbox.hospital.people import Person, invent
from fhir_screener.sandbox.hospital.shared import HOSPITAL
from fhir_screener.sandbox.hospital.situations.campus import as_written
from fhir_screener.sandbox.hospital.situations.pregnancy import plain
from fhir_screener.sandbox.hospital.situations.row import CODED, FINER, TEXT, Row
from fhir_screener.sandbox.hospital.systems import MRN, Json
from fhir_screener.sandbox.hospital.truth import CRITERIA, MET, NO_DATA, NOT_MET, Truth, first_free_day, outcome


@dataclass(frozen=True, slots=True)
class Chart:
    """All records of one patient, the Patient first, and what is true of them on the as-of date.

    `truth`: patient, outcome, eligible_from (ISO date or None), criteria (id -> verdict, reason), situations (names of
    the planned rows), kind (of the plan), needs (coded, finer or text: the hardest thing a reader must do), coded
    (true where needs is coded), bare (None, or outcome, eligible_from and criteria as a reader finds them who does not
    know the hospital's own codes and words).
    """

    patient_id: str
    resources: list[Json]
    truth: dict[str, Any]


def generate(patients: int = 1000, seed: int = 1, as_of: date = AS_OF) -> Iterator[Chart]:
    """Charts h00001 and on; the same arguments give the same bytes. UsageError for less than one patient."""
    if patients < 1:
        raise UsageError(f"a hospital of {patients} patients cannot be made: ask for one or more")
    for plan in plans(patients, seed, as_of):
        plan.rows = as_written(plan)
        yield _chart(plan, patients, seed, as_of)


def _chart(plan: Plan, patients: int, seed: int, as_of: date) -> Chart:
    dice = random.Random(f"chart/{seed}/{plan.number}")  # noqa: S311 - sample data, not a secret
    person = invent(plan.id, plan.who, as_of, dice)
    for row in plan.rows:
        if row.born:
            person.birth = row.born(as_of)
        if row.criterion == "I1":
            person.recorded_birth = row.register(person.birth)
        elif row.born:
            person.recorded_birth = person.birth.isoformat()
    pen = Charting(person, as_of, dice)
    for row in plan.rows:
        row.chart(pen)
    if plan.kind != SLIM or dice.random() < 0.7:
        routine.write(pen, full=plan.kind != SLIM)
    return Chart(plan.id, [_patient(pen, plan.number, patients), *pen.records], _truth(plan, person, as_of))


def _patient(pen: Charting, number: int, patients: int) -> Json:
    person = pen.person
    made: Json = {
        "resourceType": "Patient",
        "id": person.id,
        "meta": {"versionId": "1"},
        "identifier": [{"system": MRN, "value": f"{700000 + number}"}],
        "active": True,
        "name": [person.name],
        "gender": person.sex,
        "birthDate": person.recorded_birth,
        "managingOrganization": {"reference": f"Organization/{HOSPITAL}"},
        **pen.head,
    }
    for link in made.get("link", []):
        survivor = number - 1 or 2
        known = {"reference": f"Patient/h{survivor:05d}"}
        link["other"] = known if survivor <= patients else {"display": "record kept elsewhere"}
    return made


def _truth(plan: Plan, person: Person, as_of: date) -> dict[str, Any]:
    truths: dict[str, Truth] = dict.fromkeys(CRITERIA, NO_DATA)
    free: dict[str, date] = {}
    truths["I1"] = MET if person.age(as_of) >= 18 else NOT_MET
    truths["E7"] = plain(person, as_of)
    for row in plan.rows:
        truths.update({row.criterion: row.truth, **row.also})
        if row.ends:
            free[row.criterion] = first_free_day(row.criterion, _last_day(row, person, as_of))
    own = [row for row in plan.rows if row.bare is not None]
    bare = dict(truths)
    for row in own:
        bare |= row.bare(bare) if row.bare else {}
    needs = {row.needs for row in plan.rows}
    hardest = next((level for level in (TEXT, FINER) if level in needs), CODED)
    return {
        "patient": plan.id,
        **_answer(truths, free),
        "coded": hardest == CODED,
        "needs": hardest,
        "kind": plan.kind,
        "situations": [f"{row.criterion}: {row.name}" for row in plan.rows],
        "bare": _answer(bare, free) if own else None,
    }


def _answer(truths: Mapping[str, Truth], free: Mapping[str, date]) -> dict[str, Any]:
    result, eligible = outcome(truths, free, screenable=truths.get("S", MET) == MET)
    return {
        "outcome": result,
        "eligible_from": eligible.isoformat() if eligible else None,
        "criteria": {name: {"verdict": truths[name].verdict, "reason": truths[name].reason} for name in CRITERIA},
    }


def _last_day(row: Row, person: Person, as_of: date) -> date:
    if row.ends == "birth":
        return last_day_of(person.recorded_birth)
    if isinstance(row.ends, When):
        return row.ends.on(as_of)
    assert callable(row.ends)
    return last_day_of(row.ends(as_of))
