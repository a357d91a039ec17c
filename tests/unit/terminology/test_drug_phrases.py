"""What the words around a drug say of its being taken."""

import pytest

from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.drug_phrases import drug_stance, names_gone, says_ended, says_not_taken, told_stance
from fhir_screener.terminology.stance import Stance


def said(reader, text: str, word: str) -> Stance:
    plain = fold(text)
    start = plain.index(word)
    return reader(plain, start, start + len(word))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Methotrexate 2.5 mg", Stance.ASSERTED),
        ("no methotrexate", Stance.NEGATED),
        ("never received methotrexate", Stance.NEGATED),
        ("denies any use of methotrexate", Stance.NEGATED),
        ("methotrexate not taken", Stance.NEGATED),
        ("No refills: methotrexate 2.5 mg", Stance.DOUBTFUL),
        ("NEVER daily: methotrexate 2.5 mg weekly", Stance.DOUBTFUL),
        ("methotrexate?", Stance.DOUBTFUL),
        ("methotrexate intolerance", Stance.DOUBTFUL),
        ("planned: methotrexate", Stance.PLANNED),
        ("prophylaxis of rejection: methotrexate", Stance.ASSERTED),
        ("methotrexate - vaccination deferred", Stance.ASSERTED),
        ("folic acid after methotrexate", Stance.DOUBTFUL),  # for another one's sake
        ("omeprazole (while on methotrexate)", Stance.DOUBTFUL),
        ("co-trimoxazole prophylaxis (methotrexate)", Stance.DOUBTFUL),
        ("rituximab after failure of methotrexate", Stance.DOUBTFUL),
        ("leflunomide or methotrexate", Stance.DOUBTFUL),
        ("methotrexate 10 mg or leflunomide", Stance.DOUBTFUL),
        ("methotrexate 10 mg or as directed", Stance.ASSERTED),
        ("methotrexate 10 mg or 15 mg weekly", Stance.ASSERTED),
        ("prescription for methotrexate", Stance.ASSERTED),
        ("methotrexate after breakfast", Stance.ASSERTED),
        ("methotrexate contraindicated", Stance.DOUBTFUL),  # not taken now, or nobody knows
        ("methotrexate 10 years ago", Stance.DOUBTFUL),
        ("methotrexate - not tolerated", Stance.DOUBTFUL),
        ("tried methotrexate", Stance.DOUBTFUL),
        ("methotrexate toxicity", Stance.DOUBTFUL),
        ("methotrexate-naïve", Stance.DOUBTFUL),
        ("methotrexate preservative-free", Stance.ASSERTED),
    ],
)
def test_the_drug_of_a_record(text, expected):
    """Only a denial of the drug itself denies it."""
    assert said(drug_stance, text, "methotrexate") is expected


@pytest.mark.parametrize("text", ["Do not take.", "do not give", "请勿服用"])
def test_an_instruction_that_only_forbids_is_no_drug_taken(text):
    assert says_not_taken(text)
    assert not says_not_taken(f"{text.strip('.')} with alcohol" if text.isascii() else f"{text}过量")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("未用过甲氨蝶呤", Stance.NEGATED),
        ("无菌 注射用甲氨蝶呤", Stance.ASSERTED),
        ("拟行甲氨蝶呤治疗", Stance.PLANNED),
        ("甲氨蝶呤片(家属代取)", Stance.ASSERTED),
        ("家属使用甲氨蝶呤", Stance.OTHER_PERSON),
        ("甲氨蝶呤过敏", Stance.DOUBTFUL),
        ("甲氨蝶呤过敏史", Stance.DOUBTFUL),
        ("甲氨蝶呤无效", Stance.DOUBTFUL),
        ("10年前甲氨蝶呤", Stance.DOUBTFUL),
    ],
)
def test_the_drug_of_a_chinese_record(text, expected):
    assert said(drug_stance, text, "甲氨蝶呤") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not on methotrexate or rituximab", Stance.NEGATED),
        ("not a candidate for methotrexate", Stance.NEGATED),
        ("has not stopped methotrexate", Stance.DOUBTFUL),
        ("not tolerating methotrexate well", Stance.DOUBTFUL),
        ("no longer on methotrexate", Stance.DOUBTFUL),
        ("no side effects from methotrexate", Stance.DOUBTFUL),
    ],
)
def test_a_drug_in_a_narrative(text, expected):
    assert said(told_stance, text, "methotrexate") is expected


def test_a_long_text_is_read_as_far_as_it_reaches():
    assert said(drug_stance, "no " + "word " * 1000 + "methotrexate", "methotrexate") is Stance.DOUBTFUL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("50 mg daily, stopped 2022", "stopped"),
        ("50mg qd,2022年停用", "停用"),
        ("50 mg daily until stopped", ""),
        ("50mg qd,若白细胞低于3停药", ""),
        ("50 mg daily", ""),
    ],
)
def test_an_instruction_that_has_ended(text, expected):
    assert says_ended(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Patient not taking", True),
        ("Never filled.", True),
        ("Insurance denied", True),
        ("Hold until further notice", True),
        ("自费 未用", True),
        ("暂缓", True),
        ("Not taking NSAIDs", False),
        ("Not started on biologics", False),
        ("Hold for fever", False),
        ("Hold if leukocytes fall", False),
        ("If not taken, skip the dose", False),
        ("未用其他免疫抑制剂", False),
        ("Take 4 tablets once a week", False),
    ],
)
def test_words_that_say_it_is_not_taken(text, said):
    assert bool(says_not_taken(text, ongoing=True)) is said


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("Off methotrexate", True),
        ("s/p rituximab 2018", True),
        ("MTX d/c'd", True),
        ("既往利妥昔单抗", True),
        ("Off-label rituximab", False),
        ("Stopain cream", False),
        ("methotrexate 2.5 mg", False),
    ],
)
def test_a_name_that_says_it_is_over(name, gone):
    assert bool(names_gone(name)) is gone


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("未予甲氨蝶呤", Stance.NEGATED),
        ("暂不加用甲氨蝶呤", Stance.NEGATED),
        ("患者拒绝使用甲氨蝶呤", Stance.NEGATED),
        ("未停甲氨蝶呤", Stance.ASSERTED),
        ("不规律服用甲氨蝶呤", Stance.ASSERTED),
    ],
)
def test_what_was_not_given_in_a_chinese_narrative(text: str, expected: Stance) -> None:
    assert said(told_stance, text, "甲氨蝶呤") is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Options include methotrexate.", Stance.PLANNED),
        ("Discussed methotrexate as an option.", Stance.PLANNED),
        ("Check hepatitis serologies before starting methotrexate.", Stance.PLANNED),
        ("Hepatitis serology was checked before starting methotrexate on 2025-05-02.", Stance.DOUBTFUL),
        ("Treatment options include continuing methotrexate.", Stance.DOUBTFUL),
        ("She received methotrexate as an option after steroids failed.", Stance.DOUBTFUL),
        ("Methotrexate: never", Stance.NEGATED),
        ("Improved before methotrexate.", Stance.ASSERTED),
    ],
)
def test_a_drug_that_is_only_an_option(text: str, expected: Stance) -> None:
    assert said(told_stance, text, "methotrexate") is expected
