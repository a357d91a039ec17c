"""What a server says when it does not answer as hoped: OperationOutcome and status, turned into our errors.

FHIR R4 OperationOutcome. Its `diagnostics`, `details.text` and `expression` may quote a patient's name, so only
codes are kept: `issue.severity`, `issue.code`, `details.coding.code`, and HAPI's message number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from fhir_screener.errors import (
    AuthError,
    Busy,
    Conflict,
    Gone,
    NotFhir,
    NotFound,
    NotSupported,
    Refused,
    ServerError,
    ServerFault,
)
from fhir_screener.fhir.answer import Answer
from fhir_screener.fhir.origin import Level
from fhir_screener.fhir.retry import retry_after

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HAPI = re.compile(r"HAPI-\d{3,5}")
_LASTING = frozenset({"required", "invalid", "structure", "value", "invariant", "not-supported", "business-rule"})
_PARTIAL = frozenset({"incomplete", "suppressed", "too-costly", "timeout", "throttled"})


@dataclass(frozen=True)
class Issue:
    """One issue, codes only. `details` are codes of `details.coding`, or HAPI's message number."""

    severity: str
    code: str
    details: tuple[str, ...] = ()

    @property
    def partial(self) -> bool:
        """Whether the answer it came with cannot be taken as the whole answer."""
        return self.severity in {"error", "fatal"} or self.code in _PARTIAL

    def __str__(self) -> str:
        return " ".join((f"{self.severity} {self.code}", *self.details))


def read_issues(body: bytes) -> tuple[Issue, ...] | None:
    """The issues of an OperationOutcome, or None when the body is something else. Never raises."""
    try:
        found = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return None
    if not isinstance(found, dict) or found.get("resourceType") != "OperationOutcome":
        return None
    issues = found.get("issue")
    return tuple(_issue(one) for one in issues if isinstance(one, dict)) if isinstance(issues, list) else ()


def _issue(raw: dict[str, Any]) -> Issue:
    details = raw.get("details")
    codings = details.get("coding") if isinstance(details, dict) else None
    listed = codings if isinstance(codings, list) else []
    codes = [_token(one.get("code")) for one in listed if isinstance(one, dict)]
    number = _HAPI.match(raw["diagnostics"]) if isinstance(raw.get("diagnostics"), str) else None
    if number:
        codes.append(number.group())
    severity, code = _token(raw.get("severity")) or "error", _token(raw.get("code")) or "unknown"
    return Issue(severity, code, tuple(filter(None, codes)))


def _token(value: object) -> str:
    return value if isinstance(value, str) and _TOKEN.fullmatch(value) else ""


def error_for(answer: Answer, *, where: str, level: Level) -> ServerError:
    """The error of an answer that is not 2xx. `level` says what was asked for.

    A 404 or 410 counts as the FHIR server's own word only with an OperationOutcome or without a body: a gateway's page
    must never read as "there is no such resource".
    """
    issues = read_issues(answer.body)
    known = issues or ()
    said = f"HTTP {answer.status}" + (f" ({'; '.join(map(str, known[:3]))})" if known else "")
    if answer.status in (404, 410):
        own_word = issues is not None or not answer.body.strip()
        kind, what = _absent(answer.status, own_word, level)
    else:
        kind, what = _kind(answer.status, any(issue.code in _LASTING for issue in known))
    cause, _, remedy = what.partition("; ")
    error = kind(f"{cause}, {said}; {remedy}", status=answer.status, where=where)
    if isinstance(error, Busy):
        error.retry_after = retry_after(answer.headers)
    error.codes = tuple(dict.fromkeys(code for issue in known for code in (issue.code, *issue.details)))
    return error


def _kind(status: int, lasting: bool) -> tuple[type[ServerError], str]:
    """`lasting`: the server itself says that the request is at fault, and hides it behind a 500."""
    if status in _KINDS:
        return _KINDS[status]
    if status >= 500 and not lasting:
        return ServerFault, "the server failed; look into its log"
    if status >= 400:
        return Refused, "the server refused the request; see the codes, and the server's log for its words"
    return NotFhir, "an answer we cannot use; check the base address"


_BUSY = (Busy, "the server is busy; try again later, or with fewer workers")
_WRITTEN = (Conflict, "somebody else wrote first, or several match; read again and merge")
_LACKING = (NotSupported, "the server does not offer this; see its CapabilityStatement")
_DIALECT = (Refused, "the server takes or gives no FHIR JSON here; check the base address")
_KINDS: dict[int, tuple[type[ServerError], str]] = {
    401: (AuthError, "the credentials were not accepted; check user and password, or renew the token"),
    403: (AuthError, "the credentials do not allow this; ask for the scope, or for access to the patient"),
    405: _LACKING,
    406: _DIALECT,
    408: _BUSY,
    409: _WRITTEN,
    412: _WRITTEN,
    414: (Refused, "the address is too long; ask in smaller batches"),
    415: _DIALECT,
    425: _BUSY,
    429: _BUSY,
    501: _LACKING,
    502: _BUSY,
    503: _BUSY,
    504: _BUSY,
}


def _absent(status: int, own_word: bool, level: Level) -> tuple[type[ServerError], str]:
    if not own_word or (level == "system" and status == 404):
        return NotFhir, "no FHIR server answers here; check the base address"
    if status == 410:
        return (
            Gone,
            "it was deleted; leave it" if level != "system" else "this page has expired; start that query again",
        )
    if level == "type":
        return NotSupported, "the server does not offer this resource type; see its CapabilityStatement"
    return NotFound, "there is no such resource; check the id"
