"""`empty-set`: a value set that a rule names, and that holds nothing."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.studies.lint.study import Checked, Remark

NAME = "empty-set"


def check(checked: Checked) -> Iterator[Remark]:
    for use, name in checked.named():
        found = checked.sets[name]
        if not (found.codes or found.names or found.stems):
            yield checked.error(NAME, use.path, f"the value set {name!r} holds no code and no name", "fill it")
