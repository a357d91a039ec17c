"""What a server says it can do (FHIR R4 CapabilityStatement), cut down to what plans and writers ask about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from fhir_screener.errors import NotFhir
from fhir_screener.fhir.answer import Answer, json_only, wrong_type
from fhir_screener.fhir.origin import safe_url
from fhir_screener.fhir.session import FhirSession


@dataclass(frozen=True)
class TypeAbilities:
    """One resource type. `interactions` are FHIR's codes: `read`, `search-type`, `create`, `update`..."""

    interactions: frozenset[str] = frozenset()
    search_params: frozenset[str] = frozenset()
    """Names, those for all types (`_id`, `_lastUpdated`) included."""
    search_include: frozenset[str] = frozenset()
    conditional_create: bool | None = None
    conditional_update: bool | None = None
    update_create: bool | None = None
    """PUT on an id of our choosing creates. None, as for the others, where the server does not say: HAPI does not."""
    versioning: str | None = None
    """`no-version`, `versioned`, `versioned-update`, or None."""


@dataclass(frozen=True)
class Capability:
    """One server. An empty `types` means that it says nothing about types, not that it has none."""

    fhir_version: str
    types: Mapping[str, TypeAbilities] = field(default_factory=dict)
    batch: bool = False
    transaction: bool = False
    software: str | None = None
    """Name and version, for people to read."""

    def can(self, type: str, interaction: str) -> bool | None:
        """Whether the server says that it offers this interaction on this type; None when it lists no types."""
        if not self.types:
            return None
        abilities = self.types.get(type)
        return abilities is not None and interaction in abilities.interactions


def read_capability(session: FhirSession) -> Capability:
    """Asks `[base]/metadata`. Raises NotFhir for anything that is not a FHIR R4 server."""
    return session.fetch("metadata", parse_capability)


def parse_capability(answer: Answer) -> Capability:
    """The CapabilityStatement in an answer."""
    json_only(answer)
    found = _decoder.decode(answer.body)
    if found.resource_type not in ("CapabilityStatement", "Conformance"):
        raise wrong_type(answer, found.resource_type, "CapabilityStatement")
    version = found.fhir_version or ""
    if found.resource_type == "Conformance" or version.split(".")[:2] != ["4", "0"]:
        spoken = version if version.replace(".", "").isalnum() and len(version) < 20 else "of an unknown version"
        what = f"the server speaks FHIR {spoken}, not R4 (4.0.x); give the address of its R4 endpoint"
        raise NotFhir(what, status=answer.status, where=safe_url(answer.url))
    rest = next((one for one in found.rest or () if one.mode in (None, "server")), _Rest())
    system = {one.code for one in rest.interaction or ()}
    software = found.software
    return Capability(
        fhir_version=version,
        types=_types(rest),
        batch="batch" in system,
        transaction="transaction" in system,
        software=" ".join(filter(None, (software.name, software.version))) or None if software else None,
    )


def _types(rest: _Rest) -> dict[str, TypeAbilities]:
    """By type; a type listed twice (by profile) can do what either entry says."""
    shared = _names(rest.search_param)
    types: dict[str, TypeAbilities] = {}
    for one in rest.resource or ():
        known = types.get(one.type, TypeAbilities())
        types[one.type] = TypeAbilities(
            interactions=known.interactions | {each.code for each in one.interaction or () if each.code},
            search_params=known.search_params | shared | _names(one.search_param),
            search_include=known.search_include | set(one.search_include or ()),
            conditional_create=_either(known.conditional_create, one.conditional_create),
            conditional_update=_either(known.conditional_update, one.conditional_update),
            update_create=_either(known.update_create, one.update_create),
            versioning=one.versioning or known.versioning,
        )
    return types


def _either(one: bool | None, other: bool | None) -> bool | None:
    return one or other if other is not None else one


def _names(params: list[_Named] | None) -> frozenset[str]:
    return frozenset(param.name for param in params or () if param.name)


class _Named(msgspec.Struct):
    name: str | None = None


class _Coded(msgspec.Struct):
    code: str | None = None


class _Resource(msgspec.Struct, rename="camel"):
    type: str
    interaction: list[_Coded] | None = None
    search_param: list[_Named] | None = None
    search_include: list[str] | None = None
    conditional_create: bool | None = None
    conditional_update: bool | None = None
    update_create: bool | None = None
    versioning: str | None = None


class _Rest(msgspec.Struct, rename="camel"):
    mode: str | None = None
    resource: list[_Resource] | None = None
    interaction: list[_Coded] | None = None
    search_param: list[_Named] | None = None


class _Software(msgspec.Struct):
    name: str | None = None
    version: str | None = None


class _Statement(msgspec.Struct, rename="camel"):
    resource_type: str
    fhir_version: str | None = None
    software: _Software | None = None
    rest: list[_Rest] | None = None


_decoder = msgspec.json.Decoder(_Statement)
