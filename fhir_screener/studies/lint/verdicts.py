"""`never-met`, `never-not-met`: a criterion that can never be settled one way. Often right; then the study says so."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.studies.lint.possible import of_criterion
from fhir_screener.studies.lint.study import Checked, Remark
from fhir_screener.verdict import MET, NOT_MET

NAME = "verdicts"


def check(checked: Checked) -> Iterator[Remark]:
    for criterion in checked.study.criteria:
        can = of_criterion(criterion)
        place = checked.at(criterion)
        inclusion = criterion.role == "inclusion"
        if MET not in can:
            what = f"{criterion.id} can never be met: it {'includes' if inclusion else 'excludes'} nobody"
            yield checked.warning("never-met", place, what, "add a rule that decides, or accept it and say why")
        if NOT_MET not in can:
            what = f"{criterion.id} can never be not met: it {'excludes nobody' if inclusion else 'is never ruled out'}"
            yield checked.warning(
                "never-not-met", place, what, "add a rule that rules it out, or accept it and say why"
            )
