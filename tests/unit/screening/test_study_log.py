"""The screening log's rows and numbers: safe in a spreadsheet, without names, and adding up."""

from __future__ import annotations

import pytest

from fhir_screener.screening.study_log import Entry, Flow, cells, harmless, headings

SWEEP = {"evaluated": 100, "outcome:no_signal": 80, "outcome:excluded": 12, "outcome:candidate": 5, "outcome:review": 3}


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "  =cmd|' /C calc'!A0", "\r\n=1", "＝1+1", "|x"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert harmless(text).startswith("'")


def test_what_no_spreadsheet_may_hold_is_left_out_and_the_rest_stays() -> None:
    assert harmless("a\x00b\x1fc\ufffe") == "abc"
    assert harmless("unknown: no-data") == "unknown: no-data"
    assert harmless('李伟, Anna "A" O\'Hara') == '李伟, Anna "A" O\'Hara'


def test_a_row_has_a_cell_a_column_and_names_nobody_unless_asked() -> None:
    entry = Entry("t1", "review", "rejected", reason="declined", answers={"E1": "met"}, patient="p1", name="=Li Wei")
    top, row = headings(["I1", "E1"], named=False), cells(entry, ["I1", "E1"], named=False)
    assert len(top) == len(row)
    assert dict(zip(top, row, strict=True))["reason_text"] == "The patient declined to take part"
    assert dict(zip(top, row, strict=True))["E1"] == "met"
    assert not {"p1", "Li Wei", "'=Li Wei"} & set(row)
    named = dict(zip(headings([], named=True), cells(entry, [], named=True), strict=True))
    assert (named["patient"], named["name"]) == ("p1", "'=Li Wei")


def test_the_numbers_of_the_flow() -> None:
    flow = Flow(SWEEP)
    for status, reason in (("accepted", ""), ("rejected", "declined"), ("rejected", ""), ("requested", "")):
        flow.add(Entry("t", "candidate", status, reason=reason))
    flow.add(Entry("t", "candidate", "accepted", enrolled=True))
    rows = dict(flow.rows())
    assert rows["Assessed for eligibility (last sweep)"] == 100
    assert (rows["Of these excluded"], rows["Of these later"]) == (12, 0)
    assert (rows["Accepted for screening"], rows["Enrolled"]) == (2, 1)
    assert (rows["Rejected: The patient declined to take part"], rows["Rejected: no coded reason"]) == (1, 1)
    assert rows["Not decided, or closed"] == 1
    parts = sum(n for what, n in rows.items() if what.startswith("Rejected") and isinstance(n, int))
    assert parts + 2 + 1 == rows["Patients listed in this log"] == 5


def test_before_the_first_sweep_nobody_knows_how_many_were_assessed() -> None:
    assert dict(Flow({}).rows())["Assessed for eligibility (last sweep)"] == "not known"


def test_whom_each_criterion_was_the_first_to_keep_out() -> None:
    rows = [
        row for row in Flow(SWEEP | {"first:E9": 5, "first:E8a": 7}, ["I1", "E8a", "E9"]).rows() if "first by" in row[0]
    ]
    assert rows == [("Kept out (excluded or later), first by E8a", 7), ("Kept out (excluded or later), first by E9", 5)]
