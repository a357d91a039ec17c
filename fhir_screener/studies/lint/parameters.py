"""`unread-parameter`: a parameter of the study that no rule reads."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.studies.lint.study import Checked, Remark

NAME = "unread-parameter"
OURS = frozenset({"later_within"})
"""Read by the screener itself."""


def check(checked: Checked) -> Iterator[Remark]:
    for name in checked.study.parameters.keys() - checked.read.spec.read - OURS:
        yield checked.warning(NAME, ("parameters", name), f"nobody reads {name!r}", "use it in a rule, or take it out")
