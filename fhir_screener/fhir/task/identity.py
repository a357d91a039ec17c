"""Who a Task is about, said twice: openly in its identifier, and in an id that names nobody.

An id goes into logs and URLs, so it is an HMAC under the installation's key: the same for ever, and without the key
nothing about study or patient can be learnt from it, not even by trying all patient numbers.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import quote, unquote
from uuid import UUID

from fhir_screener.errors import DataError, SettingsError
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.names import CANDIDATE_ID, DEVICE_ID, PATIENT_ID, STUDY_ID, SWEEP_ID


class Subject(NamedTuple):
    """What a candidate Task's identifier says."""

    study: str
    source: str
    patient: str


@dataclass(frozen=True)
class Identity:
    """Ids and identifiers under one installation key. `source` is the source's name, a setting, never its URL."""

    key: bytes = field(repr=False)
    source: str

    def __post_init__(self) -> None:
        if not self.key:
            raise SettingsError("the installation key is empty: without it the ids of Tasks would name patients")
        if not self.source:
            raise SettingsError("the source has no name: give it one, and keep it when its URL changes")

    def task(self, study: str, patient: str) -> str:
        """The id of the one Task for this study and patient."""
        return self._uuid("task", study, self.source, patient)

    def study(self, study: str) -> str:
        return self._uuid("study", study)

    def subject(self, study: str, patient: str) -> str:
        """The id of the ResearchSubject for this study and patient."""
        return self._uuid("subject", study, self.source, patient)

    def device(self, version: str) -> str:
        """The id of this software in one version, so that what it wrote keeps pointing to what wrote it."""
        return self._uuid("device", version)

    def sweep(self, sweep: str) -> str:
        return self._uuid("sweep", sweep)

    def provenance(self, task: str, moment: str) -> str:
        """The id of the Provenance of one write: the same when that write is sent again."""
        return self._uuid("provenance", task, moment)

    def candidate_identifier(self, study: str, patient: str) -> Json:
        return {"system": CANDIDATE_ID, "value": _join(study, self.source, patient)}

    def patient_identifier(self, patient: str) -> Json:
        return {"system": PATIENT_ID, "value": _join(self.source, patient)}

    def _uuid(self, *parts: str) -> str:
        """A version 4 UUID by its looks (RFC 9562), made of the HMAC-SHA256 of the parts."""
        digest = hmac.new(self.key, _join(*parts).encode(), hashlib.sha256).digest()
        return str(UUID(bytes=digest[:16], version=4))


def study_identifier(study: str) -> Json:
    return {"system": STUDY_ID, "value": study}


def sweep_identifier(sweep: str) -> Json:
    return {"system": SWEEP_ID, "value": sweep}


def device_identifier(version: str) -> Json:
    return {"system": DEVICE_ID, "value": f"fhir-screener/{version}"}


def subject_of(task: Json) -> Subject:
    """Study, source and patient of a candidate Task; raises DataError where its identifier is not ours."""
    for identifier in task.get("identifier") or ():
        if identifier.get("system") == CANDIDATE_ID:
            parts = [unquote(part) for part in str(identifier.get("value", "")).split("/")]
            if len(parts) == 3:
                return Subject(*parts)
    raise DataError("no identifier of ours: not a candidate of this project", where=f"Task/{task.get('id', '?')}")


def subject_at(task: Json, source: str, study: str = "") -> Subject | None:
    """The subject of a candidate Task of this source, and of this study where one is named; None of every other Task."""
    try:
        subject = subject_of(task)
    except DataError:
        return None
    return subject if subject.source == source and study in ("", subject.study) else None


def _join(*parts: str) -> str:
    """The parts in one string that can be taken apart again, whatever is in them."""
    return "/".join(quote(part, safe="-._~") for part in parts)
