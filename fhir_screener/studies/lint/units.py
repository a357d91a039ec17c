"""`unit`: a limit without a unit, or in one that nobody can convert to."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.studies.lint.study import Checked, Remark
from fhir_screener.terminology.units import is_unit

NAME = "unit"


def check(checked: Checked) -> Iterator[Remark]:
    for use in checked.uses:
        if use.key.shape not in ("limits", "zones") or not isinstance(use.value, dict):
            continue
        for unit in use.value:
            if not unit:
                yield checked.error(NAME, use.path, "a limit without a unit", "write it in UCUM: {mmol/L: 5}")
            elif not is_unit(str(unit)) and not (unit == "uln" and use.key.name == "above"):
                yield checked.error(NAME, use.path, f"{unit!r} is no unit of UCUM", "see ucum.org: mmol/L, 10*9/L")
