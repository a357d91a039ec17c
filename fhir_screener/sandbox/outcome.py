"""What the server says when it will not do something: a status, an issue code, a sentence (FHIR R4 OperationOutcome)."""

from __future__ import annotations

from typing import Any

import orjson

from fhir_screener.errors import ScreenerError


class Refusal(ScreenerError):
    """An interaction the server refuses; becomes an OperationOutcome with this HTTP status and issue code."""

    def __init__(self, status: int, issue: str, text: str) -> None:
        self.status, self.issue, self.text = status, issue, text
        super().__init__(text)


class Hangup(ScreenerError):
    """The connection ends without an answer. Only faults ask for it."""


def outcome(issue: str, text: str, severity: str = "error") -> dict[str, Any]:
    """An OperationOutcome with one issue; `issue` is a code of the FHIR issue-type code system."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": severity, "code": issue, "diagnostics": text}],
    }


def outcome_bytes(issue: str, text: str, severity: str = "error") -> bytes:
    return orjson.dumps(outcome(issue, text, severity))
