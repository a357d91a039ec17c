"""Which lines of a text are sentences of their own."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.lines import fold_lines
from fhir_screener.terminology.phrases import stance
from fhir_screener.terminology.stance import Stance

ROOM = "Lungs are clear, there is no pleural effusion and no evidence "


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("No fever\nLymphoma", ["no fever", "lymphoma"]),
        ("- No diabetes\r\n- HIV", ["- no diabetes", "- hiv"]),
        ("No fever\n\n  \nLymphoma\n", ["no fever", "lymphoma"]),
        ("无发热\n肺结核", ["无发热", "肺结核"]),
        ("No evidence of\nActive tuberculosis", ["no evidence of active tuberculosis"]),
        ("Denies hepatitis,\ntuberculosis", ["denies hepatitis, tuberculosis"]),
        ("否认肝炎、\n结核病史", ["否认肝炎、 结核病史"]),
        ("No signs of\n  active pulmonary\n  tuberculosis", ["no signs of active pulmonary tuberculosis"]),
        (f"{ROOM}that speaks for\ntuberculosis", [f"{ROOM.lower()}that speaks for tuberculosis"]),
        ("one  line", ["one line"]),
    ],
)
def test_a_line_is_a_sentence_unless_its_words_go_on(text: str, lines: list[str]) -> None:
    assert fold_lines(text).split("\n") == lines


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("No known allergies\nLymphoma", Stance.DOUBTFUL),
        ("Family history\nLymphoma", Stance.DOUBTFUL),
        ("No lymphoma\nNo fever", Stance.NEGATED),
        ("Feels well\nLymphoma", Stance.ASSERTED),
        ("No fever\nNo evidence of\nlymphoma", Stance.NEGATED),
    ],
)
def test_a_denial_ends_with_its_line(text: str, said: Stance) -> None:
    plain = fold_lines(text)
    start = plain.index("lymphoma")
    assert stance(plain, start, start + len("lymphoma")) is said
