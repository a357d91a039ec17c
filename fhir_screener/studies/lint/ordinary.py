"""`ordinary`: drugs that a study asks about, of a class that is otherwise known to be none of a study's business."""

from __future__ import annotations

from collections.abc import Iterator

from fhir_screener.criteria.rules.exposure import ExposureRule
from fhir_screener.studies.lint.study import Checked, Remark
from fhir_screener.studies.sites import ORDINARY
from fhir_screener.terminology.coding import ATC, fold
from fhir_screener.terminology.ordinary import stem_pattern
from fhir_screener.terminology.valueset import ValueSet

NAME = "ordinary"
_ATC_SUBSTANCE = 7
"""Characters of an ATC code that names one substance; shorter ones name a class."""


def check(checked: Checked) -> Iterator[Remark]:
    if ORDINARY not in checked.catalog.value_sets.names:
        return
    ordinary = checked.catalog.value_sets.get(ORDINARY)
    stems, names = ordinary.stems, {fold(word) for words in ordinary.names.values() for word in words}
    for criterion in checked.study.criteria:
        # An inclusion that misses one is asked about.
        for rule in criterion.rules() if criterion.role == "exclusion" else ():
            # What only supports or excuses another finding misses one at no patient's cost.
            if not isinstance(rule, ExposureRule) or {"by", "supported_by"} & {*checked.place(rule)}:
                continue
            for name in sorted(rule.to):
                if known := _known(checked.sets[name], names):
                    what = f"{', '.join(known)} of {name!r}: others of the class may be listed as ordinary drugs"
                    fix = f"list all of them by name in {name!r}, and say so in `accept`"
                    yield checked.warning(NAME, checked.place(rule), what, fix)
                if shared := _shared(checked.sets[name], stems):
                    what = f"{', '.join(shared.values())} of {name!r}: others of that class would go for ordinary drugs"
                    fix = f"write `stems: [{', '.join(shared)}]` in {name!r}"
                    yield checked.warning(NAME, checked.place(rule), what, fix)


def _known(asked: ValueSet, names: set[str]) -> list[str]:
    """The drugs of the set that are ordinary elsewhere, three at most, without those of a class that it claims."""
    if len(asked.names) < 2 and not any(one.system == ATC and len(one.code) < _ATC_SUBSTANCE for one in asked.codes):
        return []  # one drug, and no class of them
    claimed = stem_pattern(asked.stems)
    found = {word for listed in asked.names.values() for word in listed if fold(word) in names}
    return sorted(word for word in found if not (claimed and claimed.search(fold(word))))[:3]


def _shared(asked: ValueSet, stems: tuple[str, ...]) -> dict[str, str]:
    """{stem: a drug of the set that has it}, without those that the set itself claims."""
    words = {word for listed in asked.names.values() for word in listed} | {*asked.names}
    found = {}
    for stem in stems:
        pattern = stem_pattern([stem])
        drugs = [word for word in words if pattern and _has(word.lower(), stem) and pattern.search(word.lower())]
        if drugs and stem not in asked.stems:
            found[stem] = min(drugs)
    return found


def _has(word: str, stem: str) -> bool:
    """Whether it is of the class: 度普利尤单抗 holds 普利, and does not end so."""
    core = stem.strip("-")
    return core.isascii() or (word.endswith(core) if stem.startswith("-") else word.startswith(core))
