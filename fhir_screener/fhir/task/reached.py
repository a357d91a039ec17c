"""How far a study's candidates have come since: accepted and completed by their Tasks, enrolled by ResearchSubject."""

from __future__ import annotations

from collections.abc import Iterator

import orjson

from fhir_screener.errors import NotSupported, Refused
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.search import search_whole
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.build import Setting
from fhir_screener.fhir.task.coded import Json, dicts
from fhir_screener.fhir.task.finder import Finder
from fhir_screener.fhir.task.identity import study_identifier
from fhir_screener.fhir.task.support import client_ids, token_of
from fhir_screener.screening.funnel import Reached

ACCEPTED, COMPLETED = "accepted", "completed"
ENROLLED = ("on-study", "on-study-intervention", "on-study-observation", "follow-up", "off-study")
"""ResearchSubject.status of those who are, or once were, in the study (FHIR R4 `research-subject-status`)."""


def reached(session: FhirSession, capability: Capability, setting: Setting, study: str) -> Reached:
    """The numbers as they are now on the target. Raises ServerError."""
    finder = Finder(session, capability, setting)
    wanted = {"status": f"{ACCEPTED},{COMPLETED}"}
    statuses = [task.get("status") for task in finder.of_study(study, wanted)]
    completed = statuses.count(COMPLETED)
    return Reached(statuses.count(ACCEPTED) + completed, completed, _enrolled(session, capability, setting, study))


def _enrolled(session: FhirSession, capability: Capability, setting: Setting, study: str) -> int | None:
    """Patients who are or were in the study; None where the target knows no ResearchSubject."""
    known = capability.types.get("ResearchSubject")
    if capability.can("ResearchSubject", "search-type") is False or (known and "study" not in known.search_params):
        return None
    try:
        ids = [*_studies(session, capability, setting, study)]
        subjects = [one for id in ids for one in _found(session, "ResearchSubject", [("study", f"ResearchStudy/{id}")])]
    except (NotSupported, Refused):
        return None
    inside = [one for one in subjects if one.get("status") in ENROLLED]
    return len({str((one.get("individual") or {}).get("reference")) for one in inside})


def _studies(session: FhirSession, capability: Capability, setting: Setting, study: str) -> Iterator[str]:
    """The ids of the ResearchStudy that our Tasks point to."""
    if client_ids(capability, "ResearchStudy"):
        yield setting.identity.study(study)
        return
    for one in _found(session, "ResearchStudy", [("identifier", token_of(study_identifier(study)))]):
        if study_identifier(study) in dicts(one.get("identifier")):
            yield str(one.get("id"))


def _found(session: FhirSession, kind: str, params: list[tuple[str, str]]) -> list[Json]:
    return [orjson.loads(bytes(entry.resource)) for entry in search_whole(session, kind, [*params, ("_count", "200")])]
