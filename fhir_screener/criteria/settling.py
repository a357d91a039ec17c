"""How an unknown would be settled, and which branch of several would be settled soonest.

Each rule names its own way where nothing is on record (`ask`, `consent`, `test: <value set>`). What is on record and
leaves it open is settled by reading it: `chart`.
"""

from __future__ import annotations

from collections.abc import Sequence

from fhir_screener.criteria.evidence import Finding
from fhir_screener.verdict import UNKNOWN, Reason

ASK, CHART, CONSENT = "ask", "chart", "consent"
_SOONEST_FIRST = {CHART: 0, ASK: 1, CONSENT: 2}
_TEST = 3


def order_of(sets: frozenset[str]) -> str:
    """The order that would settle a question about these tests."""
    return f"test: {min(sets)}" if sets else CHART


def way(finding: Finding) -> str:
    """How this unknown would be settled; "" where nobody says."""
    if finding.branches or finding.reason is Reason.NO_DATA:
        return finding.settle
    return CHART


def soonest(branches: Sequence[Finding]) -> int | None:
    """The unknown branch that would be settled first; of equals, the first."""
    found = [(_rank(way(b)), i) for i, b in enumerate(branches) if b.verdict is UNKNOWN and b.applicable]
    return min(found)[1] if found else None


def _rank(settle: str) -> int:
    return _SOONEST_FIRST.get(settle, _TEST)
