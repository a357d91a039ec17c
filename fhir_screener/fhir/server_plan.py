"""The read plan: which requests bring the charts of a batch of patients from this server, and what they hide.

Conditions, drugs and procedures are read whole, never by code: local codes and words would be missed. Encounters,
Medications, studies and specimens are read by id, where a record refers to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from fhir_screener.criteria.model import DRUG_TYPES, Study
from fhir_screener.errors import UsageError
from fhir_screener.fhir.capability import Capability, TypeAbilities
from fhir_screener.records.dates import Duration
from fhir_screener.records.patient_record import CHART_TYPES

ALWAYS = ("Consent", "ResearchSubject")
"""Read for every study: they say whether a patient may be screened at all."""
WHERE_OFFERED = ("List",)
"""Decides nothing, so that a server without it lacks nothing: says whether the medication list was put in order."""
BY_REFERENCE = ("Medication", "Encounter", "ResearchStudy", "Specimen")


@dataclass(frozen=True)
class Profile:
    """What is known of a kind of server beyond its CapabilityStatement. `batch`: patients in one request at most."""

    name: str
    batch: int = 50
    page: int = 500
    url_room: int = 4000
    """Characters of one request's list of ids."""
    post: bool = False
    by_date: bool = True
    """Whether old administrations are left out by date. Not on HAPI: there the date makes the search take 20 s."""
    by_category: tuple[str, ...] = ()
    """Categories of Observation, where the server guarantees them; else Observations are read whole."""


PROFILES = {
    "generic": Profile("generic"),
    "hapi": Profile("hapi", batch=100, page=1000, by_date=False),
}


