"""Charts of Hong Kong, Macao and Taiwan: traditional characters are read as the simplified ones."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.chinese import simplified
from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.phrases import stance
from fhir_screener.terminology.result_words import Polarity, read_words
from fhir_screener.terminology.stance import Stance


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ("肺結核", "肺结核"),
        ("醋酸潑尼松片 5MG", "醋酸泼尼松片 5mg"),
        ("環磷醯胺", "环磷酰胺"),
        ("慢性肾脏病5期", "慢性肾脏病5期"),
        ("Hepatitis  B", "hepatitis b"),
    ],
)
def test_words_are_compared_in_simplified_characters(words: str, plain: str) -> None:
    assert fold(words) == plain


def test_latin_text_stays_what_it_is() -> None:
    assert simplified("IgG4-RD") == "IgG4-RD"


@pytest.mark.parametrize(
    ("words", "says"), [("陽性", Polarity.POSITIVE), ("陰性", Polarity.NEGATIVE), ("未檢出", Polarity.NEGATIVE)]
)
def test_results(words: str, says: Polarity) -> None:
    assert read_words(words) is says


@pytest.mark.parametrize(
    ("text", "said"),
    [("否認肺結核病史", Stance.NEGATED), ("父親患肺結核", Stance.OTHER_PERSON), ("疑似肺結核", Stance.DOUBTFUL)],
)
def test_what_a_sentence_says_of_a_disease(text: str, said: Stance) -> None:
    plain = fold(text)
    start = plain.index("肺结核")
    assert stance(plain, start, start + 3) is said
