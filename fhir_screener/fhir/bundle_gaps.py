"""What a Bundle from a file says is not in it: requests that failed, a search that goes on (FHIR R4 2.36.2, 3.1.0.7)."""

from __future__ import annotations

from typing import Any

from fhir_screener.fhir.decode.tolerant import plain
from fhir_screener.fhir.task.coded import dicts

_SIGNS = (b"OperationOutcome", b'"response"', b'"next"')
_GOOD = ("1", "2", "3")
_BAD = ("error", "fatal")
GOES_ON = "a page of a search that goes on: its next pages must be here too"


class Gaps:
    """`failed`: why an entry has no record, one for each kind of failure; `goes_on`: whether more pages follow."""

    def __init__(self, body: bytes) -> None:
        self.failed: list[str] = []
        self.goes_on = False
        if any(sign in body for sign in _SIGNS):
            tree = plain(body)
            if isinstance(tree, dict):
                self._look(tree)

    def _look(self, tree: dict[str, Any]) -> None:
        links = {one.get("relation") for one in dicts(tree.get("link"))}
        self.goes_on = tree.get("type") == "searchset" and "next" in links
        failed = filter(None, map(_failure, dicts(tree.get("entry"))))
        self.failed = list(dict.fromkeys(failed))


def _failure(entry: dict[str, Any]) -> str:
    """Why the entry stands for what was not got; "" where it does not."""
    response, resource = entry.get("response"), entry.get("resource")
    status = str(response.get("status") or "")[:3] if isinstance(response, dict) else ""
    if status and not status.startswith(_GOOD):
        return f"an entry that the server answered with {status}"
    if not isinstance(resource, dict) or resource.get("resourceType") != "OperationOutcome":
        return ""
    bad = any(one.get("severity") in _BAD for one in dicts(resource.get("issue")))
    return "the server says that something went wrong (OperationOutcome)" if bad else ""
