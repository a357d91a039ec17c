"""Records with a modifier extension that is not understood: each may mean the opposite, so none is read as it stands.

FHIR forbids to use such an element as if the extension were not there. What hangs on it is `unreadable`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.evidence import Finding
from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import Encounter, Fact, Immunization, Medication, Observation, Procedure
from fhir_screener.sentence import say
from fhir_screener.verdict import MET, UNKNOWN, Reason, first_reason

_OVERTURNED = frozenset({"dose", "regimen", "result", "igra", "report", "score", "consent"})
"""Kinds of rules whose yes a further record could undo: by a newer value, by a negative beside it, by more of the drug."""

Older = Callable[[str | None, Duration], bool]
"""Whether a recorded date lies before the window of this length."""


def modified(rule: Any, finding: Finding, older: Older, shelf: Mapping[str, Sequence[Fact]]) -> Finding:
    """The finding of a rule, in doubt where a record that concerns it carries such an extension; `shelf` holds these by set.

    Positive evidence of another record stands, where none could overturn it. What lies before the time that the rule asks
    about matters to nobody, whatever it means.
    """
    if finding.verdict is MET and finding.rule not in _OVERTURNED:
        return finding
    facts = {id(fact): fact for name in sorted(_sets(rule) & shelf.keys()) for fact in shelf[name]}
    window = _window(rule)
    asked = [fact for fact in facts.values() if window is None or not older(_last(fact), window)]
    if not asked:
        return finding
    reason = first_reason([Reason.UNREADABLE, *([finding.reason] if finding.reason else [])])
    told = [cite(fact, say("carries a modifier extension that is not understood")) for fact in asked]
    return finding.but(verdict=UNKNOWN, reason=reason, evidence=(*told, *finding.evidence), clock=False)


def _sets(rule: Any) -> frozenset[str]:
    """What concerns the rule; one that does not say is concerned by all that it and its parts read."""
    if hasattr(rule, "concerned_by"):
        found: frozenset[str] = rule.concerned_by()
        return found
    return frozenset(rule.needs().sets).union(*map(_sets, rule.parts()))


def _window(rule: Any) -> Duration | None:
    """How far back the rule looks, None for always. A positive result may count for longer than a negative one."""
    found: Duration | None = getattr(rule, "positive_within", getattr(rule, "within", None))
    return found


def _last(fact: Fact) -> str | None:
    """The last date that the record gives itself; None where it may go on."""
    if isinstance(fact, Observation):
        return fact.effective.end or fact.effective.start or fact.issued
    if isinstance(fact, Immunization):
        return fact.occurred
    if isinstance(fact, Medication) and fact.moment:
        return None
    return fact.span.end if isinstance(fact, Medication | Procedure | Encounter) else None
