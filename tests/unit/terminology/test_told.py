"""What a narrative tells of: the sets it names and does not deny."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.clauses import clause
from fhir_screener.terminology.phrases import stance
from fhir_screener.terminology.stance import Stance
from fhir_screener.terminology.told import Teller
from fhir_screener.terminology.valueset import ValueSet

TELLER = Teller(
    [
        ValueSet("tb", "Tuberculosis", "condition", names={"": ("tuberculosis", "pulmonary tuberculosis")}),
        ValueSet(
            "tb-old", "Old tuberculosis", "condition", names={"": ("old tuberculosis", "old pulmonary tuberculosis")}
        ),
        ValueSet("pregnant", "Pregnancy", "condition", names={"": ("pregnant",)}),
        ValueSet("pregnancy-status", "Pregnancy status", "result", names={"": ("currently pregnant",)}),
        ValueSet("igg4", "IgG4", "result", names={"": ("igg4",)}),
        ValueSet("hbsag", "HBsAg", "result", names={"": ("hbsag",)}),
    ]
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Treated for tuberculosis.", {"tb": "asserted"}),
        ("Old pulmonary tuberculosis.", {"tb-old": "asserted"}),
        ("Old tuberculosis; now tuberculosis.", {"tb-old": "asserted", "tb": "asserted"}),
        ("No tuberculosis.", {}),
        ("She is currently pregnant.", {"pregnant": "asserted"}),  # a question's name, and here an answer
        ("Currently pregnant: no", {}),
        ("Currently pregnant: N/A", {}),
        ("Currently pregnant: yes", {"pregnant": "asserted"}),
        ("HBsAg positive, IgG4 normal.", {"hbsag": "asserted"}),
        ("IgG4 negative, HBsAg positive.", {"hbsag": "asserted"}),
    ],
)
def test_what_a_text_names(text: str, wanted: dict[str, str]) -> None:
    assert {name: hit.stance.value for name, hit in TELLER.told(text).items()} == wanted


def test_a_text_without_full_stops_is_read_near_each_name_only() -> None:
    text = "no tuberculosis seen and " * 500
    start = text.index("tuberculosis", len(text) // 2)
    left, right = clause(text, start, start + 12)
    assert right - left < 1100
    assert TELLER.told(text) == {}


@pytest.mark.parametrize("words", [" and so on" * 100, "和" * 600])
def test_what_a_sentence_says_too_far_away_leaves_it_in_doubt(words: str) -> None:
    before, after = f"denies{words} tuberculosis", f"tuberculosis{words} was in his father"
    for text in (before, after):
        start = text.index("tuberculosis")
        assert stance(text, start, start + 12) is Stance.DOUBTFUL


LONG = "the rest of the note is long. " * 60


@pytest.mark.parametrize("text", ["denies tuberculosis. " + LONG, LONG + "denies tuberculosis."])
def test_a_long_text_of_short_sentences_is_read_as_ever(text: str) -> None:
    start = text.index("tuberculosis")
    assert stance(text, start, start + 12) is Stance.NEGATED
