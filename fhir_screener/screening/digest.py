"""The evidence digest: the same as long as nothing that a decision rests on has changed. A wire contract.

Per criterion: id, verdict, reason, and the deciding facts as (code, value, date), sorted. Never version ids, counts,
sentences, `as_of` or the mapping's version: those move every night.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from operator import attrgetter

from fhir_screener.criteria.blank import Blanks, pieces
from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.screening import Screening


def evidence_digest(screening: Screening, blanks: Blanks | None = None) -> str:
    """`sha256:` and 64 hex digits over the canonical JSON of the criteria, sorted by id."""
    known = Blanks() if blanks is None else blanks
    rows = [_row(criterion, known) for criterion in sorted(screening.criteria, key=_id)]
    return "sha256:" + hashlib.sha256(b"[" + b",".join(rows) + b"]").hexdigest()


_id = attrgetter("id")


def _row(criterion: CriterionFinding, blanks: Blanks) -> bytes:
    standing = criterion.standing
    if standing is None or standing.finding is not criterion.answer:
        return b"".join(blanks.filled(_pieces(criterion), criterion.scope))
    if standing.row is None:
        standing.row = _pieces(criterion)
    return b"".join(blanks.filled(standing.row, criterion.scope))


def _pieces(criterion: CriterionFinding) -> list[bytes]:
    reason = criterion.reason.value if criterion.reason else ""
    facts = sorted(set(_facts(criterion.answer)))
    return pieces([criterion.id, criterion.verdict.value, reason, facts])


def _facts(finding: Finding) -> Iterator[tuple[str, str, str]]:
    for item in finding.deciding_evidence():
        if item.decides and item.reference:
            yield (item.code, item.value, item.date)
