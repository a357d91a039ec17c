"""Other people beside a term: whose it is, and who only tells of the patient."""

import pytest

from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.phrases import stance
from fhir_screener.terminology.stance import Stance


def said(text: str, word: str) -> Stance:
    plain = fold(text)
    start = plain.index(word)
    return stance(plain, start, start + len(word))


@pytest.mark.parametrize(
    "text",
    [
        *("mum had lymphoma", "Mom: lymphoma", "his dad died of lymphoma", "granny: lymphoma", "nephew with lymphoma"),
        *("in-laws: lymphoma", "fiancé has lymphoma", "twin had lymphoma", "auntie has lymphoma", "fam hx lymphoma"),
        *("mother reported to have lymphoma", "wife's lymphoma"),
    ],
)
def test_it_is_a_relatives(text: str) -> None:
    assert said(text, "lymphoma") is Stance.OTHER_PERSON


@pytest.mark.parametrize(
    "who", ["爸爸", "妈妈", "姥爷", "老伴", "姑妈", "外甥", "孙女", "二姐", "大伯", "长子", "胞弟"]
)
def test_it_is_a_relatives_in_chinese(who: str) -> None:
    assert said(f"{who}患淋巴瘤", "淋巴瘤") is Stance.OTHER_PERSON


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Findings of DAD and lymphoma", "lymphoma"),
        ("9-year-old child with lymphoma", "lymphoma"),
        ("姑息治疗 淋巴瘤", "淋巴瘤"),
        ("孙女士 淋巴瘤", "淋巴瘤"),
        ("张小姐 淋巴瘤", "淋巴瘤"),
    ],
)
def test_what_only_looks_like_a_relative(text: str, word: str) -> None:
    assert said(text, word) is Stance.ASSERTED


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Wife reports lymphoma", "lymphoma"),
        ("lymphoma per his daughter", "lymphoma"),
        ("家属代诉有淋巴瘤", "淋巴瘤"),
        ("妻子诉其患淋巴瘤", "淋巴瘤"),
    ],
)
def test_whose_it_is_stays_open_where_somebody_tells(text: str, word: str) -> None:
    assert said(text, word) is Stance.DOUBTFUL


def test_a_denial_that_somebody_tells_is_one() -> None:
    assert said("Wife reports no lymphoma", "lymphoma") is Stance.NEGATED
