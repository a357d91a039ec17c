"""The limits and the coded answers of a test, as a study writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fhir_screener.criteria.keys import Given, flag, mapping, sets
from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.spec import Spec
from fhir_screener.terminology.analytes import molar_mass

ANSWERS = mapping(
    "values",
    "Coded answers of this test.",
    sets("positive", "Answers that are positive.", "value", "result", "condition"),
    sets("negative", "Answers that are negative.", "value"),
    flag("only", "None but these are positive: a plain `positive` is `equivocal`, for it does not say of what."),
)


def read_limits(spec: Spec, given: Given) -> Limits:
    """The limits of a `result` rule; raises MappingError where they go not together, or leave no number out."""
    _refuse_mixtures(spec, given)
    _refuse_everything(spec, given)
    tables: dict[str, Any] = {key: given[key] for key in ("at_least", "above", "below", "at_most")}
    rising = any(tables[key] == "range" for key in ("at_least", "above"))
    falling = any(tables[key] == "range" for key in ("below", "at_most"))
    answers = given["values"] or {}
    plain: dict[str, Any] = {key: {} if table == "range" else dict(table) for key, table in tables.items()}
    return Limits(
        uln=plain["above"].pop("uln", None),
        **plain,
        between=given["between"],
        equivocal=given["equivocal"],
        of_range="above" if rising else "below" if falling else "",
        detection=given["detection"],
        molar=molar_mass(given["of"]),
        **answers,
    )


def _refuse_mixtures(spec: Spec, given: Given) -> None:
    tables = [given[key] for key in ("at_least", "above", "below", "at_most") if given[key]]
    if "range" in tables and len(tables) > 1:
        raise spec.fail("`range` goes with no other limit", "write two rules, in an any")
    if given["between"] and (tables or given["equivocal"] or given["detection"]):
        raise spec.fail("`between` goes with no other limit", "write two rules, in an all or any", "between")


def refuse_nothing(spec: Spec, limits: Mapping[str, float | None], where: str | None = None) -> None:
    """Raise MappingError where all limits must be kept and no number can keep them: from 20 on, and below 20."""
    for rising in ("at_least", "above"):
        for falling in ("at_most", "below"):
            low, high = limits.get(rising), limits.get(falling)
            if low is None or high is None:
                continue
            if low > high or (low == high and (rising, falling) != ("at_least", "at_most")):
                what = f"no number keeps both `{rising}: {low:g}` and `{falling}: {high:g}`"
                raise spec.fail(what, "the lower limit first, the upper one above it", where)


def _refuse_everything(spec: Spec, given: Given) -> None:
    """Beyond any of two limits is positive: from 7 on, and up to 10, is every number there is."""
    for rising in ("at_least", "above"):
        for falling in ("at_most", "below"):
            low, high = given[rising], given[falling]
            for unit in {*low} & {*high} if "range" not in (low, high) else ():
                if low[unit] <= high[unit]:
                    what = f"`{rising}` or `{falling}`: every number of {unit} is positive"
                    fix = f'between: {{"{unit}": [{low[unit]:g}, {high[unit]:g}]}}'
                    raise spec.fail(what, fix, falling)
