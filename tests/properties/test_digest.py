"""The evidence digest moves with what a decision rests on, and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from fhir_screener.criteria.evidence import Evidence, Finding
from fhir_screener.criteria.ledger import CriterionFinding
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.verdict import Reason, Verdict
from tests.builders.screenings import screenings

seeds = st.integers(0, 1000).map(Random)


def _shuffled(finding: Finding, random: Random) -> Finding:
    """The same facts in another order, with other versions and sentences. Branches stay: `decided_by` counts them."""
    evidence = [changed(e, version="99", note="other words", display="other name") for e in finding.evidence]
    random.shuffle(evidence)
    branches = tuple(_shuffled(branch, random) for branch in finding.branches)
    return changed(finding, evidence=tuple(evidence), branches=branches, rule="other", label="other", settle="other")


@given(screenings, seeds)
def test_order_versions_sentences_day_and_mapping_do_not_move_it(screening: Screening, random: Random) -> None:
    criteria = [changed(c, settle="other", answer=_shuffled(c.finding, random)) for c in screening.criteria]
    random.shuffle(criteria)
    other = replace(
        screening,
        criteria=tuple(criteria),
        as_of=date(2022, 2, 2),
        study_version="other",
        checksum="other",
        seen={},
        problems=(),
        next_change_on=None,
    )
    assert evidence_digest(other) == evidence_digest(screening)


@given(screenings, st.data())
def test_a_verdict_or_reason_moves_it(screening: Screening, data: st.DataObject) -> None:
    assume(screening.criteria)
    first, *rest = screening.criteria
    verdict = data.draw(st.sampled_from(Verdict))
    reason = data.draw(st.sampled_from(Reason)) if verdict is Verdict.UNKNOWN else None
    assume((verdict, reason) != (first.verdict, first.reason))
    other = changed(first, answer=changed(first.finding, verdict=verdict, reason=reason))
    assert evidence_digest(replace(screening, criteria=(other, *rest))) != evidence_digest(screening)


@given(screenings, st.sampled_from(("code", "value", "date")))
def test_a_deciding_fact_moves_it_and_context_does_not(screening: Screening, part: str) -> None:
    fact = Evidence("Observation/new", code="urn:x|1", value="7", date="2021-01-01")
    finding = Finding(Verdict.MET, evidence=(fact,))
    base = replace(screening, criteria=(CriterionFinding("X1", "exclusion", "", finding),))
    moved = changed(finding, evidence=(changed(fact, **{part: "changed"}),))
    context = changed(finding, evidence=(fact, changed(fact, value="other", decides=False)))
    assert evidence_digest(_with(base, moved)) != evidence_digest(base)
    assert evidence_digest(_with(base, context)) == evidence_digest(base)


@given(screenings, st.sampled_from(Outcome))
def test_it_is_of_the_criteria_alone(screening: Screening, outcome: Outcome) -> None:
    assert evidence_digest(replace(screening, outcome=outcome, patient="other")) == evidence_digest(screening)


def _with(screening: Screening, finding: Finding) -> Screening:
    return replace(screening, criteria=(changed(screening.criteria[0], answer=finding),))
