"""What a result says in words, English and Chinese."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.result_words import Polarity, read_between, read_number, read_size, read_words

SAYS = {
    Polarity.POSITIVE: [
        "阳性",
        "强阳性",
        "检测到",
        "查到抗酸杆菌",
        "小三阳",
        "3+",
        "now positive",
        "No change, positive",
        "Detected. No further testing",
        "Positive, see comment",
        "检出,低于定量下限(<20 IU/mL)",
        "no doubt positive",
        "not quantifiable but detected",
        "MTB DETECTED LOW; Rif Resistance NOT DETECTED",
    ],
    Polarity.NEGATIVE: [
        "阴性(-) 0.02 S/CO",
        "非反应性",
        "未能检出",
        "未找到抗酸杆菌",
        "低于检测下限",
        "<LOD",
        "TND",
        "(-)",
        "阴性 2021-02-10",
        "none detected",
        "No Mycobacterium tuberculosis complex DNA was detected.",
        "no acid fast bacilli seen",
        "Neither HBsAg nor anti-HBc detected",
        "Nonreactive. If acute HIV infection is suspected, consider testing for HIV-1 RNA.",
        "阴性(-) 0.08 (参考值:阴性<1.0,阳性≥1.0)",
        "抗原A孔 0, 抗原B孔 1, 阴性对照 0, 阳性对照 正常; 结果:阴性",
        "MTB NOT DETECTED; rifampin resistance not detected",
        "HIV(1+2)抗体: 阴性(-)",
        "阴 性",
        "培养8周无结核分枝杆菌生长",
        "低于检测线",
        "测不到",
        "Negative. False negatives may occur in the window period.",
        "non\u2013reactive",  # a dash for the hyphen
        "isn't reactive",
        "wasn\u2019t detected",
        "never detected",
        "nothing detected",
        "Detected: no",
        "Positive: false",
        "0/3 positive",
        "未出现阳性",
        "bands present: none",
    ],
    Polarity.EQUIVOCAL: [
        "弱阳性(±)",
        "待复检",
        "HIV感染待确定",
        "初筛有反应性,待确证",
        "Reactive, to be confirmed",
        "not negative",
        "no longer negative",
        "cannot be called negative",
        "not undetectable",
        "非阴性",
        "不是阴性",
        "Negative: no",
        "不排除阳性",
        "阳性可能",
        "unlikely positive",
        "probably negative",
        "否认大三阳",
        "小三阳转阴",
        "阳性 (弱)",
        "Previous: negative. Not repeated",
        "Negative in 2018, not repeated",
        "Neg 2018",
        "negative, nil 12",
        "positive - historical",
        "阴性(既往)",
        "low level positive",
        "MTB trace detected",
        "false positive",
        "假阳性",
        "very faint line",
        "阳性(弱)",
        "False negative possible",
        "Previously negative",
    ],
    Polarity.NONE: [
        "标本溶血,请重新采样",
        "invalid",
        "未检",
        "待查",
        "QNS",
        "N/A",
        "标本量不足",
        "拒检",
        "送检中",
        "in progress",
        "Unknown",
        "unable to calculate",
    ],
    None: [
        "Detected; specimen hemolyzed",  # a result, and that there is none
        "no growth to date, culture pending",
        "positive control failed, negative",
        "negative for HBsAg; specimen mislabeled",
        "Preliminary negative",
        "rifampin resistance not detected",  # says nothing of the organism
        "HIV-1 not detected, HIV-2 detected",
        "not immune",
        "see comment",  # which may say anything
        "R",
        "Negative (mother)",
        "Mycobacterium avium complex isolated",
        "检出非结核分枝杆菌",
        "No MTB, NTM detected",
        "阳性(母亲)",
    ],
}


@pytest.mark.parametrize(("says", "text"), [(says, text) for says, texts in SAYS.items() for text in texts])
def test_what_a_result_says(says: Polarity | None, text: str) -> None:
    assert read_words(text) is says


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("12x14mm", (13, "mm")),
        ("硬结1.5cm", (1.5, "cm")),
        ("红斑20mm,硬结0mm", (0, "mm")),
        ("15 mm induration, 20 mm erythema", (15, "mm")),
        ("红晕15x15mm,无硬结", (0, "mm")),
        ("48h 3mm; 72h 12mm", None),  # which of the two?
        ("<5mm induration", None),
        ("15 mm/h", None),
        ("induration 12,5 mm", (12.5, "mm")),
        ("1" * 100_000, None),
    ],
)
def test_the_size_of_a_skin_reaction(text: str, size: tuple[float, str] | None) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("S/CO 0.09", ("", 0.09, "s/co")),
        ("COI: <0.05", ("<", 0.05, "coi")),
        ("S/CO 0.09 IU/mL", None),  # two units
        ("2.5×10^3 IU/mL", ("", 2500, "iu/ml")),
        ("<5.0x10E2", ("<", 500, "")),
        ("48×10^9/L", ("", 48, "×10^9/l")),  # the power is the unit's
        ("48 10^3/uL", ("", 48, "10^3/ul")),
        ("1,250.00 IU/mL", ("", 1250, "iu/ml")),
        ("0,04 IU/mL", ("", 0.04, "iu/ml")),
        ("1,2,3", None),
        ("12.5 mIU/mL H", ("", 12.5, "miu/ml")),
        ("120.5↑", ("", 120.5, "")),
        ("0.02 IU/mL (<0.05)", ("", 0.02, "iu/ml")),
        ("0.02 (0-0.05)", ("", 0.02, "")),
        ("5-10 mIU/mL", None),
        ("98% on room air", ("", 98, "%")),
        ("28 (L)", ("", 28, "")),
    ],
)
def test_a_number_in_words(text: str, number: tuple[str, float, str] | None) -> None:
    found = read_number(text)
    assert (found and found[:3]) == number


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("55-60%", (55, 60, "%")),
        ("25 – 30 %", (25, 30, "%")),
        ("0.5-1.2 mIU/mL", (0.5, 1.2, "miu/ml")),
        ("2021-03", None),
        ("60-55%", None),
        ("55%", None),
    ],
)
def test_a_range_as_a_value(text: str, ends: tuple[float, float, str] | None) -> None:
    assert read_between(text) == ends


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10^3 IU/mL", ("", 1000, "iu/ml", "1e3")),
        ("10³", ("", 1000, "", "1e3")),  # not a hundred and three
        ("5,000.", ("", 5000, "", "5000")),
        ("1.234,5", None),  # points between thousands: not 1.234
        ("1'234", None),
        ("1:40", None),
        ("5; 7", None),
    ],
)
def test_what_is_half_a_number_is_none(text: str, number: tuple[str, float, str, str] | None) -> None:
    assert read_number(text) == number


@pytest.mark.parametrize("piece", ["ra ", "(", ", ", "1 ", "rif ", "参考:"])
def test_a_text_longer_than_any_result_is_not_read(piece: str) -> None:
    """Nor does it take minutes to say so: the time that a mistake here would take is seen."""
    text = piece * 200_000
    assert (read_number(text), read_between(text), read_words(text)) == (None, None, None)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("nicht nachweisbar", Polarity.NEGATIVE),
        ("Négatif.", Polarity.NEGATIVE),
        ("niet aantoonbaar", Polarity.NEGATIVE),
        ("Nachweisbar", Polarity.POSITIVE),
        ("détecté", Polarity.POSITIVE),
        ("schwach positiv", Polarity.EQUIVOCAL),
        ("douteux", Polarity.EQUIVOCAL),
        ("nachweisbar, aber nicht quantifizierbar", None),  # no sentence is read
    ],
)
def test_a_whole_answer_in_german_french_or_dutch(words, says) -> None:
    assert read_words(words) is says
