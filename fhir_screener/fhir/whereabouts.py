"""Where a patient can be met: the last stay or visit, and the next appointment, as the source has them now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from fhir_screener.errors import ServerError
from fhir_screener.fhir.search_ids import escaped
from fhir_screener.fhir.searchset import read_page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.log import Log
from fhir_screener.sentence import Text, say

Json = dict[str, Any]
_log = Log(__name__)
_LOOKED_AT = 10
_KINDS: dict[str, Text] = {
    "AMB": say("outpatient visit"),
    "IMP": say("inpatient stay"),
    "ACUTE": say("inpatient stay"),
    "NONAC": say("inpatient stay"),
    "OBSENC": say("observation stay"),
    "SS": say("short stay"),
    "EMER": say("emergency visit"),
    "HH": say("home visit"),
    "VR": say("virtual visit"),
}
"""HL7 v3 `ActEncounterCode`."""
_COMING = frozenset({"proposed", "pending", "booked", "arrived", "checked-in", "waitlist"})


@dataclass(frozen=True)
class Stay:
    """An Encounter: its kind, days as recorded (`last` "" where it goes on), and the place."""

    kind: Text
    first: str
    last: str = ""
    place: str = ""
    going_on: bool = False


@dataclass(frozen=True)
class Whereabouts:
    """`stay` is the present one, else the last; `next_visit` the day or moment of the next appointment, "" for none."""

    stay: Stay | None = None
    next_visit: str = ""


def whereabouts(session: FhirSession, patient: str, today: date) -> Whereabouts:
    """What the source tells; a source that does not tell leaves it empty. By POST: no patient is in an address."""
    stays = [
        one
        for one in _found(session, "Encounter", patient, "-date")
        if one.get("status") not in ("planned", "cancelled")
    ]
    coming = [
        str(one["start"])
        for one in _found(session, "Appointment", patient, "date", ("date", f"ge{today.isoformat()}"))
        if one.get("status") in _COMING and str(one.get("start", "")) >= today.isoformat()
    ]
    last = max(stays, key=lambda one: (one.get("status") == "in-progress", _began(one)), default=None)
    return Whereabouts(_stay(last) if last and _began(last) else None, min(coming, default=""))


def _found(session: FhirSession, kind: str, patient: str, order: str, *more: tuple[str, str]) -> list[Json]:
    asked = [("patient", escaped(patient)), *more, ("_sort", order), ("_count", str(_LOOKED_AT))]
    try:
        page = session.fetch(f"{kind}/_search", read_page, form=asked)
    except ServerError as error:
        _log.info("whereabouts.unread", where=kind, error=error)
        return []
    return [orjson.loads(bytes(entry.resource)) for entry in page.entries if entry.type == kind]


def _stay(encounter: Json) -> Stay:
    period = encounter.get("period") or {}
    code = encounter.get("class") or {}
    kind = _KINDS.get(str(code.get("code")), str(code.get("display") or code.get("code") or ""))
    places = [place.get("location") or {} for place in encounter.get("location") or () if isinstance(place, dict)]
    place = next((str(one["display"]) for one in reversed(places) if one.get("display")), "")
    return Stay(kind, _began(encounter), str(period.get("end") or ""), place, encounter.get("status") == "in-progress")


def _began(encounter: Json) -> str:
    return str((encounter.get("period") or {}).get("start") or "")
