"""`take`: a limit by number, and nothing said of which result decides: a quantity moves, a serology does not."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.studies.lint.study import Checked, Remark

NAME = "take"
LIMITS = frozenset({"above", "at_least", "below", "at_most", "between"})


def check(checked: Checked) -> Iterator[Remark]:
    keys: dict[tuple[str | int, ...], set[str]] = {}
    for use in checked.uses:
        if use.path[-2] == "result":
            keys.setdefault(use.path[:-1], set()).add(use.key.name)
    for path, written in keys.items():
        if written & LIMITS and "take" not in written:
            fix = "take: latest for what moves, take: any for what a positive proves"
            yield checked.warning(NAME, path, "it is not said which of several results decides", fix)