@dataclass(frozen=True)
class TypePlan:
    """How one type is read. `parameter` takes the patients (or, for `_id`, the ids); `hides` is "" where nothing is."""

    type: str
    parameter: str
    params: tuple[tuple[str, str], ...] = ()
    batch: int = 50
    room: int = 4000
    post: bool = False
    hides: str = ""
    page: int = 500
    """Resources in a page."""

    def query(self, ids: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """The search parameters for these ids."""
        typed = self.parameter in ("subject", "individual")
        joined = ",".join(f"Patient/{one}" for one in ids) if typed else ",".join(ids)
        return ((self.parameter, joined), *self.params)

    def batches(self, ids: Iterable[str]) -> Iterator[list[str]]:
        """The ids in batches that fit one request."""
        held: list[str] = []
        room = self.room
        for one in ids:
            need = len(one) + 9
            if held and (len(held) >= self.batch or (room < need and not self.post)):
                yield held
                held, room = [], self.room
            held.append(one)
            room -= need
        if held:
            yield held


@dataclass(frozen=True)
class ReadPlan:
    """All requests of one batch. `absent`: types that are wanted and that the server does not offer."""

    profile: Profile
    patient: TypePlan
    charts: tuple[TypePlan, ...]
    references: tuple[TypePlan, ...]
    absent: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    @property
    def hidden(self) -> tuple[str, ...]:
        """What this way of reading cannot see, in sentences for the report."""
        narrow = tuple(f"{one.type}: {one.hides} is not read" for one in self.charts if one.hides)
        return (*narrow, *(f"the server does not offer {kind}" for kind in sorted(self.absent)), *self.notes)

    def rows(self) -> list[tuple[str, str, str]]:
        """(type, how it is asked for, what that hides), for printing."""
        rows = [(one.type, self._asked(one), one.hides) for one in (self.patient, *self.charts, *self.references)]
        return rows + [(kind, "not offered by this server", "everything of this type") for kind in sorted(self.absent)]

    def _asked(self, one: TypePlan) -> str:
        extra = "&".join(f"{name}={value}" for name, value in one.params)
        whose = "ids" if one.parameter == "_id" else "patients"
        return f"{'POST' if one.post else 'GET'} {one.parameter}={{{whose}, {one.batch} at most}}&{extra}"

    def table(self) -> str:
        """The plan as plain text, one type a line."""
        rows = [("type", "request", "hides"), *self.rows()]
        widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
        lines = (f"{kind:<{widths[0]}}  {how:<{widths[1]}}  {hides}".rstrip() for kind, how, hides in rows)
        return "\n".join([f"profile {self.profile.name}", *lines, *self.notes])


def make_plan(
    studies: Iterable[Study], capability: Capability, profile: str = "generic", as_of: date | None = None
) -> ReadPlan:
    """The plan for these studies on this server. Without `as_of` administrations are read whole.

    Raises UsageError for a profile that does not exist.
    """
    if profile not in PROFILES:
        raise UsageError(f"there is no server profile {profile!r}: known are {', '.join(PROFILES)}")
    kind, listed = _profile(profile, capability), list(studies)
    needs = [study.needs() for study in listed]
    wanted = {*ALWAYS, *(name for one in needs for name in one.types)}
    drugs = wanted & DRUG_TYPES
    every = frozenset[str]().union(*(one.every | one.whole for one in needs))
    windows = drug_windows(listed)
    since = day_before(as_of, windows) if as_of and windows and kind.by_date else None
    charts: list[TypePlan] = []
    absent, notes = set(), []
    for name in CHART_TYPES:
        if name not in wanted or (name in BY_REFERENCE and name not in every):
            continue
        parameter = _parameter(name, capability)
        if parameter is None:
            absent.add(name)
        else:
            charts.append(_type_read(name, parameter, kind, since, capability))
    charts += [
        _type_read(name, "patient", kind, since, capability)
        for name in WHERE_OFFERED
        if "patient" in capability.types.get(name, TypeAbilities()).search_params and drugs
    ]
    if drugs and absent >= drugs:
        notes.append("no type that holds drugs is offered: criteria about drugs cannot be answered")
    references = [_by_id(name, kind) for name in BY_REFERENCE if capability.can(name, "search-type") is not False]
    if "Medication" not in {one.type for one in references} and drugs:
        notes.append("Medication cannot be searched: drugs known only by reference stay unreadable")
    patient = replace(_by_id("Patient", kind), hides="")
    return ReadPlan(kind, patient, tuple(charts), tuple(references), frozenset(absent), tuple(notes))


def _profile(name: str, capability: Capability) -> Profile:
    """The profile that is asked for; a server that says it is HAPI gets that one unless another is named."""
    if name == "generic" and "hapi" in (capability.software or "").lower():
        return PROFILES["hapi"]
    return PROFILES[name]


def drug_windows(studies: Iterable[Study]) -> frozenset[Duration]:
    """How far back rules look for drugs given; empty where some rule asks for all of them, or none asks for any."""
    found = set()
    for study in studies:
        for criterion in study.criteria:
            for rule in criterion.rules():
                needs = rule.needs()
                if "MedicationAdministration" not in needs.types:
                    continue
                if needs.drug_window is None:
                    return frozenset()
                found.add(needs.drug_window)
    return frozenset(found)


def day_before(as_of: date, windows: Iterable[Duration]) -> date:
    """The first day of the longest window, one day wider: servers compare local days, and years by halves of days.

    Which is the longest is a question of the day: twelve months are more than 365 days in some years, never 370.
    """
    first = min(window.before(as_of.toordinal()) for window in windows)
    return date.fromordinal(max(first - 1, 1))


def _parameter(name: str, capability: Capability) -> str | None:
    """The parameter that takes patients; None where the server does not offer the type, or not by patient."""
    if capability.can(name, "search-type") is False:
        return None
    abilities = capability.types.get(name, TypeAbilities())
    known = {one for one in abilities.search_params if not one.startswith("_")}
    for parameter in ("patient", "subject", "individual"):
        if parameter in known:
            return parameter
    return None if known else "patient"


def _type_read(name: str, parameter: str, profile: Profile, since: date | None, capability: Capability) -> TypePlan:
    params: list[tuple[str, str]] = []
    hides = ""
    if name == "MedicationAdministration" and since is not None and _offers(name, "effective-time", capability):
        params.append(("effective-time", f"ge{since.isoformat()}"))
        hides = f"what was given before {since.isoformat()}, and what has no date"
    if name == "Observation" and profile.by_category:
        params.append(("category", ",".join(profile.by_category)))
        hides = f"results of other categories than {', '.join(profile.by_category)}"
    params.append(("_count", str(profile.page)))
    return TypePlan(name, parameter, tuple(params), profile.batch, profile.url_room, profile.post, hides, profile.page)


def _offers(name: str, parameter: str, capability: Capability) -> bool:
    abilities = capability.types.get(name)
    return abilities is not None and parameter in abilities.search_params


def _by_id(name: str, profile: Profile) -> TypePlan:
    hides = "" if name == "Patient" else "those that no record refers to"
    params = (("_count", str(profile.page)),)
    return TypePlan(name, "_id", params, profile.batch, profile.url_room, profile.post, hides, profile.page)
