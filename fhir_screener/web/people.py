"""Who the patients of a page are: read from the source when shown, a page's worth in one request, kept nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import orjson

from fhir_screener.bootstrap.office import Office
from fhir_screener.fhir.search_ids import escaped
from fhir_screener.fhir.searchset import read_page
from fhir_screener.fhir.task.coded import Json, dicts
from fhir_screener.web.who import User

MOST = 200
"""Patients of one search."""


@dataclass(frozen=True)
class Someone:
    """What a row shows of a patient: `name` and `identifier` only to those who may see them."""

    name: str = ""
    identifier: str = ""
    sex: str = ""
    age: str = ""

    def numbers(self, patient: str) -> str:
        """The patient's id, by which the terminal and the reports call everybody, and the hospital's own number."""
        return f"{patient} ({self.identifier})" if self.identifier not in ("", patient) else patient


def people(office: Office, user: User, patients: Sequence[str]) -> dict[str, Someone]:
    """{patient id: who it is}. Whom the source does not give is missing here."""
    found: list[Json] = []
    for start in range(0, len(patients), MOST):
        some = patients[start : start + MOST]
        found += searched(office, [("_id", ",".join(map(escaped, some))), ("_count", str(len(some)))])
    today = office.clock().date()
    return {str(one.get("id")): someone(one, user, today) for one in found}


def searched(office: Office, asked: list[tuple[str, str]]) -> list[Json]:
    """The Patients of a search on the source, its first page. By POST: nothing asked for is in an address."""
    shape = ("_elements", "name,identifier,gender,birthDate")
    page = office.servers.source.fetch("Patient/_search", read_page, form=[*asked, shape])
    return [orjson.loads(bytes(entry.resource)) for entry in page.entries if entry.type == "Patient"]


def someone(patient: Json, user: User, today: date) -> Someone:
    """A Patient resource as this user may see it."""
    sex, age = str(patient.get("gender") or ""), age_of(str(patient.get("birthDate") or ""), today)
    if not user.sees_identity:
        return Someone(sex=sex, age=age)
    identifiers = [str(one["value"]) for one in dicts(patient.get("identifier")) if one.get("value")]
    return Someone(_name(patient), next(iter(identifiers), ""), sex, age)


def age_of(born: str, today: date) -> str:
    """Completed years; of a partial birth date as far as it tells."""
    parts = born.split("-")
    try:
        year = int(parts[0])
        month, day = (int(parts[1]), int(parts[2])) if len(parts) == 3 else (12, 31)
    except (ValueError, IndexError):
        return ""
    years = today.year - year - ((today.month, today.day) < (month, day))
    return str(years) if len(parts) == 3 else f"{years} - {years + 1}"


def _name(patient: Json) -> str:
    for name in dicts(patient.get("name")):
        text = name.get("text")
        parts = [*(name.get("given") or []), name.get("family") or ""]
        found = text if isinstance(text, str) else " ".join(str(one) for one in parts if one)
        if found:
            return found
    return ""
