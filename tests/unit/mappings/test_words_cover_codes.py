"""What codes name is known by its words as well: every display of a condition set, given without its code.

A diagnosis in words that no name knows is silently nothing on record. A word that decides where its code does not is worse.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from fhir_screener.studies.load import Catalog
from fhir_screener.terminology.coding import Concept, fold
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.terms import Terminology

ROOT = Path(__file__).parents[3]

SIBLINGS = {
    "E4": "malignancy malignancy-doubtful malignancy-unspecified malignancy-history",
    "E2": "sepsis serious-infections",
    "E1": "severe-organ-dysfunction organ-dysfunction-context",
    "E3": "primary-immunodeficiency immunodeficiency-doubtful",
    "E7": "pregnancy pregnancy-doubtful pregnancy-ended pregnancy-planning pregnancy-planning-doubtful "
    "delivery lactation lactation-suppressed",
    "E7, nobody": "no-childbearing",
    "E8a": "hepatitis-b hepatitis-b-acute hepatitis-b-chronic hepatitis-b-doubtful",
    "E8b": "hiv hiv-doubtful",
    "E9": "tb-active tb-doubtful tb-latent-or-old",
    "I3": "igg4rd-diagnosis igg4rd-proxies igg4rd-context",
}
"""The sets of each criterion: a display counts as known where its words are in one of them."""

MISSED = {
    "malignancy": 2,  # "Secondary nodes - axilla/arm"
    "malignancy-doubtful": 6,  # "Anaplasia of cervix"
    "immunodeficiency-doubtful": 3,  # lungs after a transplantation
    "tb-latent-or-old": 2,  # exposures
    "igg4rd-proxies": 1,  # "Other specified disorders involving the immune mechanism"
}
"""How many displays of a set may be unknown, at most; of every other set none."""

DECIDING = {"malignancy", "sepsis", "primary-immunodeficiency", "pregnancy", "lactation", "pregnancy-planning"} | {
    *("hepatitis-b", "hepatitis-b-chronic", "hiv", "tb-active", "igg4rd-diagnosis", "no-childbearing"),
}

IN_TRUTH = (
    *(
        "pregnancy",
        "acquired immunodeficiency syndrome",
        "human immunodeficiency virus",
        "viral hepatitis b",
        "sepsis with",
    ),
    *("salmonella sepsis", "malignant neoplasms"),
)
"""Displays of one criterion that name another's disease as well, and rightly."""


@cache
def terms() -> Terminology:
    return Catalog(ROOT / "mappings").load(["NCT04660565"]).terminology


def displays(names: list[str]) -> dict[str, set[str]]:
    """{set: the displays of its codes}."""
    return {name: {entry.display for entry in terms()[name].codes} for name in names if name in terms().sets}


@pytest.mark.parametrize("criterion", SIBLINGS)
def test_the_words_of_a_code_are_known_without_it(criterion: str) -> None:
    names = SIBLINGS[criterion].split()
    missed = {
        name: sorted(words for words in listed if not set(names) & terms().classify(Concept((), words)).keys())
        for name, listed in displays(names).items()
    }
    assert {name: words for name, words in missed.items() if len(words) > MISSED.get(name, 0)} == {}


def test_no_words_decide_where_their_code_does_not() -> None:
    names = [name for one in terms().sets.values() if one.kind == "condition" for name in [one.name]]
    own: dict[str, set[str]] = {}
    for name, listed in displays(names).items():
        for words in listed:
            own.setdefault(fold(words), set()).add(name)
        for entry in terms()[name].excluded:
            own.setdefault(fold(entry.display), set())
    wrong = {}
    for words, sets in own.items():
        hits = terms().classify(Concept((), words))
        decided = {name for name in DECIDING & hits.keys() if hits[name].stance is Stance.ASSERTED}
        if decided and not decided & sets and not any(word in words for word in IN_TRUTH):
            wrong[words] = decided
    assert wrong == {}
