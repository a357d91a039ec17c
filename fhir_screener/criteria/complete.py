"""Absence as an answer: only where the site states that what the criterion reads is complete, and only for exclusions.

A criterion made of drugs, diagnoses and procedures is then `not_met` when nothing on record counts. One that asks for
a test, a score or a person is never settled so: not tested is not negative. Neither is one that no record could meet,
nor one about what began lately, for its record may be on the way.
"""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.absence import absent
from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.model import Criterion, Rule
from fhir_screener.criteria.rules.condition import ConditionRule
from fhir_screener.criteria.rules.demography import SexRule
from fhir_screener.criteria.rules.exposure import ExposureRule
from fhir_screener.criteria.rules.logic import AnyOf
from fhir_screener.criteria.rules.procedure import ProcedureRule
from fhir_screener.criteria.rules.qualified import WhenRule
from fhir_screener.criteria.rules.result import ResultRule
from fhir_screener.criteria.rules.sources import Weigh
from fhir_screener.criteria.tally import aside
from fhir_screener.criteria.view import View, When
from fhir_screener.records.dates import Duration
from fhir_screener.sentence import join, say
from fhir_screener.verdict import NOT_MET, Reason


def settled(criterion: Criterion, finding: Finding, view: View) -> Finding:
    """The finding, or `not_met` where it is `no-data` and everything that could say otherwise is stated complete."""
    stated = view.terminology.site.complete
    if not stated or criterion.role != "exclusion" or finding.reason is not Reason.NO_DATA or not finding.applicable:
        return finding
    leaves = list(_leaves(criterion.rule))
    if not leaves or None in leaves or not any(_may_be_met(leaf) for leaf in leaves):
        return finding
    asked = {kind for leaf in leaves if leaf for kind in _told_by(leaf)}
    covered = [_covered(leaf, view) for leaf in leaves if leaf]
    if not all(covered) or asked <= view.record.absent:
        return finding
    unread = sum(view.record.unread.get(kind, 0) for kind in asked)
    if unread or view.record.problems:
        return finding.but(evidence=(*finding.evidence, _doubt(unread)))
    return finding.but(
        verdict=NOT_MET,
        reason=None,
        evidence=(*_statements(view, asked), *map(aside, finding.evidence)),
        decided_by=None,
        leans=None,
        settle="",
        soonest=None,
    )


def _leaves(rule: Rule) -> Iterator[ExposureRule | ConditionRule | ProcedureRule | ResultRule | None]:
    """The rules that look at records; None for one whose silence can never be an answer."""
    if isinstance(rule, Weigh | AnyOf | WhenRule):
        for part in rule.parts():
            yield from _leaves(part)
    elif isinstance(rule, ExposureRule | ProcedureRule):
        yield rule
    elif isinstance(rule, ConditionRule):
        yield None if rule.times.began_within or rule.times.onset_within else rule
    elif isinstance(rule, ResultRule) and rule.only_doubts:
        # A doubt is all that it could raise, and it has raised none.
        yield rule
    elif not isinstance(rule, SexRule):
        yield None


def _may_be_met(rule: Rule | None) -> bool:
    if isinstance(rule, ConditionRule):
        return bool(rule.sets) and rule.match == "met"
    return isinstance(rule, ExposureRule | ProcedureRule)


def _covered(rule: ExposureRule | ConditionRule | ProcedureRule | ResultRule, view: View) -> bool:
    """Whether each type that the rule reads is complete for as long as the rule looks back, or not offered."""
    window = rule.positive_within if isinstance(rule, ResultRule) else rule.within
    types = _told_by(rule)
    if types & view.record.failed:
        return False
    return all(kind in view.record.absent or _complete(kind, window, view) for kind in types)


def _told_by(rule: Rule) -> frozenset[str]:
    """The types that can say otherwise: nothing is missing from those that only stand beside them."""
    needs = rule.needs()
    return needs.types - needs.beside


def _complete(kind: str, window: Duration | None, view: View) -> bool:
    stated = view.terminology.site.complete
    if kind not in stated:
        return False
    since = view.days(stated[kind])
    return since is None or (window is not None and view.place(since, window) is When.BEFORE)


def _statements(view: View, asked: set[str]) -> Iterator[Evidence]:
    site = view.terminology.site
    told = [
        say("{type} since {day}", type=kind, day=site.complete[kind]) if site.complete[kind] else kind
        for kind in _stated(view, asked)
    ]
    nothing = absent(say("what is asked"), asked).note
    yield Evidence(
        note=say(
            "{site} states that its records are complete: {types}. {nothing}",
            site=site.title,
            types=join(", ", told),
            nothing=nothing,
        )
    )


def _stated(view: View, asked: set[str]) -> list[str]:
    return sorted(asked & view.terminology.site.complete.keys())


def _doubt(unread: int) -> Evidence:
    if unread:
        note = say("The records are stated to be complete, but nobody can tell what {count} of them are.", count=unread)
        return Evidence(note=note, decides=False)
    return Evidence(
        note=say("The records are stated to be complete, but some of them could not be understood."), decides=False
    )
