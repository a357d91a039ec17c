"""One interaction as the server sees it, whether it came over HTTP or as an entry of a batch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from functools import cached_property
from urllib.parse import parse_qsl, unquote

from fhir_screener.sandbox.bundles import etag
from fhir_screener.sandbox.indexes import Stored
from fhir_screener.sandbox.moments import instant

FHIR_JSON = "application/fhir+json"
LAST_UPDATED = "X-Last-Updated"
"""Header with meta.lastUpdated to the millisecond, for the responses in a Bundle."""


@dataclass(frozen=True)
class Call:
    """`path` is relative to the base, header names are in lower case. `new_id` is the id a transaction has promised."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    new_id: str | None = None

    @cached_property
    def segments(self) -> list[str]:
        return [unquote(part) for part in self.path.strip("/").split("/") if part]

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """Search parameters, from the query and from the form of a `POST _search`."""
        pairs = parse_qsl(self.query, keep_blank_values=True)
        if self.method == "POST" and self.segments[-1:] == ["_search"]:
            pairs += parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)
        return pairs

    @property
    def kind(self) -> str:
        """The resource type named in the path, or nothing."""
        return self.segments[0] if self.segments else ""

    def prefers(self, text: str) -> bool:
        return text in self.headers.get("prefer", "").replace(" ", "")

    def names(self, patient: str) -> bool:
        """Whether path or query speak of this patient."""
        if self.segments[:2] == ["Patient", patient]:
            return True
        sought = {patient, f"Patient/{patient}"}
        return any(
            not sought.isdisjoint(value.split(","))
            for name, value in self.pairs
            if name.partition(":")[0] in ("patient", "subject") or (name == "_id" and self.kind == "Patient")
        )


@dataclass(slots=True)
class Reply:
    """Status, body and headers of an answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


def resource_reply(status: int, one: Stored, base: str, show: bool = True) -> Reply:
    """A version of a resource with its ETag; a write (`show` off) adds its Location."""
    headers = {
        "ETag": etag(one),
        "Last-Modified": formatdate(one.updated, usegmt=True),
        LAST_UPDATED: instant(one.updated),
    }
    if not show:
        headers["Location"] = f"{base}/{one.kind}/{one.id}/_history/{one.version}"
    return Reply(status, (one.data or b"") if show else b"", headers)
