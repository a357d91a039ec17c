"""The clauses of a report."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.report_findings import clauses_of, is_beside_the_point


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("No nodules, consolidation, or cavities.", ["No nodules consolidation or cavities"]),
        ("Lungs: No nodules, pleural effusion or cavities", [" No nodules pleural effusion or cavities"]),
        ("No nodules, cavities seen", ["No nodules", " cavities seen"]),
        # A list that is none after all costs its length: cut within its words, these would take years.
        (
            "No nodules, consolidations, effusions, lymphadenopathy, bronchiectasis, cavitations seen",
            ["No nodules", " consolidations", " effusions", " lymphadenopathy", " bronchiectasis", " cavitations seen"],
        ),
        ("No " + "a" * 300 + ", " + "b" * 300, ["No " + "a" * 300, " " + "b" * 300]),
    ],
)
def test_a_list_of_what_is_denied_is_one_clause(text: str, clauses: list[str]) -> None:
    assert clauses_of(text) == clauses


@pytest.mark.parametrize(
    ("clause", "beside"),
    [
        ("双肺纹理增多、增粗", True),
        ("心影不大", True),
        (" 主动脉弓迂曲、钙化", True),
        ("冠脉走行区钙化斑块", True),
        ("tortuous aorta", True),
        ("双肺纹理增多伴斑片影", False),  # and something else
        ("双肺散在钙化灶", False),
        ("右肺纹理增多", False),
        ("心影增大伴双肺渗出", False),
    ],
)
def test_what_is_seen_in_many_a_chest_is_no_sign_of_an_infection(clause: str, beside: bool) -> None:
    assert is_beside_the_point(clause) is beside
