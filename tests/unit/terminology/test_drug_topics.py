"""Words by which a drug on record may not be taken now: in doubt, whatever kind of record names it."""

import pytest

from fhir_screener.terminology.coding import fold
from fhir_screener.terminology.drug_phrases import drug_stance, told_stance
from fhir_screener.terminology.stance import Stance


def said(text: str, word: str) -> Stance:
    plain = fold(text)
    start = plain.index(word)
    return drug_stance(plain, start, start + len(word))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "start rituximab after vaccination",
            "restart rituximab when infection clears",
            "rituximab to start after surgery",
        ),
        *("rituximab if needed", "rituximab PRN", "rituximab 500 mg iv as needed", "rituximab should disease flare"),
        *("will be started on rituximab", "rituximab will be resumed", "discussed rituximab", "rituximab - PA pending"),
        *(
            "second line: rituximab",
            "if relapse, give rituximab",
            "rituximab due next month",
            "prednisone +/- rituximab",
        ),
        *(
            "weaned off rituximab",
            "rituximab withheld",
            "missed rituximab",
            "out of rituximab",
            "rituximab in the past",
        ),
        *("switched from rituximab to belimumab", "rituximab -> belimumab", "changed rituximab to belimumab"),
        *("w/o rituximab", "cannot take rituximab", "rituximab 0 mg", "[ ] rituximab", "☐ rituximab"),
        *("rituximab for another patient", "dog takes rituximab", "rituximab arm", "rash from rituximab"),
    ],
)
def test_it_may_not_be_taken(text: str) -> None:
    assert said(text, "rituximab") is Stance.DOUBTFUL


@pytest.mark.parametrize(
    "text",
    [
        *(
            "rituximab",
            "Start rituximab 500 mg",
            "rituximab 500 mg once weekly",
            "rituximab once a week",
            "given rituximab",
        ),
        *("start rituximab after breakfast", "rituximab, started after vaccination", "rituximab started 2020"),
        *(
            "rituximab-abbs 100 mg/10 mL vial",
            "rituximab 500 mg iv, hold if fever",
            "rituximab cycle 3",
            "on rituximab",
        ),
        *(
            "rituximab if tolerated",
            "restart rituximab",
            "rituximab 500 mg -> 1000 mg",
            "rituximab changed to subcutaneous",
        ),
    ],
)
def test_it_is_taken(text: str) -> None:
    assert said(text, "rituximab") is Stance.ASSERTED


@pytest.mark.parametrize(
    "text",
    [
        *(
            "接种后开始使用利妥昔单抗",
            "待接种后予利妥昔单抗",
            "必要时使用利妥昔单抗",
            "利妥昔单抗 必要时",
            "利妥昔单抗(备用)",
        ),
        *(
            "感染控制后加用利妥昔单抗",
            "若无效,改用利妥昔单抗",
            "下周开始利妥昔单抗",
            "酌情加用利妥昔单抗",
            "利妥昔单抗待审批",
        ),
        *(
            "停利妥昔单抗",
            "勿用利妥昔单抗",
            "暂不予利妥昔单抗",
            "不同意利妥昔单抗",
            "利妥昔单抗改为泰它西普",
            "去年利妥昔单抗",
        ),
        *("利妥昔单抗缺货", "利妥昔单抗组", "犬用利妥昔单抗", "利妥昔单抗所致皮疹", "□利妥昔单抗"),
    ],
)
def test_it_may_not_be_taken_in_chinese(text: str) -> None:
    assert said(text, "利妥昔单抗") is Stance.DOUBTFUL


@pytest.mark.parametrize(
    "text",
    [
        *(
            "利妥昔单抗注射液",
            "饭后口服利妥昔单抗",
            "继续利妥昔单抗",
            "利妥昔单抗第3次",
            "长期应用利妥昔单抗",
            "未停利妥昔单抗",
        ),
        *("加用利妥昔单抗", "外院利妥昔单抗", "如下:利妥昔单抗"),
    ],
)
def test_it_is_taken_in_chinese(text: str) -> None:
    assert said(text, "利妥昔单抗") is Stance.ASSERTED


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("wife reports rituximab", "rituximab"),
        ("rituximab administered by husband", "rituximab"),
        ("took her husband's rituximab", "rituximab"),
        ("家属代诉使用利妥昔单抗", "利妥昔单抗"),
        ("误服丈夫的利妥昔单抗", "利妥昔单抗"),
    ],
)
def test_who_only_tells_of_it_or_hands_it_over_leaves_it_open(text: str, word: str) -> None:
    assert said(text, word) is Stance.DOUBTFUL


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("husband's rituximab", Stance.OTHER_PERSON),
        ("prior exposure to rituximab", Stance.PAST),
        ("no exposure to rituximab", Stance.NEGATED),
    ],
)
def test_exposure_to_a_drug_is_its_being_taken(text: str, expected: Stance) -> None:
    plain = fold(text)
    start = plain.index("rituximab")
    assert drug_stance(plain, start, len(plain)) is expected
    assert told_stance(plain, start, len(plain)) is expected
