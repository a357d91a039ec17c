"""Which verdicts a rule can give at all, whatever the chart. Unknown it can always be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fhir_screener.criteria.model import Criterion, Rule
from fhir_screener.verdict import MET, NOT_MET, Verdict

Verdicts = frozenset[Verdict]
YES, NO, BOTH, NEITHER = frozenset({MET}), frozenset({NOT_MET}), frozenset({MET, NOT_MET}), frozenset[Verdict]()


def of_criterion(criterion: Criterion) -> Verdicts:
    """What the criterion can be; outside `applies_to` or `when` it is what stands in nobody's way."""
    found = of_rule(criterion.rule)
    if criterion.applies_to is not None or criterion.rule.kind == "when":
        found |= YES if criterion.role == "inclusion" else NO
    return found


def of_rule(rule: Rule) -> Verdicts:
    """What the rule can be."""
    parts = [of_rule(part) for part in rule.parts()] if rule.kind in _OF_PARTS else []
    if rule.kind in _OF_PARTS:
        return _OF_PARTS[rule.kind](rule, parts)
    return _OF_KIND[rule.kind](rule)


def _condition(rule: Any) -> Verdicts:
    if rule.is_refuted:
        return YES
    yes = YES if rule.match == "met" and (rule.sets or rule.history) else NEITHER
    return yes | (NO if rule.refuted or rule.times.lasting is not None else NEITHER)


def _result(rule: Any) -> Verdicts:
    return (YES if rule.positive == "met" else NEITHER) | (NO if rule.negative == "not_met" else NEITHER)


_OF_KIND: Mapping[str, Callable[[Any], Verdicts]] = {
    "age": lambda rule: BOTH,
    "sex": lambda rule: BOTH,
    "condition": _condition,
    "exposure": lambda rule: YES,
    "dose": lambda rule: YES,
    "regimen": lambda rule: BOTH if rule.dose or rule.unchanged_for else YES,
    "result": _result,
    "igra": _result,
    "report": lambda rule: BOTH,
    "pregnant": lambda rule: BOTH,
    "lactating": lambda rule: BOTH if rule.status else YES,
    "procedure": lambda rule: NEITHER if rule.suspected else YES,
    "score": lambda rule: BOTH,
    "consent": lambda rule: BOTH,
    "judgement": lambda rule: NEITHER,
    "study_participation": lambda rule: YES,
    "encounter": lambda rule: YES,
    "immunization": lambda rule: YES,
    "tested": lambda rule: YES,
    "count": lambda rule: YES,
    "fhirpath": lambda rule: BOTH if rule.not_met else YES,
}

Parts = Sequence[Verdicts]


def _every(verdict: Verdict, parts: Parts) -> bool:
    return all(verdict in part for part in parts)


def _some(verdict: Verdict, parts: Parts) -> bool:
    return any(verdict in part for part in parts)


def _either(met: bool, not_met: bool) -> Verdicts:
    return (YES if met else NEITHER) | (NO if not_met else NEITHER)


def _at_least(rule: Any, parts: Parts) -> Verdicts:
    met, not_met = sum(MET in part for part in parts), sum(NOT_MET in part for part in parts)
    return _either(met >= rule.n, not_met > len(parts) - rule.n)


_OF_PARTS: Mapping[str, Callable[[Any, Parts], Verdicts]] = {
    "all": lambda rule, parts: _either(_every(MET, parts), _some(NOT_MET, parts)),
    "any": lambda rule, parts: _either(_some(MET, parts), _every(NOT_MET, parts)),
    "not": lambda rule, parts: _either(NOT_MET in parts[0], MET in parts[0]),
    "at_least": _at_least,
    "prefer": lambda rule, parts: _either(_some(MET, parts), _some(NOT_MET, parts)),
    "weigh": lambda rule, parts: _either(_some(MET, parts), _some(NOT_MET, parts)),
    "doubt": lambda rule, parts: parts[0],
    "unless": lambda rule, parts: parts[0] | (NO if _some(MET, parts[1:]) else NEITHER),
    "excused": lambda rule, parts: parts[0],
    "when": lambda rule, parts: parts[1],
}
