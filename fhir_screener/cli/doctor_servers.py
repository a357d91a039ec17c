"""What `doctor` asks the two FHIR servers. It reads only; what a server says of itself is taken as said, not as done."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from fhir_screener.bootstrap import Servers
from fhir_screener.cli.doctor_checks import Line, fault, ok, warning
from fhir_screener.cli.options import catalog
from fhir_screener.errors import UsageError
from fhir_screener.fhir.capability import Capability, TypeAbilities
from fhir_screener.fhir.search_pages import pages
from fhir_screener.fhir.search_warnings import SearchWarning
from fhir_screener.fhir.server_plan import make_plan
from fhir_screener.fhir.session import FhirSession
from fhir_screener.settings import Settings, variable

BESIDE = ("ResearchStudy", "Device", "Provenance")
"""What is written beside a Task where the server takes it."""
SEARCHED = ("identifier", "code", "business-status", "group-identifier")
"""How Tasks are searched for."""


def source_server(settings: Settings) -> Iterator[Line]:
    """Version, sign-in, paging, and the types that studies need. Raises ServerError when it cannot be used at all."""
    if settings.source_url is None:
        yield fault("none is set", f"Set {variable('source_url')}, or give --source")
        return
    servers = Servers(settings)
    capability = servers.source_capability
    yield _version(capability)
    yield from _paging(servers.source)
    yield from _types(settings, capability)


def _version(capability: Capability) -> Line:
    return ok(f"FHIR {capability.fhir_version}, {capability.software or 'which does not say what it is'}")


def _paging(session: FhirSession) -> Iterator[Line]:
    """Two small pages of Patients: whether we are let in, and whether the next link leads on."""
    warnings: list[SearchWarning] = []
    found = list(islice(pages(session, "Patient", [("_count", "1")], on_warning=warnings.append), 2))
    yield ok("Patients may be searched with these credentials")
    if not found[0].entries:
        yield warning("there is no Patient", "Load some: fhir-screener sandbox load URL")
    elif len(found) == 2:
        yield ok("paging: the next link leads on")
    elif (found[0].total or 1) > len(found[0].entries):
        yield fault(
            "paging: there are more Patients, and no next link", "Ask whoever runs the server; nothing can be swept"
        )
    else:
        yield ok("paging: all fits one page")
    for one in warnings:
        yield warning(str(one), "See what a sweep reports")


def _types(settings: Settings, capability: Capability) -> Iterator[Line]:
    """Types that are wanted and missing: what lies there is unknown, never absent."""
    if not capability.types:
        yield warning("the CapabilityStatement lists no types", "Every type is tried; see what a sweep reports")
        return
    known = catalog(settings)
    try:
        plan = make_plan(known.load(known.ids).studies, capability, settings.source_profile)
    except UsageError:
        return  # told where the mappings are looked at
    if plan.absent:
        yield warning(
            f"not offered: {', '.join(sorted(plan.absent))}", "What lies there stays unknown; `plan` shows what is read"
        )
    else:
        yield ok("every type that studies need is offered")
    for note in plan.notes:
        yield warning(note, "Candidates will have to be checked by hand")


def target_server(settings: Settings) -> Iterator[Line]:
    """What writing Tasks rests on. Raises ServerError when the server cannot be used at all."""
    if settings.writes_to is None:
        yield fault("none is set", f"Set {variable('target_url')}, or a source that takes Tasks")
        return
    servers = Servers(settings if settings.source_url else settings.but(source_url=settings.writes_to))
    capability = servers.target_capability
    yield _version(capability)
    next(iter(pages(servers.target, "Task", [("_count", "1")])))
    yield ok("Tasks may be searched with these credentials; whether they may be written shows at the first write")
    yield from writing(capability)


def writing(capability: Capability) -> Iterator[Line]:
    """What a server says about writing Tasks, and what follows from it."""
    yield from _tasks(capability)
    yield _together(capability)
    yield from _beside(capability)


def _tasks(capability: Capability) -> Iterator[Line]:
    able = capability.types.get("Task", TypeAbilities())
    missing = [name for name in ("read", "search-type", "create", "update") if capability.can("Task", name) is False]
    if missing:
        yield fault(
            f"Task: no {', '.join(missing)}",
            f"Tasks need another server: set {variable('target_url')}",
        )
        return
    yield ok("Task: read, search, create, update" if capability.types else "Task: the server does not say; it is tried")
    unknown = [name for name in SEARCHED if able.search_params and name not in able.search_params]
    if unknown:
        yield warning(f"Tasks cannot be searched by {', '.join(unknown)}", "More is read and sifted here; it is slower")
    yield _client_ids(able)
    yield _versions(able)


def _client_ids(able: TypeAbilities) -> Line:
    if able.update_create:
        return ok("Task ids of our choosing: a Task cannot be doubled")
    if able.update_create is None:
        return ok("Task ids of our choosing: the server does not say; it is tried at the first write")
    found = "conditional create" if able.conditional_create else "a search before each create"
    return warning(
        f"Task ids are the server's: {found}, under a lock, keeps Tasks from being doubled",
        "Run all workers on one broker",
    )


def _versions(able: TypeAbilities) -> Line:
    if able.versioning == "no-version":
        return warning(
            "Tasks have no versions: an edit made in the same moment as a sweep's may be lost",
            "Use a server that has them",
        )
    said = " (the server does not say)" if able.versioning is None else ""
    return ok(f"conditional writes: an edit of a coordinator is never overwritten{said}")


def _together(capability: Capability) -> Line:
    if capability.transaction:
        return ok("transactions: a Task and its Provenance are written together")
    return warning(
        "no transactions: a Provenance is written after its Task, and may be missing if that fails",
        "Nothing to be done",
    )


def _beside(capability: Capability) -> Iterator[Line]:
    refused = [kind for kind in BESIDE if capability.can(kind, "create") is False]
    if refused:
        yield warning(f"{', '.join(refused)} cannot be written there", "Tasks name them by identifier, or do without")
    else:
        yield ok(f"{', '.join(BESIDE)} may be written beside Tasks")
    yield _audits(capability)


def _audits(capability: Capability) -> Line:
    if capability.can("AuditEvent", "create") is False:
        return warning(
            "AuditEvent cannot be written there: who looked at which chart will be in the pages' own log only",
            "Ask whoever runs the server to offer AuditEvent, or keep that log",
        )
    return ok("AuditEvent: each look at a chart and each decision is recorded; what cannot be recorded is not shown")
