"""`ordinary`: drugs that a study asks about, of a class that is otherwise known to be none of a study's business."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.rules.exposure import ExposureRule
from fhir_screener.studies.lint.study import Checked, Remark
from fhir_screener.studies.sites import ORDINARY
from fhir_screener.terminology.ordinary import stem_pattern
from fhir_screener.terminology.valueset import ValueSet

NAME = "ordinary"


def check(checked: Checked) -> Iterator[Remark]:
    if ORDINARY not in checked.catalog.value_sets.names:
        return
    stems = checked.catalog.value_sets.get(ORDINARY).stems
    for criterion in checked.study.criteria:
        for rule in criterion.rules():
            # What only supports or excuses another finding misses one at no patient's cost.
            if not isinstance(rule, ExposureRule) or {"by", "supported_by"} & {*checked.place(rule)}:
                continue
            for name in sorted(rule.to):
                for stem, drug in _shared(checked.sets[name], stems):
                    what = f"{drug!r} of {name!r} is a {stem}: others of that class would go for ordinary drugs"
                    yield checked.warning(NAME, checked.place(rule), what, f"write `stems: [{stem}]` in {name!r}")


def _shared(asked: ValueSet, stems: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The stems that its drugs have, and that it does not itself claim, each with a drug."""
    words = {word for listed in asked.names.values() for word in listed} | {one.display for one in asked.codes}
    words |= set(asked.names)
    for stem in stems:
        found = stem_pattern([stem])
        drug = min(
            (word for word in words if found and _has(word.lower(), stem) and found.search(word.lower())), default=""
        )
        if drug and stem not in asked.stems:
            yield stem, drug


def _has(word: str, stem: str) -> bool:
    """Whether it is of the class: 度普利尤单抗 holds 普利, and does not end so."""
    core = stem.strip("-")
    return core.isascii() or (word.endswith(core) if stem.startswith("-") else word.startswith(core))
