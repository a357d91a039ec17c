"""A dose in words, read by a table: everything in it is known, or nothing is read."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.dose_words import DoseWords, read_dose


def a_day(text: str) -> float | None:
    """mg a day (the same at both ends), or None."""
    found = read_dose(text)
    if found is None or found.low is None or found.times is None or found.pieces or found.low != found.high:
        return None
    return found.low * found.times / found.days


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("40 mg once daily", 40),
        ("10 mg twice daily", 20),
        ("5mg tid po", 15),
        ("5 mg q8h", 15),
        ("20 mg every other day", 10),
        ("70 mg weekly", 10),
        ("10 mg three times a week", 30 / 7),
        ("10 mg 3 times daily", 30),
        ("5 mg/day", 5),
        ("9 mg/day in 3 divided doses", 9),
        ("10 mg in the morning and 5 mg in the evening", 15),
        ("two 5 mg tablets daily", 10),
        ("3 x 5 mg tablets once a day", 15),
        ("Take 4 tablets (40 mg total) by mouth daily with breakfast.", 40),
        ("Take 1 tablet (5 mg total) by mouth 2 (two) times a day", 10),
        ("40 mg = 2 tab(s), Oral, Daily, # 60 tab(s), 0 Refill(s)", 40),
        ("2 tablets (20 mg) daily", None),  # each or both?
        ("5mg*8# qd", 40),
        ("30 mg OD", 30),
        ("20 mg BD pc", 40),
        ("5 mg tablet 2-0-1-0", 15),
        ("5 mg tablet 1/2-0-0", 2.5),
        ("5 mg tablet 1/2-0-1/2", 5),
        ("5 mg tablet 0-0-½", 2.5),
        ("5 mg tablet 1-0-0,5", 7.5),
        ("5 mg tablet 10-5-5", None),  # no twenty tablets
        ("5 mg tablet 20-15-10", None),
        ("5 mg tablet 2025-01-10", None),
        ("早8点40mg顿服", 40),
        ("half a 5 mg tablet daily", None),  # of a tablet of 5 mg, or half of five?
        ("10mg qd", 10),
        ("10mg 每日一次", 10),
        ("口服 20mg 隔日一次", 10),
        ("每次5mg,每日3次", 15),
        ("每次5mg，每日三次，餐后服用", 15),
        ("一日两次，一次5毫克", 10),
        ("10mg 3次/日", 30),
        ("45mg/日", 45),
        ("0.02克 每天1次", 20),
        ("片 4mg x 3片 qd", 12),
        ("5mg×8片 qd po", 40),
        ("5mg/片 3片 qd", 15),
        ("每日30mg，分3次服", 30),
        ("早10mg，晚5mg", 15),
        ("早晚各10mg", 20),
        ("30mg qd 晨起顿服", 30),
        ("每周一次 10.5mg", 1.5),
        ("１０ＭＧ　ＱＤ", 10),
        ("0 mg daily", 0),
        ("15mg每日一次", 15),
        ("15mg隔日一次 晨起顿服", 7.5),
        ("20 mg every other day in the morning", 10),
        ("5mg/次，2次/天", 10),
        ("10 mg 每晨1次", 10),
        ("Take 3 tablets (7.5 mg total) by mouth daily.", 7.5),
        ("Take 1 tablet (5 mg) by mouth 2 (two) times daily with meals", 10),
        ("5 mg by oral route nightly", 5),
        ("10 mg om", 10),
        ("5 mg tablet ONE to be taken each morning", 5),
        ("5 mg tablet Six tablets to be taken each morning", 30),
        ("5 mg tablet 2 od", 10),
        ("5 mg tablet 1 mane", 5),
        ("5 mg tablet 1.5 daily", 7.5),
        ("5 mg tablet 10 od", None),  # ten tablets, or ten milligrams?
        ("5 mg tablet 1 - 0 - 1 - 0", 10),
        ("5 mg tablet 2-0-0-0 Stück", 10),
    ],
)
def test_mg_a_day(text, expected) -> None:
    found = a_day(text)
    assert found is None if expected is None else found == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "遵医嘱",
        "as directed",
        "遵医嘱，逐渐减量",
        "40mg qd 逐渐减量",
        "40 mg daily for 2 weeks, then 5 mg daily",
        "40mg qd×14天",
        "5 mg daily, may increase to 20 mg daily",
        "up to 20 mg daily",
        "10mg与20mg隔日交替",
        "Take 2 tablets (10 mg) by mouth daily",  # each, or both
        "5 mg 2 (three) times daily",
        "8mg(2片) qd",  # in two tablets, or two tablets of 8 mg
        "4mg 3片 qd",
        "4 mg x 3 daily",
        "10 mg 20 mg daily",
        "10 mg qd bid",
        "10mg 一次",
        "0.1 mg/kg daily",
        "5 mg/mL daily",
        ".5 mg qd",
        "10,5 mg qd",
        "1-2 tablets daily",
        "5/500 tablet daily",  # two ingredients
        "不超过10mg qd",
        "泼尼松 10mg qd",  # the drug's name is taken out before
        "15 mg biweekly",
        "10 mg qd od",
        "早10mg，10mg",
        "早10mg，早5mg",
        "bid 早10mg，晚5mg",
        "30mg tid 分3次",
    ],
)
def test_what_is_not_certain_is_not_read(text) -> None:
    found = read_dose(text)
    assert found is None or found.low is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5-15mg qd", DoseWords(5, 15, times=1, days=1)),
        ("2.5mg至5mg qd", DoseWords(2.5, 5, times=1, days=1)),
        ("15 mg daily prn", DoseWords(15, 15, times=1, days=1, as_needed=True)),
        ("15 mg daily if flare", DoseWords(15, 15, times=1, days=1, as_needed=True)),
        ("15 mg daily in case of relapse", DoseWords(15, 15, times=1, days=1, as_needed=True)),
        ("2片 bid", DoseWords(2, 2, True, 2, 1)),
        ("1片半 qd", DoseWords(1.5, 1.5, True, 1, 1)),
        ("半片 qd", DoseWords(0.5, 0.5, True, 1, 1)),
        ("1/2 tablet in the morning", DoseWords(0.5, 0.5, True, 1, 1)),
        ("half a tablet daily", DoseWords(0.5, 0.5, True, 1, 1)),
        ("one-half tablet daily", DoseWords(0.5, 0.5, True, 1, 1)),
        ("take one and a half tablets every morning", DoseWords(1.5, 1.5, True, 1, 1)),
        ("1 1/2 tablet(s) once a day", DoseWords(1.5, 1.5, True, 1, 1)),
        ("take 1 tablet by mouth every day", DoseWords(1, 1, True, 1, 1)),
        ("每日2次", DoseWords(times=2, days=1)),
        ("30mg 顿服", DoseWords(30, 30)),
        ("50 mg once", DoseWords(50, 50, once=True)),
        ("50mg 单次口服", DoseWords(50, 50, once=True)),
    ],
)
def test_ranges_pieces_and_parts(text, expected) -> None:
    assert read_dose(text) == expected
