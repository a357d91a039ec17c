"""Two versions of a study side by side, over one terminology: a chart is then read once, and judged by both.

A value set that differs between them goes by `name@old` in the old one. A study file lies in `studies/` beside the
`valuesets/` it is read with; elsewhere those of the mappings in force are meant.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fhir_screener.criteria.model import Study
from fhir_screener.studies.load import Catalog, Loaded
from fhir_screener.terminology.terms import Terminology

OLD = "@old"


@dataclass(frozen=True)
class Pair:
    """Two studies and what both are judged with; `changed` are the value sets that differ."""

    old: Study
    new: Study
    terminology: Terminology
    changed: tuple[str, ...]

    @property
    def loaded(self) -> Loaded:
        return Loaded((self.new, self.old), self.terminology)


def pair_of(old: str, new: str, catalog: Catalog) -> Pair:
    """Two studies by id or file. Raises MappingError or UsageError."""
    before, after = _catalog(old, catalog), _catalog(new, catalog)
    fresh = after.study(new)
    names = before.study(old).needs().sets
    changed = {name: f"{name}{OLD}" for name in sorted(names) if _differs(name, before, after)}
    past = before.read(old, changed).study
    sets = [replace(before.value_sets.get(name), name=called) for name, called in changed.items()]
    kept = fresh.needs().sets | (names - changed.keys())
    whole = fresh.needs().whole | past.needs().whole
    terminology = Terminology([*after.value_sets.load(kept), *sets], whole, after.overlay.site)
    return Pair(past, fresh, terminology, tuple(changed))


def _catalog(study: str, catalog: Catalog) -> Catalog:
    folder = Path(study).resolve().parent
    own = Path(study).is_file() and folder.name == "studies" and (folder.parent / "valuesets").is_dir()
    return catalog.elsewhere(folder.parent) if own and folder.parent != catalog.mappings.resolve() else catalog


def _differs(name: str, before: Catalog, after: Catalog) -> bool:
    if before is after:
        return False
    return name not in after.value_sets.names or before.value_sets.get(name) != after.value_sets.get(name)
