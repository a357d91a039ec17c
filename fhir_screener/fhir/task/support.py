"""The resources that Tasks point to: the ResearchStudy, and this software as a Device. Made once, then left alone."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from fhir_screener.criteria.model import Study
from fhir_screener.errors import AuthError, Conflict, Gone, NotFound, NotSupported, Refused, ServerError
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.origin import encode
from fhir_screener.fhir.searchset import read_page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.checked import check
from fhir_screener.fhir.task.coded import Json, dicts
from fhir_screener.fhir.task.identity import Identity, device_identifier, study_identifier
from fhir_screener.log import Log

_log = Log(__name__)

REGISTRIES = {"clinicaltrials.gov": "http://clinicaltrials.gov"}
"""{name of a registry: the system of its identifiers}: those that HL7's identifier systems name."""


@dataclass(frozen=True)
class StudySheet:
    """What a ResearchStudy says of a study. `registry` is the identifier system its id comes from, or ""."""

    id: str
    title: str = ""
    registry: str = ""

    @classmethod
    def of(cls, study: Study) -> StudySheet:
        """As the study file says; a registry is known by its name, or written as the URI of its identifiers."""
        named = str(study.source.get("registry", ""))
        return cls(study.id, study.title, REGISTRIES.get(named.casefold(), named if ":" in named else ""))


class Support:
    """Sees to it that the resources exist. Where the target does not take them, Tasks name them by identifier only."""

    def __init__(self, session: FhirSession, capability: Capability, identity: Identity, version: str) -> None:
        self._session, self._capability, self._identity, self._version = session, capability, identity, version
        self._known: dict[str, str] = {}

    def study(self, sheet: StudySheet) -> str:
        """The reference of the study's ResearchStudy, or "" where the target has and takes none."""
        return self._ensured(research_study(sheet, self._identity))

    def device(self) -> str:
        """The reference of this software in this version, or ""."""
        return self._ensured(device(self._version, self._identity))

    def takes_our_ids(self) -> bool:
        """Whether our Device stands under the id that we chose: what the server does not say, it then has shown."""
        return self.device() == f"Device/{self._identity.device(self._version)}"

    def _ensured(self, resource: Json) -> str:
        kind, id = resource["resourceType"], resource["id"]
        if id not in self._known:
            try:
                self._known[id] = self._find_or_make(kind, resource)
            except (NotSupported, AuthError, Refused, Gone) as error:
                # A Task without them is still a Task: say so once, and go on.
                _log.warning("support.refused", where=kind, error=error)
                self._known[id] = ""
        return self._known[id]

    def _find_or_make(self, kind: str, resource: Json) -> str:
        if not client_ids(self._capability, kind):
            return self._by_identifier(kind, resource)
        where = f"{kind}/{resource['id']}"
        try:
            self._session.get(where, expect=kind)
        except NotFound:
            try:
                self._session.put(where, orjson.dumps(check(resource)))
            except Conflict:
                self._session.get(where, expect=kind)  # somebody else made it in the same moment
            except (NotSupported, NotFound, Refused):
                if client_ids_promised(self._capability, kind):
                    raise
                return self._by_identifier(kind, resource)
        return where

    def _by_identifier(self, kind: str, resource: Json) -> str:
        ours = resource["identifier"][0]
        token = token_of(ours)
        found = self._session.fetch(kind, read_page, [("identifier", token)])
        # A server that heeds no such filter sends others' too: a Task must not point to another study.
        here = (entry for entry in found.entries if entry.type == kind and entry.id)
        ids = sorted(str(e.id) for e in here if ours in dicts(orjson.loads(bytes(e.resource)).get("identifier")))
        if ids:
            return f"{kind}/{ids[0]}"
        body = check({key: value for key, value in resource.items() if key != "id"})
        answer = self._session.post(kind, orjson.dumps(body), {"If-None-Exist": encode([("identifier", token)])})
        made = location_id(answer.headers.get("location", ""), kind)
        if not made:
            raise ServerError(f"made a {kind} but did not say where; see the server's log", status=answer.status)
        return f"{kind}/{made}"


def research_study(sheet: StudySheet, identity: Identity) -> Json:
    """The ResearchStudy of a study (FHIR R4 8.6)."""
    registered = [{"system": sheet.registry, "value": sheet.id}] if sheet.registry else []
    return {
        "resourceType": "ResearchStudy",
        "id": identity.study(sheet.id),
        "identifier": [study_identifier(sheet.id), *registered],
        "title": sheet.title or sheet.id,
        "status": "active",
    }


def device(version: str, identity: Identity) -> Json:
    """This software in one version (FHIR R4 11.9)."""
    return {
        "resourceType": "Device",
        "id": identity.device(version),
        "identifier": [device_identifier(version)],
        "deviceName": [{"name": "fhir-screener", "type": "model-name"}],
        "version": [{"value": version}],
    }


def client_ids(capability: Capability, kind: str) -> bool:
    """Whether to try ids of our choosing for this type. Servers that do not say, such as HAPI, mostly take them."""
    abilities = capability.types.get(kind)
    return not capability.types if abilities is None else abilities.update_create is not False


def client_ids_promised(capability: Capability, kind: str) -> bool:
    """Whether the server says that it takes ids of our choosing."""
    abilities = capability.types.get(kind)
    return abilities is not None and abilities.update_create is True


def token_of(identifier: Json) -> str:
    """An identifier as a search token."""
    return f"{identifier['system']}|{identifier['value']}"


def location_id(location: str, kind: str) -> str:
    """The id in a Location header (`[base]/Task/1/_history/1`), or ""."""
    parts = location.split("/")
    return parts[parts.index(kind) + 1] if kind in parts[:-1] else ""
