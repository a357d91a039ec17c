"""What a criterion can be known from, for servers that do not offer all types of records.

A type that is not offered is no failure: it is stated once. Only where nothing is left that could tell, the criterion
is `not-fetched`.
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.model import Criterion, Rule
from fhir_screener.criteria.rules.result import ResultRule
from fhir_screener.criteria.view import View
from fhir_screener.sentence import join, say
from fhir_screener.verdict import UNKNOWN, Reason, first_reason


def sourced(criterion: Criterion, finding: Finding, view: View) -> Finding:
    """The finding, or `not-fetched` where the server offers none of the types that could settle the criterion."""
    absent = view.record.absent
    if not absent or finding.verdict is not UNKNOWN:
        return finding
    types = view.plan.sources.get(criterion.id)
    if types is None:
        types = view.plan.sources[criterion.id] = sources(criterion.rule)
    if not types or not types <= absent:
        return finding
    note = say("The server offers no {types}.", types=join(" or ", sorted(types)))
    reason = first_reason([Reason.NOT_FETCHED, *([finding.reason] if finding.reason else [])])
    return finding.but(reason=reason, evidence=(*finding.evidence, Evidence(note=note, decides=False)), clock=False)


def sources(rule: Rule) -> frozenset[str]:
    """The types that can settle it. Tests that can only raise a doubt are none, where anything else is."""
    leaves = list(_leaves(rule))
    settling = [leaf for leaf in leaves if not (isinstance(leaf, ResultRule) and leaf.only_doubts)]
    return frozenset().union(*(leaf.needs().types - leaf.needs().beside for leaf in settling or leaves))


def _leaves(rule: Rule) -> Iterator[Rule]:
    """The outermost rules that read records themselves; what is nested in these only supports them."""
    if rule.needs().types:
        yield rule
        return
    for part in rule.parts():
        yield from _leaves(part)
