"""The order of records, and records that never count, change no answer: whatever the rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_screener.criteria.view import View
from tests.properties.test_events_in_time import RULES, about_it
from tests.spec import facts as make
from tests.spec.conftest import AS_OF, SETS, ZONE, read_rule, record_of

NEVER = (
    make.condition("C1", onset="2019-01-01", verification="entered-in-error"),
    make.condition("S1", onset="2010-01-01"),
    make.condition("C1", onset="2022-01-01", recorded="2022-01-02"),
    make.result("L2", 45, unit="mL/min", status="entered-in-error"),
    make.result("L2", 45, unit="mL/min", status="registered"),
    make.result("L2", 45, unit="mL/min", other_subject=True),
    make.result("L2", 45, "2022-01-01", unit="mL/min"),
    make.drug("P1", taken="2020-01-01..", mg=20, status="entered-in-error", asserted="2021-02-20"),
    make.drug("P1", taken="2020-01-01..", mg=20, status="not-taken", asserted="2021-02-20"),
    make.drug("R2", taken="2020-01-01..", mg=20, asserted="2021-02-20"),
    make.drug("P1", taken="2022-01-01..", mg=20, asserted="2021-02-20"),
    make.encounter("E1", "2021-02-01..2021-02-02", status="cancelled"),
    make.encounter("E2", "2021-02-01..2021-02-02"),
    make.vaccine("V1", "2021-02-20", status="not-done"),
    make.procedure("Y1", "2021-02-01", status="not-done"),
    make.subject("NCT2", "candidate"),
    make.subject("NCT1", "on-study", period=make.span("2021-02-01..")),
)


@pytest.mark.parametrize("text", RULES)
@settings(max_examples=20)
@given(data=st.data())
def test_neither_order_nor_what_never_counts_changes_an_answer(text: str, data: Any) -> None:
    rule = read_rule(text)
    facts = data.draw(st.lists(about_it[text.partition(":")[0]], max_size=4))

    def answer(*given: Any) -> tuple[Any, Any]:
        found = rule.evaluate(View(record_of(*given), AS_OF.toordinal(), ZONE, SETS, "NCT1"))
        return found.verdict, found.reason

    plain = answer(*facts)
    assert answer(*facts[::-1]) == plain
    for one in NEVER:
        assert answer(*facts, one) == plain, one
