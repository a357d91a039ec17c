"""`unused-set`: value sets of the folder that no study uses. A remark on the folder, not on a study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fhir_screener.criteria.model import Study
from fhir_screener.studies.lint.study import Level, Remark
from fhir_screener.studies.valuesets import ValueSetFolder

NAME = "unused-set"


def check(folder: ValueSetFolder, studies: Iterable[Study]) -> Iterator[Remark]:
    """`studies` are all there are."""
    used = folder.with_included(frozenset[str]().union(*(study.needs().sets for study in studies)))
    for name in sorted(folder.names - used):
        folder.get(name)
        if name in folder.kept:
            continue
        file = str(folder.folder / f"{name}.yaml")
        yield Remark(
            NAME,
            Level.WARNING,
            file,
            None,
            "",
            f"no study uses {name!r}",
            "use it, take it away, or write `kept_for: why`",
        )
