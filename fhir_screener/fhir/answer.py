"""What comes back from a FHIR server, and whether it may be trusted: content type, whole JSON, the right resource."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from fhir_screener.errors import NotFhir, Unreachable
from fhir_screener.fhir.origin import safe_url

T = TypeVar("T")
_NAMED = frozenset(
    {"Bundle", "CapabilityStatement", "Conformance", "OperationOutcome", "Parameters", "Patient", "Task"}
)
_JSON = frozenset({"application/fhir+json", "application/json", "application/json+fhir", "text/json"})


@dataclass(frozen=True)
class Answer:
    """An HTTP answer. Header names are lower case, the body is unzipped, `url` is where it came from in the end."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str = field(repr=False)

    @property
    def version(self) -> str | None:
        """The version id in `ETag`, or None."""
        return self.headers.get("etag", "").removeprefix("W/").strip('"') or None


@dataclass(frozen=True)
class Exchange:
    """One HTTP exchange, for counters; every attempt and redirect is one. `status` is None without an answer.

    `where` is the address as it may be logged; `received` counts unzipped bytes.
    """

    method: str
    where: str
    status: int | None
    seconds: float
    received: int


class Meta(msgspec.Struct, rename="camel", gc=False):
    """`Resource.meta`, as far as it orders versions; strings as sent."""

    version_id: str | None = None
    last_updated: str | None = None


class Head(msgspec.Struct, rename="camel", gc=False):
    """What tells one resource from another."""

    resource_type: str
    id: str | None = None
    meta: Meta | None = None


_head = msgspec.json.Decoder(Head)


def decoded(answer: Answer, decode: Callable[[Answer], T], where: str) -> T:
    """`decode(answer)`, with msgspec's complaints turned into ours: cut JSON is Unreachable, any other NotFhir."""
    try:
        return decode(answer)
    except msgspec.DecodeError as error:
        # An empty body too: of headers cut short, the status may be all that came.
        cut = "truncated" in str(error)
        shape = isinstance(error, msgspec.ValidationError)
    # Raised outside the handler: msgspec's own words may quote the body.
    if cut:
        raise Unreachable("the answer was empty or cut short; try again", status=answer.status, where=where)
    what = "is JSON but not FHIR" if shape else "is not JSON"
    raise NotFhir(f"the answer {what}; check the base address", status=answer.status, where=where)


def checked(answer: Answer, expect: str | None = None) -> Answer:
    """The answer, when it is FHIR JSON, of type `expect` if given. A decoder for `decoded`."""
    json_only(answer)
    found = _head.decode(answer.body).resource_type
    if expect is not None and found != expect:
        raise wrong_type(answer, found, expect)
    return answer


def written(answer: Answer) -> Answer:
    """As `checked`, for the answer to a write, which may be empty."""
    return checked(answer) if answer.body.strip() else answer


def json_only(answer: Answer) -> None:
    """Raises NotFhir when a body's content type is not JSON's. One without a type gets the benefit of the doubt."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind not in _JSON and answer.body.strip():
        what = "a web page" if "html" in kind else "not FHIR JSON"
        hint = "check the base address, and whether a login page or a proxy stands before it"
        raise NotFhir(f"the answer is {what}; {hint}", status=answer.status, where=safe_url(answer.url))


def wrong_type(answer: Answer, found: str, expected: str) -> NotFhir:
    """The error for a resource of another type than asked for."""
    kind = found if found in _NAMED else "resource of another type"
    what = f"got {kind} instead of {expected}; check the base address"
    return NotFhir(what, status=answer.status, where=safe_url(answer.url))
