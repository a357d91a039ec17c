"""What `study check` looks at beyond the shape of a file. A new check is a module, a line here, and a test.

Each module has a `NAME` and a function `check` that gives `Remark`s for one study.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from fhir_screener.studies.lint import (
    anchors,
    check_digits,
    contradictions,
    corroboration,
    empty_sets,
    kinds,
    ordinary,
    parameters,
    registry,
    settling,
    takes,
    thresholds,
    units,
    verdicts,
)
from fhir_screener.studies.lint.study import Checked, Level, Remark, accepted, stale_choices

CHECKS: Mapping[str, Callable[[Checked], Iterator[Remark]]] = {
    one.NAME: one.check
    for one in (
        anchors,
        check_digits,
        contradictions,
        corroboration,
        empty_sets,
        kinds,
        ordinary,
        parameters,
        registry,
        settling,
        takes,
        thresholds,
        units,
        verdicts,
    )
}


def lint(checked: Checked) -> list[Remark]:
    """Every remark on a study, errors first; warnings that the study accepts are marked so."""
    found = [remark for check in CHECKS.values() for remark in check(checked)]
    found = [accepted(checked, remark) for remark in found]
    found += stale_choices(checked, found)
    return sorted(found, key=lambda one: (one.level is not Level.ERROR, one.line or 0))


__all__ = ["CHECKS", "Checked", "Level", "Remark", "lint"]
