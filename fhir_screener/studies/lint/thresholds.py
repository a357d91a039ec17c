"""`threshold`: a number that the protocol's sentence does not have, and no `reading` explains."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fhir_screener.studies.lint.study import Checked, Remark, Use

NAME = "threshold"
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?")


def check(checked: Checked) -> Iterator[Remark]:
    for use in checked.uses:
        criterion = checked.study.criteria[int(use.path[1])]
        written = {float(found.replace(",", "")) for found in _NUMBER.findall(criterion.text)}
        strange = [number for number in _numbers(use) if number not in written]
        if strange and not criterion.reading:
            what = f"the protocol's sentence has no {strange[0]:g}"
            yield checked.warning(NAME, use.path, what, "say in `reading` where the number comes from")


def _numbers(use: Use) -> list[float]:
    if use.key.shape == "number" and isinstance(use.value, int | float) and use.key.name != "n":
        return [float(use.value)]
    if use.key.name == "between" and isinstance(use.value, dict):
        return [float(number) for pair in use.value.values() for number in pair]
    if use.key.shape == "limits" and isinstance(use.value, dict):
        return [float(number) for number in use.value.values()]
    return []
