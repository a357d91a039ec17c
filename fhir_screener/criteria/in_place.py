"""Forms of drugs that are never systemic: creams, drops, inhalers, by the value sets that a rule names for them."""

from __future__ import annotations

from collections.abc import Set

from fhir_screener.terminology.valueset import Hit, Hits

_ANY_OF_THEM = frozenset({"class", "abbreviation", "cytotoxic", "corticosteroid"})
"""Ingredients of names that name no single drug."""


def is_local_form(hit: Hit, hits: Hits, local: Set[str]) -> bool:
    """Whether the drug of `hit` is such a form, as another hit of the same record says.

    A cream named beside another drug ("Protopic, methotrexate") says nothing of that one.
    """
    return any(name in hits and not _another(hit, hits[name]) for name in local)


def _another(hit: Hit, local: Hit) -> bool:
    by_words = hit.by_name and local.by_name and not {hit.ingredient, local.ingredient} & _ANY_OF_THEM
    return by_words and hit.ingredient != local.ingredient
