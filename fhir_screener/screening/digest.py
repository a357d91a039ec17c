"""The evidence digest: the same as long as nothing that a decision rests on has changed. A wire contract.

Per criterion: id, verdict, reason, and the deciding facts as (code, value, date), sorted. Never version ids, counts,
sentences, `as_of` or the mapping's version: those move every night.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import orjson

from fhir_screener.criteria.evidence import CriterionFinding, Finding
from fhir_screener.screening.screening import Screening


def evidence_digest(screening: Screening) -> str:
    """`sha256:` and 64 hex digits over the canonical JSON of the criteria, sorted by id."""
    body = sorted((_row(criterion) for criterion in screening.criteria), key=lambda row: str(row[0]))
    return "sha256:" + hashlib.sha256(orjson.dumps(body)).hexdigest()


def _row(criterion: CriterionFinding) -> list[object]:
    reason = criterion.reason.value if criterion.reason else ""
    facts = sorted(set(_facts(criterion.finding)))
    return [criterion.id, criterion.verdict.value, reason, facts]


def _facts(finding: Finding) -> Iterator[tuple[str, str, str]]:
    for item in finding.evidence:
        if item.decides and item.reference:
            yield (item.code, item.value, item.date)
    if finding.decided_by is not None:
        yield from _facts(finding.branches[finding.decided_by])
        return
    for branch in finding.branches:
        yield from _facts(branch)
