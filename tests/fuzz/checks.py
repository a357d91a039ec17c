"""What must hold of every answer, whatever the input was."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.fuzz.world import NEIGHBOUR, Found

DEFINITE = ("met", "not_met")


def complaints(found: Found, usual: bytes, patient: str, *, shared: bool) -> Iterator[str]:
    """Broken promises. `shared`: bytes were damaged in a file that holds both patients, so both may be marked."""
    line = found.lines.get(NEIGHBOUR)
    if line is None and not shared:
        yield "the neighbour has no answer"
    elif line is not None and line != usual and (not shared or not weaker(json.loads(line), json.loads(usual))):
        yield "the neighbour's answer changed"
    answer = found.answers.get(patient)
    if answer is None:
        if not (found.problems or found.notes or found.unread):
            yield "no answer, and nobody says why"
        return
    for criterion in answer["criteria"]:
        if criterion["verdict"] in DEFINITE and not any(_evidence(criterion)):
            yield f"{criterion['id']} is {criterion['verdict']} without evidence"
        if criterion["verdict"] == "unknown" and not criterion["reason"]:
            yield f"{criterion['id']} is unknown without a reason"


def _evidence(finding: dict[str, Any]) -> Iterator[bool]:
    """Whether a record, or a plain sentence on why it does not apply, moved it."""
    for item in finding["evidence"]:
        yield bool(item["reference"]) or not finding["applicable"]
    for branch in finding["branches"]:
        yield from _evidence(branch)


def weaker(now: dict[str, Any], before: dict[str, Any]) -> bool:
    """Whether an answer only lost: whatever differs is now unknown, for want of records; never newly a candidate."""
    if now["outcome"] not in (before["outcome"], "review", "excluded", "later", "not_screenable"):
        return False
    pairs = zip(now["criteria"], before["criteria"], strict=True)
    return all(
        (a["verdict"] == b["verdict"] and a["reason"] == b["reason"]) or a["verdict"] == "unknown" for a, b in pairs
    )


def flips(now: dict[str, Any], before: dict[str, Any]) -> Iterator[str]:
    """Criteria that became definite in another way than they were, and a patient who became a candidate."""
    for a, b in zip(now["criteria"], before["criteria"], strict=True):
        if a["verdict"] in DEFINITE and a["verdict"] != b["verdict"]:
            yield f"{a['id']} {b['verdict']}({b['reason'] or ''}) -> {a['verdict']}"
    if now["outcome"] == "candidate" != before["outcome"] or now["outcome"] == "no_signal" != before["outcome"]:
        yield f"{before['outcome']} -> {now['outcome']}"
