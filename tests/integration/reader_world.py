"""For tests of reading: a source over a server, for the value sets of `tests.builders.charts`."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from fhir_screener.criteria.evidence import Finding, unknown
from fhir_screener.criteria.model import DRUG_TYPES, Criterion, Needs, Study
from fhir_screener.fhir.capability import read_capability
from fhir_screener.fhir.retry import Retry
from fhir_screener.fhir.server_plan import make_plan
from fhir_screener.fhir.server_source import ServerSource
from fhir_screener.fhir.session import Exchange, FhirSession
from fhir_screener.verdict import Reason
from tests.builders.charts import PATIENT, TERMS, Json, condition, observation, resource, statement

TYPES = frozenset({"Condition", "Observation", "DiagnosticReport", "Immunization", *DRUG_TYPES})


class Everything:
    """A rule that needs every type."""

    kind = "everything"

    def evaluate(self, view: Any) -> Finding:
        return unknown(Reason.NO_DATA)

    def needs(self) -> Needs:
        return Needs(types=TYPES)

    def parts(self) -> tuple[()]:
        return ()

    def describe(self) -> str:
        return "everything"


STUDY = Study("S", "A study", "1", "c", "UTC", (Criterion("A", "exclusion", "", Everything()),), cohort={"all": True})


class World(ServerSource):
    """A source that remembers its requests."""

    asked: list[Exchange]


@contextmanager
def source(base: str, **options: Any) -> Iterator[World]:
    asked: list[Exchange] = []
    with FhirSession(
        base, retries=Retry(attempts=2, first_wait=0.01, longest_retry_after=0.05), on_request=asked.append
    ) as session:
        capability = read_capability(session)
        found = World(session, capability, make_plan([STUDY], capability), TERMS, [STUDY], **options)
        found.asked = asked
        asked.clear()
        yield found


def of(patient: str, made: Json) -> Json:
    """The resource, about this patient, its id made the patient's own."""
    text = json.dumps(made).replace('"Patient/p"', f'"Patient/{patient}"')
    return {**json.loads(text), "id": f"{patient}-{made['id']}"}


def chart(patient: str) -> list[Json]:
    """A small chart with something of nearly everything."""
    drug = f"{patient}-drug"
    made = [
        condition("cancer", encounter={"reference": f"Encounter/{patient}-visit"}),
        condition("cold", code={"text": "common cold"}, onsetDateTime="2001-02-03"),
        observation("hbsag", valueString="negative", effectiveDateTime="2021-02-01T08:00:00+08:00"),
        statement("steroid", effectivePeriod={"start": "2021-01-01"}),
        resource(
            "MedicationRequest",
            "order",
            status="active",
            intent="order",
            authoredOn="2021-02-01",
            medicationReference={"reference": f"Medication/{drug}"},
        ),
        resource(
            "DiagnosticReport",
            "report",
            status="final",
            code={"text": "CT"},
            conclusion="clear",
            result=[{"reference": f"Observation/{patient}-hbsag"}],
        ),
        resource("Encounter", "visit", status="finished", period={"start": "2020-05-01", "end": "2020-05-02"}),
    ]
    made[-1]["class"] = {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"}
    medication = {"resourceType": "Medication", "id": drug, "code": {"text": "rituximab 500 mg vial"}}
    return [{**PATIENT, "id": patient}, medication, *(of(patient, one) for one in made)]


ORDER = ("Patient", "Medication", "Encounter", "Observation")
"""What other resources refer to goes first: some servers insist."""


def load(base: str, *resources: Json) -> None:
    """Put these on the server in one transaction."""
    ranked = sorted(resources, key=lambda r: ORDER.index(r["resourceType"]) if r["resourceType"] in ORDER else 9)
    entries = [
        {"resource": one, "request": {"method": "PUT", "url": f"{one['resourceType']}/{one['id']}"}} for one in ranked
    ]
    send(base, "POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})


def send(base: str, method: str, path: str, body: Any = None) -> Any:
    request = urllib.request.Request(
        f"{base}/{path}".rstrip("/"),
        data=json.dumps(body).encode() if body is not None else None,
        headers={"Content-Type": "application/fhir+json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        text = answer.read()
        return json.loads(text) if text else None
