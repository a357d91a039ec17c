"""`one-code`: an exclusion by a diagnosis that one code of one visit would settle."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.rules.condition import ConditionRule
from fhir_screener.studies.lint.study import Checked, Remark

NAME = "one-code"


def check(checked: Checked) -> Iterator[Remark]:
    for criterion in checked.study.criteria:
        for rule in criterion.rules() if criterion.role == "exclusion" else ():
            if isinstance(rule, ConditionRule) and rule.sets and rule.match == "met" and not rule.corroborate:
                what = f"in {criterion.id} one code of one visit excludes"
                yield checked.warning(NAME, checked.place(rule), what, "add `corroborate: true`, or say why not")
