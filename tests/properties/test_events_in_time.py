"""Rules in time: between two days of possible change that a rule names, nothing changes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhir_screener.criteria.view import View
from tests.spec import facts as make
from tests.spec.conftest import AS_OF, SETS, ZONE, read_rule, record_of

RULES = (
    "encounter: {in: [stay], within: P1M}",
    "encounter: {in: [stay], ended: true, within: P1M}",
    "encounter: {in: [stay], current: true}",
    "encounter: {in: [stay], discharged: [hospice], within: P6M}",
    "immunization: {in: [vaccine], within: P30D}",
    "tested: {of: [egfr], within: P1M}",
    "count: {of: [{encounter: {in: [stay]}}, {immunization: {in: [vaccine]}}], at_least: 2, within: P3M, apart: P14D}",
    "count: {of: [{encounter: {in: [stay], ended: true}}], at_least: 2}",
    "exposure: {to: [prednisone], within: P84D}",
    "dose: {of: [prednisone], in: prednisone, started_within: P28D, free_for: P90D, raised_within: P28D,"
    " baseline: {at_most: 10}, continuing: P180D}",
    "condition: {in: [cancer], within: P6M}",
    "condition: {in: [cancer], began_within: P30D}",
    "condition: {in: [cancer], for: P6M}",
    "condition: {in: [cancer], onset_within: P6M}",
    "procedure: {in: [hysterectomy], within: P6M}",
    "regimen: {of: [prednisone], dose: {at_most: {mg/d: 20}}, unchanged_for: P28D}",
    "regimen: {of: [prednisone], for: P3M}",
    "study_participation: {within: P90D}",
    "study_participation: {}",
    "result: {of: [egfr], between: {mL/min: [30, 60]}, within: P1M}",
    "score: {of: [egfr], below: 60, within: P1M}",
)
AHEAD = 400

days = st.dates(date(2020, 9, 1), date(2021, 9, 1)).map(date.isoformat)
partial = st.one_of(days, days.map(lambda day: day[:7]), st.just("2021"))
spans = st.one_of(
    partial, partial.map(lambda one: f"{one}.."), st.tuples(days, days).map(lambda two: "..".join(sorted(two)))
)
stays = st.builds(
    lambda on, status, went: make.encounter("E1", on, status=status, discharge=went),
    spans,
    st.sampled_from(["finished", "in-progress", "planned", "unknown"]),
    st.sampled_from([None, "W1"]),
)
vaccines = st.builds(lambda on: make.vaccine("V1", on), partial)
results = st.builds(
    lambda on, status: make.result("L2", 60, on, status=status), spans, st.sampled_from(["final", "preliminary"])
)
measured = st.builds(
    lambda on, value: make.result("L2", value, on, unit="mL/min"), spans, st.sampled_from([20, 45, 60])
)
orders = st.builds(
    lambda day, on: make.drug("P1", "request", authored=day, doses=(make.dose(5, bounds=make.span(on)),)), days, spans
)
statements = st.builds(
    lambda on, status, said: make.drug("P1", taken=on, status=status, asserted=said),
    spans,
    st.sampled_from(["active", "completed", "stopped", "on-hold"]),
    st.one_of(st.none(), days, st.just("2020-03-01")),
)
courses = st.builds(
    lambda on, mg: make.drug("P1", taken=on, mg=mg, asserted="2021-02-26"), spans, st.sampled_from([5, 40])
)
diseases = st.builds(
    lambda on, end, status, noted: make.condition("C1", onset=on, abatement=end, clinical=status, recorded=noted),
    st.one_of(st.none(), partial),
    st.one_of(st.none(), partial),
    st.sampled_from(["active", "resolved", ""]),
    st.one_of(st.none(), partial),
)
studies = st.builds(
    lambda on, status: make.subject("NCT2", status, period=make.span(on)),
    spans,
    st.sampled_from(["on-study", "off-study", "withdrawn", "candidate"]),
)
operations = st.builds(lambda on: make.procedure("Y1", on), spans)
about_it = {
    "encounter": stays,
    "immunization": vaccines,
    "tested": results,
    "count": st.one_of(stays, vaccines),
    "exposure": st.one_of(orders, statements),
    "dose": st.one_of(orders, courses),
    "condition": diseases,
    "procedure": operations,
    "regimen": courses,
    "study_participation": studies,
    "result": measured,
    "score": results,
}


@pytest.mark.parametrize("text", RULES)
@settings(max_examples=25)
@given(data=st.data())
def test_nothing_changes_between_the_days_that_are_named(text: str, data: Any) -> None:
    facts = data.draw(st.lists(about_it[text.partition(":")[0]], max_size=4))
    rule, record = read_rule(text), record_of(*facts)
    start = AS_OF.toordinal()
    answer, following = None, start
    for day in range(start, start + AHEAD):
        view = View(record, day, ZONE, SETS)
        found = rule.evaluate(view)
        now = (found.verdict, found.reason)
        if day < following:
            assert now == answer, f"changed on {date.fromordinal(day)}, which nobody had named"
            continue
        answer, following = now, min(view.watch, default=start + AHEAD)
