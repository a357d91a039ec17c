"""`contradiction`: criteria that no patient can satisfy together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from fhir_screener.criteria.model import Criterion
from fhir_screener.criteria.rules.condition import ConditionRule
from fhir_screener.criteria.rules.demography import Age, AgeRule, SexRule
from fhir_screener.criteria.rules.logic import AllOf
from fhir_screener.studies.lint.study import Checked, Remark

NAME = "contradiction"
_DAYS = {"a": 365.25, "mo": 30.4, "wk": 7.0, "d": 1.0}


def check(checked: Checked) -> Iterator[Remark]:
    study = checked.study
    for one, other in combinations(study.criteria, 2):
        what = _between(one, other)
        if what:
            fix = "read both sentences of the protocol again"
            yield checked.error(NAME, checked.at(other), f"{one.id} and {other.id}: {what}", fix)
    ages = [rule for c in study.criteria if c.role == "inclusion" for rule in _asked(c) if isinstance(rule, AgeRule)]
    youngest = max((_days(r.at_least) for r in ages if r.at_least), default=0.0)
    oldest = min((_days((r.at_most[0] + 1, r.at_most[1])) for r in ages if r.at_most), default=youngest + 1)
    if youngest >= oldest:
        place = checked.place(ages[-1])
        yield checked.error(NAME, place, "no age is old and young enough", "look at `at_least` and `at_most`")


def _between(one: Criterion, other: Criterion) -> str:
    if one.role != other.role:
        if one.rule == other.rule:
            return "the same rule includes and excludes"
        wanted, barred = (one, other) if one.role == "inclusion" else (other, one)
        both = _sets(wanted) & _sets(barred)
        return f"{min(both)!r} is wanted and excludes" if both else ""
    sexes = {rule.sex for c in (one, other) for rule in _asked(c) if isinstance(rule, SexRule)}
    return "both sexes are asked for" if one.role == "inclusion" and len(sexes) > 1 else ""


def _asked(criterion: Criterion) -> Iterator[object]:
    """The rules that must hold for the criterion to be met."""
    rules = criterion.rule.parts() if isinstance(criterion.rule, AllOf) else (criterion.rule,)
    return iter(rules)


def _sets(criterion: Criterion) -> frozenset[str]:
    """The diagnoses that decide, now or ever, on their own."""
    found = [r for r in _asked(criterion) if isinstance(r, ConditionRule) and r.exempt is None]
    return frozenset[str]().union(*(r.sets for r in found if r.match in ("met", "judgement")))


def _days(age: Age) -> float:
    return age[0] * _DAYS[age[1]]
