"""What no single patient owns: the hospital itself, its formulary, and the clinic's list of patients."""

from __future__ import annotations

from datetime import date

from fhir_screener.sandbox.hospital.cohort import plans
from fhir_screener.sandbox.hospital.dates import AS_OF
from fhir_screener.sandbox.hospital.formulary import DRUGS, Drug
from fhir_screener.sandbox.hospital.systems import ATC, LOCAL_DRUG, RXNORM, Json, coding

CLINIC = "igg4rd-clinic"
HOSPITAL = "hospital"


def shared_resources(patients: int = 1000, seed: int = 1, as_of: date = AS_OF) -> list[Json]:
    """One Organization, a Medication for each drug of the formulary, the Group `igg4rd-clinic` (if it has members)."""
    house = {"resourceType": "Organization", "id": HOSPITAL, "active": True, "name": "Sample Hospital 示例医院"}
    members = [
        {"entity": {"reference": f"Patient/{plan.id}"}} for plan in plans(patients, seed, as_of) if plan.of_the_clinic
    ]
    group: Json = {"resourceType": "Group", "id": CLINIC, "active": True, "type": "person", "actual": True}
    group.update(name="IgG4-RD clinic", quantity=len(members), member=members)
    return [house, *map(_medication, DRUGS.values()), *([group] if members else [])]


def _medication(drug: Drug) -> Json:
    codes = [coding(LOCAL_DRUG, drug.local, drug.chinese)]
    if drug.rxnorm:
        codes.append(coding(RXNORM, drug.rxnorm, drug.name))
    elif drug.products:
        codes.append(coding(RXNORM, drug.products[0].code, drug.products[0].display))
    if drug.atc:
        codes.append(coding(ATC, drug.atc[0], drug.name))
    code = {"coding": codes, "text": drug.chinese}
    return {"resourceType": "Medication", "id": drug.local, "status": "active", "code": code}
