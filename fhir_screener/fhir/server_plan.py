"""The read plan: how this server is asked for what the studies need, and what that hides.

Conditions, drugs, procedures and results are read whole, never by code: local codes and text would be missed. Types the
server does not list are not asked for. Everything is asked for by batches of patients.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from fhir_screener.criteria.model import Needs, Study
from fhir_screener.errors import UsageError
from fhir_screener.fhir.capability import Capability
from fhir_screener.records.dates import Duration
from fhir_screener.records.patient_record import CHART_TYPES

ALWAYS = frozenset({"Consent", "ResearchSubject", "Encounter"})
"""Read for every study: whether a patient may be screened at all, and the dates of what happened in an encounter."""


@dataclass(frozen=True)
class Profile:
    """What is known of a kind of server. `pages` is the `_count` asked for, `batch` patients a search."""

    name: str
    pages: int = 500
    batch: int = 100


PROFILES = {profile.name: profile for profile in (Profile("generic"), Profile("hapi", pages=1000))}


@dataclass(frozen=True)
class TypePlan:
    """How one resource type is asked for: by `parameter` = patients, with `params` besides."""

    type: str
    parameter: str
    params: tuple[tuple[str, str], ...] = ()
    batch: int = 100


@dataclass(frozen=True)
class ReadPlan:
    """How charts are read from one server. `absent` types are not offered; `hidden` are sentences for the report."""

    profile: str
    types: tuple[TypePlan, ...]
    absent: frozenset[str] = frozenset()
    hidden: tuple[str, ...] = ()
    batch: int = 100
    studies: tuple[str, ...] = field(default=())

    def rows(self) -> list[tuple[str, str]]:
        """(type, the search) for people to read."""
        found = []
        for one in self.types:
            query = "&".join(f"{name}={value}" for name, value in (*one.params, (one.parameter, "<patients>")))
            found.append((one.type, f"{one.type}?{query}  (up to {one.batch} patients a search)"))
        return found


def needs_of(studies: Iterable[Study]) -> Needs:
    """The needs of several studies together; the longest drug window of all."""
    found = [study.needs() for study in studies]
    windows = [need.drug_window for need in found if need.drug_window is not None]
    return Needs(
        sets=frozenset().union(*(need.sets for need in found)),
        types=frozenset().union(*(need.types for need in found)),
        drug_window=max(windows, key=lambda w: w.months * 31 + w.days, default=None),
        vital_signs=any(need.vital_signs for need in found),
    )


def make_plan(
    studies: Iterable[Study], capability: Capability, profile: str = "generic", as_of: date | None = None
) -> ReadPlan:
    """The plan for these studies on this server. With `as_of`, administrations only as far back as a drug matters."""
    known = PROFILES.get(profile)
    if known is None:
        raise UsageError(f"there is no server profile {profile!r}: one of {', '.join(sorted(PROFILES))}")
    chosen = tuple(studies)
    needs = needs_of(chosen)
    wanted = [kind for kind in CHART_TYPES if kind in needs.types | ALWAYS]
    absent = frozenset(kind for kind in wanted if capability.can(kind, "search-type") is False)
    types = [TypePlan("Patient", "_id", (("_count", str(known.pages)),), known.batch)]
    hidden = []
    for kind in wanted:
        if kind in absent:
            continue
        params: tuple[tuple[str, str], ...] = (("_count", str(known.pages)),)
        if kind == "MedicationAdministration" and as_of is not None and needs.drug_window is not None:
            since = _since(as_of, needs.drug_window)
            params += (("effective-time", f"ge{since}"),)
            hidden.append(f"administrations before {since} are not read: no criterion looks further back")
        types.append(TypePlan(kind, _parameter(kind, capability), params, known.batch))
    return ReadPlan(
        known.name,
        tuple(types),
        absent,
        (*hidden, *(f"the server does not offer {kind}" for kind in sorted(absent))),
        known.batch,
        tuple(study.id for study in chosen),
    )


def _since(as_of: date, window: Duration) -> str:
    """A full day, one day wider than the window: servers differ on zones and partial dates; we filter again."""
    return date.fromordinal(window.before(as_of.toordinal()) - 1).isoformat()


def _parameter(kind: str, capability: Capability) -> str:
    """`patient` where the server knows it, else `subject`, else what the type calls it."""
    abilities = capability.types.get(kind)
    offered = abilities.search_params if abilities else frozenset()
    for name in ("patient", "subject", "individual"):
        if name in offered:
            return name
    return "patient"
