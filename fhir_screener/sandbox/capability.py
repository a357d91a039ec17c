"""The CapabilityStatement: what this server offers, by type (FHIR R4, `/metadata`)."""

from __future__ import annotations

from typing import Any

import orjson

from fhir_screener.sandbox.abilities import Abilities
from fhir_screener.sandbox.resource_types import R4_TYPES
from fhir_screener.sandbox.search_parameters import parameters

_INTERACTIONS = ("read", "vread", "update", "patch", "delete", "history-instance", "create", "search-type")
_TYPES = {
    "id": "token",
    "updated": "date",
    "exists": "token",
}


def capability_statement(base: str, abilities: Abilities, started: str) -> bytes:
    """`started` is the instant the server came up."""
    system = [
        {"code": code}
        for code, offered in (("transaction", abilities.transactions), ("batch", abilities.batches))
        if offered
    ]
    statement = {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": started,
        "kind": "instance",
        "software": {"name": "fhir_screener sandbox"},
        "implementation": {"description": "In-memory FHIR server for demonstration and tests", "url": base},
        "fhirVersion": "4.0.1",
        "format": ["json"],
        "patchFormat": ["application/json-patch+json"],
        "rest": [
            {
                "mode": "server",
                "resource": [_resource(kind, abilities) for kind in sorted(R4_TYPES - abilities.without)],
                "interaction": system,
            }
        ],
    }
    return orjson.dumps(statement)


def _resource(kind: str, abilities: Abilities) -> dict[str, Any]:
    known = parameters(kind)
    references = [f"{kind}:{name}" for name, one in known.items() if one.kind == "reference"]
    conditional = abilities.conditional
    offered = {
        "type": kind,
        "interaction": [{"code": code} for code in _INTERACTIONS],
        "versioning": "versioned-update",
        "readHistory": True,
        "updateCreate": abilities.client_ids,
        "conditionalCreate": conditional,
        "conditionalUpdate": conditional,
        "conditionalDelete": "single" if conditional else "not-supported",
        "searchInclude": references,
        "searchParam": [{"name": name, "type": _TYPES.get(one.kind, one.kind)} for name, one in known.items()],
    }
    if kind == "Patient":
        offered["operation"] = [
            {"name": "everything", "definition": "http://hl7.org/fhir/OperationDefinition/Patient-everything"}
        ]
    return offered
