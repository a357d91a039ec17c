"""What is said beside the differences: counts, and all that was not read, as it is named."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

from fhir_screener.cli.sources import Opened
from fhir_screener.cli.study_diff import _summary
from fhir_screener.screening.compare import Difference

STUDY: Any = SimpleNamespace(id="MY_TRIAL", version="2")
PAIR: Any = SimpleNamespace(old=STUDY, new=STUDY, changed=("my_set",))


def test_what_was_not_read_is_said_with_its_own_name() -> None:
    opened = Opened("charts", lambda opened: iter(()), ["lab_2021.ndjson:3: cut short"], ["List: not offered"])
    opened.unread["p_1"] = "no such patient on this server"
    moved = [Difference("p2", "no_signal", "candidate", ())]
    said = _summary(PAIR, opened, date(2021, 3, 1), moved, 0)
    assert "MY_TRIAL: version 2" in said
    assert "1 no signal -> candidate" in said
    assert "value sets that differ: my_set" in said
    assert "could not be read: lab_2021.ndjson:3: cut short" in said
    assert "not judged: Patient/p_1: no such patient on this server" in said
    assert "warning: List: not offered" in said
