"""Searching a server for the patients with a record in given value sets, and what such a search cannot see."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

import msgspec

from fhir_screener.errors import NotSupported
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.decode.references import References
from fhir_screener.fhir.search_ids import escaped
from fhir_screener.fhir.search_pages import pages
from fhir_screener.fhir.search_warnings import Nobodys, SearchWarning
from fhir_screener.fhir.searchset import Page
from fhir_screener.fhir.session import FhirSession
from fhir_screener.terminology.coding import BY_PREFIX
from fhir_screener.terminology.valueset import Entry, ValueSet

_DRUGS = ("MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense")
_SEARCHES = {
    "condition": (("Condition", "code"),),
    "drug": tuple((kind, "code") for kind in _DRUGS),
    "result": (("Observation", "code"), ("DiagnosticReport", "code")),
    "procedure": (("Procedure", "code"),),
    "vaccine": (("Immunization", "vaccine-code"),),
}
"""Kind of value set -> (type, parameter) by which its codes are found."""
_ROOM = 1500
"""Characters of codes in one search."""


class _About(msgspec.Struct, gc=False):
    subject: msgspec.Raw = msgspec.Raw(b"")
    patient: msgspec.Raw = msgspec.Raw(b"")


_about = msgspec.json.Decoder(_About).decode


def find(
    session: FhirSession,
    capability: Capability,
    sets: Sequence[ValueSet],
    on_warning: Callable[[SearchWarning], None] = lambda warning: None,
) -> list[str]:
    """The patients with a record coded in any of these sets, sorted. Types not offered are passed over."""
    references = References(frozenset(str(one) for one in (session.origins.base, *session.origins.others)))
    found: set[str] = set()
    for kind, parameter in dict.fromkeys(search for one in sets for search in _SEARCHES.get(one.kind, ())):
        if capability.can(kind, "search-type") is False:
            continue
        wanted = (one for one in sets if (kind, parameter) in _SEARCHES.get(one.kind, ()))
        codes = dict.fromkeys(token for one in wanted for entry in one.codes for token in tokens(entry))
        try:
            for chunk in _chunks(codes):
                for page in pages(session, kind, ((parameter, chunk), ("_count", "500")), on_warning=on_warning):
                    owners = list(_owners(page, kind, references))
                    found.update(owners)
                    if nameless := owners.count(""):
                        on_warning(Nobodys(kind, nameless))
        except NotSupported:
            continue
    found.discard("")
    return sorted(found)


def hidden(sets: Sequence[ValueSet]) -> tuple[str, ...]:
    """Whom the search cannot see, in sentences for the report."""
    if not sets:
        return ()
    lines = ["the index search cannot see a diagnosis in text only, or under a local code"]
    if any(entry.system in BY_PREFIX for one in sets for entry in one.codes):
        lines.append("the index search finds listed ICD codes, not finer codes below them")
    return tuple(lines)


def tokens(entry: Entry) -> Iterator[str]:
    """A code as servers may hold it. ICD and ATC without their system, for its spellings are many, and with and
    without the dot."""
    code = entry.code.strip()
    if entry.system not in BY_PREFIX:
        yield f"{escaped(entry.system)}|{escaped(code)}"
        return
    yield escaped(code)
    bare = code.replace(".", "")
    yield escaped(bare)
    if len(bare) > 3 and re.match(r"[A-Z]\d[\dA-Z]", bare) and entry.system.find("atc") < 0:
        yield escaped(f"{bare[:3]}.{bare[3:]}")


def _owners(page: Page, kind: str, references: References) -> Iterator[str]:
    for entry in page.entries:
        if entry.type != kind:
            continue
        try:
            about = _about(entry.resource)
        except msgspec.DecodeError:
            continue
        yield references.owner(bytes(about.subject or about.patient))


def _chunks(codes: Iterable[str]) -> Iterator[str]:
    """Codes joined by commas, no longer than an address bears."""
    held: list[str] = []
    used = 0
    for code in codes:
        if held and used + len(code) > _ROOM:
            yield ",".join(held)
            held, used = [], 0
        held.append(code)
        used += len(code) + 1
    if held:
        yield ",".join(held)
