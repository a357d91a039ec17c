"""Tests by a local name that only looks like one that is asked about: their words never decide."""

from __future__ import annotations

from fhir_screener.criteria.cite import cite, value_text
from fhir_screener.criteria.index import among
from fhir_screener.criteria.limits import Limits
from fhir_screener.criteria.reading import read_value
from fhir_screener.criteria.results import COUNTS, flags_only
from fhir_screener.criteria.tally import Tally, aside
from fhir_screener.criteria.view import View, When
from fhir_screener.records.dates import Duration
from fhir_screener.records.facts import QUESTIONS, Observation
from fhir_screener.sentence import say
from fhir_screener.terminology.result_words import Polarity
from fhir_screener.terminology.valueset import hit_among
from fhir_screener.verdict import Reason


def weigh_lookalikes(view: View, sets: frozenset[str], limits: Limits, within: Duration | None, tally: Tally) -> None:
    """Weigh in what such tests say where the tests of `sets` themselves say nothing: a doubt, never an answer."""
    if tally.met or tally.reasons:
        return
    for fact in among(view.index.near, sets):
        hit = hit_among(fact.near, sets)
        if hit is None or not _is_test(fact):
            continue
        days = view.point(fact.effective, fact.issued)
        if days is not None and view.place(days, within) in (When.BEFORE, When.FUTURE):
            continue
        says = read_value(fact.value, limits, view.terminology).says
        evidence = cite(fact, say("looks like this test"), value=value_text(fact.value), hit=hit)
        if says is Polarity.NEGATIVE:
            tally.context(aside(evidence))
        elif says is not Polarity.NONE and not (says is Polarity.UNREADABLE and limits.measures):
            tally.doubt(Reason.TEXT_ONLY, evidence)


def _is_test(fact: Observation) -> bool:
    """Whether it is a finished test of this patient, and no question about one."""
    return (
        fact.status in COUNTS
        and not fact.other_subject
        and not flags_only(fact)
        and QUESTIONS.isdisjoint(fact.categories)
    )
