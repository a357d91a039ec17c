"""Who of some patients is in another trial, or a candidate of one: their ResearchSubjects on the source, in one search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from fhir_screener.errors import ServerError
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.search_ids import escaped
from fhir_screener.fhir.searchset import Page, read_page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.coded import Json, dicts, held
from fhir_screener.log import Log

_log = Log(__name__)
_STUDY = "ResearchSubject:study"
_MOST = 500
INSIDE = ("on-study", "on-study-intervention", "on-study-observation", "follow-up", "pending-on-study")
CONSIDERED = ("candidate", "potential-candidate", "eligible", "screening")
"""ResearchSubject.status (FHIR R4 `research-subject-status`) of those who are in a study, and of those who may come in."""


@dataclass(frozen=True)
class Trial:
    """Another trial of a patient: what it is called ("" where nobody says), and whether the patient is in it already."""

    name: str
    inside: bool


@dataclass(frozen=True)
class Trials:
    """{patient id: other trials}. `unread`: the source was asked and did not answer, or not with all."""

    of: Mapping[str, tuple[Trial, ...]]
    unread: bool = False


def trials(session: FhirSession, capability: Capability, patients: Sequence[str], own: str) -> Trials:
    """By POST: no patient is in an address. A source that offers no ResearchSubject has nothing to tell."""
    known = capability.types.get("ResearchSubject")
    if not patients or capability.can("ResearchSubject", "search-type") is False:
        return Trials({})
    params = known.search_params if known else frozenset[str]()
    name = "patient" if "patient" in params or not params else "individual"
    asked = [(name, ",".join(f"Patient/{escaped(one)}" for one in patients)), ("_count", str(_MOST))]
    if not params or "status" in params:
        asked.append(("status", ",".join((*INSIDE, *CONSIDERED))))
    if known and {_STUDY, "*"} & known.search_include:
        asked.append(("_include", _STUDY))
    try:
        page = session.fetch("ResearchSubject/_search", read_page, form=asked)
    except ServerError as error:
        _log.info("trials.unread", error=error)
        return Trials({}, unread=True)
    return Trials(_by_patient(page, frozenset(patients), own), unread=page.next_link is not None)


def _by_patient(page: Page, wanted: frozenset[str], own: str) -> dict[str, tuple[Trial, ...]]:
    """Believes no filter: what is of somebody else, of the study itself or over is left out."""
    bodies = [(entry.type, orjson.loads(bytes(entry.resource))) for entry in page.entries]
    studies = {str(one.get("id")): one for kind, one in bodies if kind == "ResearchStudy"}
    found: dict[str, dict[Trial, None]] = {}
    for kind, one in bodies:
        patient = str(held(one, "individual").get("reference", "")).rpartition("/")[2]
        status = one.get("status")
        if kind != "ResearchSubject" or patient not in wanted or status not in (*INSIDE, *CONSIDERED):
            continue
        names = _names(held(one, "study"), studies)
        if not any(own.casefold() in name.casefold() for name in names):
            found.setdefault(patient, {})[Trial(next(iter(names), ""), status in INSIDE)] = None
    return {patient: tuple(trials) for patient, trials in found.items()}


def _names(reference: Json, studies: Mapping[str, Json]) -> list[str]:
    """What a study is called, the best for people first."""
    study = studies.get(str(reference.get("reference", "")).rpartition("/")[2], {})
    numbers = [one.get("value") for one in (held(reference, "identifier"), *dicts(study.get("identifier")))]
    every = (study.get("title"), reference.get("display"), *numbers)
    return [name for one in every if isinstance(one, str) and (name := one.strip())]
