"""A diagnosis whose own text doubts what its code says. Its text never makes more of a code."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.coding import ICD10, RXNORM, Coding, Concept
from fhir_screener.terminology.phrases import Stance
from fhir_screener.terminology.valueset import Entry, Terminology, ValueSet

TERMS = Terminology(
    [
        ValueSet(
            "cancer", "Cancer", "condition", codes=(Entry(ICD10, "C25", "Pancreas"),), names={"": ("胰腺癌", "癌")}
        ),
        ValueSet("rituximab", "R", "drug", codes=(Entry(RXNORM, "1", "R"),), names={"rituximab": ("rituximab",)}),
    ]
)


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("胰腺癌?", Stance.DOUBTFUL),
        ("胰腺占位待查", Stance.DOUBTFUL),  # names no cancer, and ends open
        ("排除胰腺癌", Stance.DOUBTFUL),  # the code says one thing, the words another
        ("母亲胰腺癌", Stance.DOUBTFUL),
        ("胰腺癌术后", Stance.ASSERTED),
        ("胰腺癌", Stance.ASSERTED),
        ("胰腺癌, 排除肝癌", Stance.ASSERTED),  # said once without doubt
        ("腹痛", Stance.ASSERTED),
        ("", Stance.ASSERTED),
    ],
)
def test_the_words_beside_a_code(text, stance) -> None:
    hit = TERMS.classify(Concept((Coding(ICD10, "C25.9", "Pancreas, unspecified"),), text))["cancer"]
    assert hit.stance is stance
    assert not hit.by_name


def test_drugs_are_left_to_their_status() -> None:
    assert TERMS.classify(Concept((Coding(RXNORM, "1"),), "rituximab?"))["rituximab"].stance is Stance.ASSERTED
