"""What value sets and tests are called where people read: value sets by their titles, tests as they are ordered."""

from __future__ import annotations

from collections.abc import Iterable

from fhir_screener.criteria.model import Study
from fhir_screener.screening.plain_words import TEST
from fhir_screener.terminology.valueset import ValueSet


def titles(sets: Iterable[ValueSet], language: str) -> dict[str, str]:
    """{name of a value set: its title}, English where there is none in this language."""
    return {one.name: (one.title_zh if language == "zh" else "") or one.title for one in sets}


def orders(studies: Iterable[Study], sets: Iterable[ValueSet], language: str) -> dict[str, str]:
    """{`test: hbsag`: the name under which it is ordered}: as the study has it, else the title of the value set."""
    named = {
        f"{TEST}{name}": title for name, title in titles((s for s in sets if s.kind == "result"), language).items()
    }
    for study in studies:
        named |= {f"{TEST}{order}": name.get(language) or name["en"] for order, name in study.orders.items()}
    return named
