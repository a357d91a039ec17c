"""Records with a modifier extension that is not understood: each may mean the opposite, so none is read as it stands.

FHIR forbids to use such an element as if the extension were not there. What hangs on it is `unreadable`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from fhir_screener.criteria.cite import cite
from fhir_screener.criteria.evidence import Finding
from fhir_screener.criteria.plan import Asked
from fhir_screener.records.dates import Days, Duration
from fhir_screener.records.facts import Condition, Fact, Immunization, Medication, Observation
from fhir_screener.sentence import say
from fhir_screener.verdict import MET, UNKNOWN, Reason, first_reason

_OVERTURNED = frozenset({"dose", "score", "consent"})
"""Kinds of rules whose yes a further record could undo."""


class _Dated(Protocol):
    """A view, as far as it is looked at here."""

    def days(self, text: str | None) -> Days | None: ...

    def older_than(self, days: Days, length: Duration) -> bool: ...


def modified(rule: Asked, finding: Finding, view: _Dated, shelf: Mapping[str, Sequence[Fact]]) -> Finding:
    """The finding of a rule, in doubt where a record that concerns it carries such an extension; `shelf` holds these by set.

    Positive evidence of another record stands, where none could overturn it.
    """
    tell = getattr(rule, "concerned_by", None)
    if tell is None or (finding.verdict is MET and finding.rule not in _OVERTURNED):
        return finding
    facts = {id(fact): fact for name in sorted(tell() & shelf.keys()) for fact in shelf[name]}
    asked = [fact for fact in facts.values() if not _over(rule, fact, view)]
    if not asked:
        return finding
    reason = first_reason([Reason.UNREADABLE, *([finding.reason] if finding.reason else [])])
    told = [cite(fact, say("carries a modifier extension that is not understood")) for fact in asked]
    return finding.but(verdict=UNKNOWN, reason=reason, evidence=(*told, *finding.evidence), clock=False)


def _over(rule: Asked, fact: Fact, view: _Dated) -> bool:
    """Whether it lies before the time that the rule asks about, whatever it means."""
    asked: Any = rule
    length = (
        getattr(asked, "positive_within", None) if hasattr(asked, "positive_within") else getattr(asked, "within", None)
    )
    last = view.days(_last(fact))
    return isinstance(length, Duration) and last is not None and view.older_than(last, length)


def _last(fact: Fact) -> str | None:
    """The last date that the record gives itself; None where it may go on."""
    if isinstance(fact, Condition | Immunization):
        return fact.occurred if isinstance(fact, Immunization) else None
    if isinstance(fact, Observation):
        return fact.effective.end or fact.effective.start or fact.issued
    span = getattr(fact, "span", None)
    ends: str | None = span.end if span is not None else None
    if isinstance(fact, Medication) and fact.kind in ("statement", "request", "dispense"):
        return ends if not fact.moment else None
    return ends
