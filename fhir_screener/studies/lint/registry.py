"""`registry`: a limit of the registry's own fields without a stated choice."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.rules.demography import AgeRule
from fhir_screener.studies.lint.study import Checked, Remark

NAME = "registry"
FIELDS = ("min_age", "max_age")


def check(checked: Checked) -> Iterator[Remark]:
    stated = checked.study.registry
    bounds = [rule for c in checked.study.criteria for rule in c.rules() if isinstance(rule, AgeRule)]
    for field in FIELDS:
        if field not in stated:
            fix = "write the registry's age, or {unset: why it does not count}"
            yield checked.warning(NAME, ("registry",), f"nothing is said of the registry's {field}", fix)
            continue
        value = stated[field]
        asked = {_written(rule.at_least if field == "min_age" else rule.at_most) for rule in bounds}
        if not isinstance(value, dict) and str(value) not in asked:
            fix = "add an age rule, or write {unset: why it does not count}"
            yield checked.warning(NAME, ("registry", field), f"{value} is in no criterion", fix)
        elif isinstance(value, dict) and not value.get("unset"):
            yield checked.warning(NAME, ("registry", field), "the choice has no reason", "{unset: why}")


def _written(age: tuple[int, str] | None) -> str:
    return f"{age[0]} {age[1]}" if age else ""
