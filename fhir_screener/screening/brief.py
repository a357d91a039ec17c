"""A Screening in a line or two: why, and what would settle it."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.screening import Screening
from fhir_screener.sentence import Text, join, say
from fhir_screener.verdict import Reason

MOST = 3
"""Criteria named in one line."""
_NOT_REPEATED = (Reason.SUSPECTED, Reason.CONFLICTING)
"""What was found is not undone by the same test once more: a person looks."""


def why(screening: Screening) -> Text:
    """What keeps the patient out, else what needs eyes, else what speaks for the patient."""
    if screening.why_not:
        return screening.why_not
    deciding = [c for c in screening.criteria if c.decides]
    eyes = [c for c in screening.criteria if c.finding.needs_eyes]
    chosen = deciding or eyes or list(_in_favour(screening))
    return join("; ", map(_brief, chosen[:MOST])) or say("nothing on record speaks against")


def one_test_away(screening: Screening) -> str:
    """The order that would settle all that a person need not ask or look up: `hbsag`, or "" where it is not one order."""
    opened = [c for c in screening.open_criteria if c.phase == "prescreen"]
    tests = {c.settle for c in opened if c.settle.startswith("test:")}
    eyes = any(c.finding.needs_eyes for c in opened if not c.settle.startswith("test:") or c.reason in _NOT_REPEATED)
    # With single blanks only, as a FHIR `code` has them.
    return " ".join(tests.pop().removeprefix("test:").split()) if len(tests) == 1 and not eyes else ""


def _in_favour(screening: Screening) -> Iterator[CriterionFinding]:
    """The inclusions that a record of the chart supports, not only the register's age and sex."""
    for criterion in screening.criteria:
        said = [e for e in criterion.finding.deciding_evidence() if e.decides]
        if criterion.role == "inclusion" and any(e.reference and not e.reference.startswith("Patient/") for e in said):
            yield criterion


def _brief(criterion: CriterionFinding) -> Text:
    """Criterion, reason where it is open, and the first sentence of its deciding evidence."""
    notes = [item.note for item in criterion.finding.deciding_evidence() if item.decides and item.note]
    words = notes[0] if notes else say(criterion.verdict.value.replace("_", " "))
    if criterion.reason is None:
        return say("{criterion} {words}", criterion=criterion.id, words=words)
    return say(
        "{criterion} ({reason}) {words}", criterion=criterion.id, reason=say(criterion.reason.value), words=words
    )
