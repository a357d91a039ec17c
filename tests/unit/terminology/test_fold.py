"""Text as it is compared: what looks the same is the same."""

import pytest

from fhir_screener.terminology.coding import fold


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("Ritux\u00adimab", "rituximab"),  # a soft hyphen
        ("ritu\u200bxi\u200dmab\u200e", "rituximab"),
        ("\ufeff\u202aRITUXIMAB\u202c", "rituximab"),
        ("利\u2060妥昔\u200b单抗", "利妥昔单抗"),
        ("ｒｉｔｕｘｉｍａｂ　５００ｍｇ", "rituximab 500mg"),
        ("rituximab\u00a0\u2009 500\tmg ", "rituximab 500 mg"),
        ("TB&nbsp;test &lt;5&nbsp;mm", "tb test <5 mm"),
        ("&#60;0.05 &#x3c;", "<0.05 <"),
        ("R&D; A & E", "r&d; a & e"),
        ("Sjo\u0308gren", "sj\u00f6gren"),
    ],
)
def test_what_looks_the_same(text: str, same: str) -> None:
    assert fold(text) == same
