"""Each warning is a sentence a report can print, and says whether the result may be taken as whole."""

import pytest

from fhir_screener.fhir.outcome import Issue
from fhir_screener.fhir.search_warnings import Cut, Ignored, Notice, Shortfall, Unreadable


@pytest.mark.parametrize(
    ("warning", "partial", "sentence"),
    [
        (Shortfall("Task", 9, 7), True, "Task: the server counts 9 matches but sent 7"),
        (Cut("Task", 3, "no more than 3 pages are read"), True, "Task: reading stopped after 3 pages: no more than"),
        (Cut("Task", 3, "a phantom", partial=False), False, "Task: reading stopped after 3 pages: a phantom"),
        (
            Notice("Task", Issue("warning", "processing", ("4119",))),
            False,
            "the server remarks: warning processing 4119",
        ),
        (Notice("Task", Issue("fatal", "processing")), True, "Task: the server remarks: fatal processing"),
        (Unreadable("Task", 2), True, "Task: 2 entries hold no readable resource"),
        (Ignored("Task", ("code", "date")), False, "Task: the server seems to have ignored code, date"),
    ],
)
def test_warnings(warning, partial, sentence):
    assert warning.type == "Task"
    assert warning.partial is partial
    assert sentence in str(warning)
