"""What a local name looks like, in English and Chinese."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_screener.studies.load import Catalog
from fhir_screener.studies.lookalike import Lookalikes

MAPPINGS = Path(__file__).parents[3] / "mappings"


@pytest.fixture(scope="module")
def looks() -> Lookalikes:
    return Lookalikes(Catalog(MAPPINGS).load(["NCT04660565"]).terminology.sets.values())


@pytest.mark.parametrize(
    ("kind", "words", "value_set"),
    [
        ("test", "乙肝表面抗原定量(发光)", "hbsag"),
        ("test", "HBsAg, quantitative", "hbsag"),
        ("test", "hepatits B surface antigen", "hbsag"),  # a slip of the keyboard
        ("test", "surface antigen hepatitis B", "hbsag"),  # words in another order
        ("test", "免疫球蛋白G亚类4测定", "serum-igg4"),
        ("test", "HIV抗原抗体联合检测", "hiv-screen"),
        ("drug", "利妥西单抗注射液 100mg", "b-cell-depleting"),
        ("drug", "甲氨碟呤片2.5mg", "nonbiologic-dmards"),
        ("drug", "metotrexate 2.5 mg tablet", "nonbiologic-dmards"),
        ("diagnosis", "IgG4 相关的疾病", "igg4rd-diagnosis"),
    ],
)
def test_a_name_is_like_those_of_its_set(looks: Lookalikes, kind: str, words: str, value_set: str) -> None:
    found = looks.best(kind, words)
    assert found is not None
    assert found.set == value_set


def test_a_drug_is_like_its_class_by_its_ending(looks: Lookalikes) -> None:
    found = looks.best("drug", "zzyvexumab 300 mg injection")
    assert found is not None
    assert (found.set, found.ingredient, found.like) == ("biologic-immunomodulators", "", "-mab")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("test", "葡萄糖"),
        ("test", "sodium"),
        ("test", "two"),
        ("drug", "感冒清热颗粒"),
        ("diagnosis", "高血压病"),
        ("test", "-"),
    ],
)
def test_what_is_like_nothing(looks: Lookalikes, kind: str, words: str) -> None:
    assert looks.best(kind, words) is None


def test_kinds_do_not_mix(looks: Lookalikes) -> None:
    assert looks.best("drug", "乙肝表面抗原") is None


def test_a_higher_threshold_finds_less(looks: Lookalikes) -> None:
    assert looks.best("drug", "甲氨碟呤片", threshold=90) is None
