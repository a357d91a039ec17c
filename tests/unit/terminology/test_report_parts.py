"""What was asked of a report, and what it found."""

from __future__ import annotations

import pytest

from fhir_screener.terminology.report_parts import question_and_answer


@pytest.mark.parametrize(
    ("text", "asked", "found"),
    [
        ("INDICATION: r/o TB.\nFINDINGS: clear.", "INDICATION: r/o TB.\n", "FINDINGS: clear."),
        ("Reason for exam: TB? Clear lungs.", "Reason for exam: TB? Clear lungs.", ""),
        ("Indication: r/o TB. Clear lungs.", "Indication: r/o TB.", "Clear lungs."),
        ("临床诊断:结核待排。影像所见:双肺清晰。", "临床诊断:结核待排。", "影像所见:双肺清晰。"),
        ("History of TB. Clear lungs.", "", "History of TB. Clear lungs."),
        ("History: lymphoma in 2015.", "", "History: lymphoma in 2015."),  # nothing says where the findings begin
    ],
)
def test_the_parts(text: str, asked: str, found: str) -> None:
    assert question_and_answer(text) == (asked, found)
