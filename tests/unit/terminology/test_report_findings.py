"""The clauses of a report."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.report_findings import clauses_of


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
