"""Where a patient can be met: the last stay or visit, and the next appointment, as the source has them now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from fhir_screener.errors import AuthError, NotFound, NotSupported, Refused, ServerError
from fhir_screener.fhir.search_ids import escaped
from fhir_screener.fhir.searchset import read_page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.fhir.task.coded import dicts, held
from fhir_screener.log import Log
from fhir_screener.sentence import Text, say

Json = dict[str, Any]
_log = Log(__name__)
_LOOKED_AT = 10
_PLACES = ("Encounter:location", "Encounter:service-provider")
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
    """An Encounter: its kind, days as recorded (`last` "" where it goes on), the place, and its telephone.

    `answers` is who answers there, where that is not the place itself.
    """

    kind: Text
    first: str
    last: str = ""
    place: str = ""
    going_on: bool = False
    phone: str = ""
    answers: str = ""


@dataclass(frozen=True)
class Whereabouts:
    """`stay` is the present one, else the last; `next_visit` the day or moment of the next appointment, "" for none.

    `unread`: the source was asked and did not answer.
    """

    stay: Stay | None = None
    next_visit: str = ""
    unread: bool = False


def whereabouts(session: FhirSession, patient: str, today: date) -> Whereabouts:
    """What the source tells; a source that does not tell leaves it empty. By POST: no patient is in an address."""
    failed: list[str] = []
    found = _encounters(session, patient, failed)
    stays = [one for one in found if _is(one, "Encounter") and one.get("status") not in ("planned", "cancelled")]
    places = {f"{one.get('resourceType')}/{one.get('id')}": one for one in found if not _is(one, "Encounter")}
    coming = [
        str(one["start"])
        for one in _found(session, "Appointment", patient, failed, "date", ("date", f"ge{today.isoformat()}"))
        if str(one.get("status")) in _COMING and isinstance(one.get("start"), str) and one["start"] >= today.isoformat()
    ]
    last = max(stays, key=lambda one: (one.get("status") == "in-progress", _began(one)), default=None)
    stay = _stay(last, places) if last and _began(last) else None
    return Whereabouts(stay, min(coming, default=""), unread=bool(failed))


def _encounters(session: FhirSession, patient: str, failed: list[str]) -> list[Json]:
    """The last Encounters with their places; a server that sends no places along is asked without."""
    try:
        return _asked(session, "Encounter", patient, "-date", *(("_include", one) for one in _PLACES))
    except (Refused, NotSupported):
        return _found(session, "Encounter", patient, failed, "-date")
    except ServerError as error:
        return _nothing("Encounter", error, failed)


def _found(
    session: FhirSession, kind: str, patient: str, failed: list[str], order: str, *more: tuple[str, str]
) -> list[Json]:
    """What a search finds; a type that the source does not offer or lets be searched is none, and no failure."""
    try:
        return [one for one in _asked(session, kind, patient, order, *more) if _is(one, kind)]
    except ServerError as error:
        return _nothing(kind, error, failed)


def _nothing(kind: str, error: ServerError, failed: list[str]) -> list[Json]:
    _log.info("whereabouts.unread", where=kind, error=error)
    if not isinstance(error, Refused | NotSupported | NotFound | AuthError):
        failed.append(kind)
    return []


def _asked(session: FhirSession, kind: str, patient: str, order: str, *more: tuple[str, str]) -> list[Json]:
    asked = [("patient", escaped(patient)), *more, ("_sort", order), ("_count", str(_LOOKED_AT))]
    page = session.fetch(f"{kind}/_search", read_page, form=asked)
    found = ({**orjson.loads(bytes(entry.resource)), "resourceType": entry.type} for entry in page.entries)
    return [one for one in found if not _of_another(one, patient)]


def _of_another(one: Json, patient: str) -> bool:
    """Whether it names other patients only: a server that does not know the parameter sends everybody's."""
    whom = [held(one, "subject"), *(held(part, "actor") for part in dicts(one.get("participant")))]
    named = [str(ref.get("reference") or "").split("/_history")[0].split("/") for ref in whom]
    patients = {ref[-1] for ref in named if len(ref) > 1 and ref[-2] == "Patient"}
    return bool(patients) and patient not in patients


def _is(one: Json, kind: str) -> bool:
    return one.get("resourceType") == kind


def _stay(encounter: Json, known: Mapping[str, Json]) -> Stay:
    period = held(encounter, "period")
    code = held(encounter, "class")
    kind = _KINDS.get(str(code.get("code")), str(code.get("display") or code.get("code") or ""))
    going_on = encounter.get("status") == "in-progress"
    place, phone, answers = _reached(encounter, known)
    return Stay(kind, _began(encounter), str(period.get("end") or ""), place, going_on, phone, answers)


def _reached(encounter: Json, known: Mapping[str, Json]) -> tuple[str, str, str]:
    """(the place, a telephone, who answers it): of the last place that has a name or a telephone, else of who provides the stay."""
    inside = {f"#{one.get('id')}": one for one in dicts(encounter.get("contained"))}
    places = [held(one, "location") for one in dicts(encounter.get("location")) if one.get("status") != "planned"]
    whole = [(one, _of(one, {**known, **inside})) for one in reversed(places)]
    named = [(str(one.get("display") or it.get("name") or ""), _phone(it)) for one, it in whole]
    place = next((name for name, _ in named if name), "")
    for name, phone in named:
        if phone:
            return place, phone, name if name != place else ""
    provider = held(encounter, "serviceProvider")
    runs = _of(provider, {**known, **inside})
    return place, _phone(runs), str(provider.get("display") or runs.get("name") or "") if _phone(runs) else ""


def _of(reference: Json, known: Mapping[str, Json]) -> Json:
    """The resource that came along for a reference; nothing of one on another server."""
    text = str(reference.get("reference") or "")
    return known.get(text if text.startswith("#") else "/".join(text.split("/")[-2:]), {})


def _phone(place: Json) -> str:
    """Its telephone, that of work first; none that is over."""
    phones = [one for one in dicts(place.get("telecom")) if one.get("system") == "phone" and one.get("use") != "old"]
    phones.sort(key=lambda one: one.get("use") != "work")
    return next((value for one in phones if (value := str(one.get("value") or "").strip())), "")


def _began(encounter: Json) -> str:
    start = held(encounter, "period").get("start")
    return start if isinstance(start, str) else ""
