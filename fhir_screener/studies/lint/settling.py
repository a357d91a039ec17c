"""`settle`: a criterion that does not say how an unknown would be settled: nobody would know what to do."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.studies.lint.study import Checked, Remark

NAME = "settle"


def check(checked: Checked) -> Iterator[Remark]:
    for criterion in checked.study.criteria:
        if not criterion.settle:
            fix = "settle: ask, chart, consent, or {test: the order}"
            yield checked.warning(NAME, checked.at(criterion), f"{criterion.id} does not say what settles it", fix)
