"""Visits, procedures, vaccinations, consents and research enrolments."""

from __future__ import annotations

from typing import Any

from fhir_screener.sandbox.hospital.pen import Day, Pen
from fhir_screener.sandbox.hospital.systems import (
    ACT_CODE,
    ACT_REASON,
    CVX,
    SHORT,
    TRIAL,
    TRIALS,
    Json,
    coding,
    concept,
)

_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
_CATEGORY = "http://terminology.hl7.org/CodeSystem/consentcategorycodes"


def trial(number: str = TRIAL) -> Json:
    """A reference to a registered trial by its registry number; no ResearchStudy resource is needed to know which."""
    return {"type": "ResearchStudy", "identifier": {"system": TRIALS, "value": number}, "display": number}


class Papers(Pen):
    """Encounter, Procedure, Immunization, Consent, ResearchSubject, AllergyIntolerance, FamilyMemberHistory."""

    def visit(self, on: Day, *, inpatient: bool = False, until: Day = None) -> Json:
        """An Encounter; returns the reference to it."""
        code, display = ("IMP", "inpatient encounter") if inpatient else ("AMB", "ambulatory")
        period = {"start": self.moment(on), "end": self.day(until)}
        made = self.write(
            "Encounter",
            {
                "status": "finished",
                "class": coding(ACT_CODE, code, display),
                "subject": self.patient,
                "period": {side: day for side, day in period.items() if day},
            },
        )
        return {"reference": f"Encounter/{made['id']}"}

    def procedure(self, code: Json, on: Day, *, status: str = "completed", **more: Any) -> Json:
        """A Procedure on one day."""
        body = {"status": status, "code": code, "subject": self.patient, "performedDateTime": self.moment(on)}
        return self.write("Procedure", {**body, **more})

    def vaccine(self, cvx: str, display: str, on: Day) -> Json:
        """A completed Immunization by CVX code."""
        body = {"status": "completed", "vaccineCode": concept(CVX, cvx, display), "patient": self.patient}
        return self.write("Immunization", {**body, "occurrenceDateTime": self.day(on)})

    def consent(self, kind: str, on: Day, *, study: str = "", status: str = "active", scope: str = "research") -> Json:
        """A Consent; `kind` permit or deny, `study` the registry number it names, else research of any kind."""
        provision: Json = {"type": kind, "purpose": [coding(ACT_REASON, "HRESCH", "healthcare research")]}
        policy: list[Json] | None = None
        rule = {"text": "Use of medical records for research"}
        if study:
            provision["data"] = [{"meaning": "related", "reference": trial(study)}]
            policy = [{"uri": f"https://clinicaltrials.gov/study/{study}"}]
            rule = {"text": f"Informed consent form, {study}"}
        return self.write(
            "Consent",
            {
                "status": status,
                "scope": concept(_SCOPE, scope),
                "category": [concept(_CATEGORY, "research")],
                "patient": self.patient,
                "dateTime": self.moment(on),
                "policy": policy,
                "policyRule": rule,
                "provision": provision,
            },
        )

    def subject(self, status: str, since: Day, study: str = TRIAL) -> Json:
        """A ResearchSubject of a trial."""
        body: Json = {"status": status, "study": trial(study), "individual": self.patient}
        return self.write("ResearchSubject", {**body, "period": {"start": self.day(since)}})

    def allergy(self, code: Json) -> Json:
        """An AllergyIntolerance: naming a drug here is no exposure to it."""
        status = concept("http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical", "active")
        return self.write("AllergyIntolerance", {"clinicalStatus": status, "code": code, "patient": self.patient})

    def relative(self, system: str, code: str, display: str) -> Json:
        """A mother's illness (FamilyMemberHistory): never the patient's."""
        mother = concept("http://terminology.hl7.org/CodeSystem/v3-RoleCode", "MTH", "mother")
        illness = [{"code": concept(SHORT[system], code, display)}]
        return self.write(
            "FamilyMemberHistory",
            {"status": "completed", "patient": self.patient, "relationship": mother, "condition": illness},
        )
