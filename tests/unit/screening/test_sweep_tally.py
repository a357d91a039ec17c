"""What a chunk's result says of single patients: what became of their Tasks and why, and whom to check by hand."""

from __future__ import annotations

from fhir_screener.criteria.evidence import Evidence, met, unknown
from fhir_screener.screening.candidate import Action
from fhir_screener.screening.change import Change
from fhir_screener.screening.ports import Applied
from fhir_screener.screening.screening import Outcome, Screening
from fhir_screener.screening.sweep_plan import ChunkResult, Moved
from fhir_screener.screening.sweep_tally import SAMPLE, count_moved, count_screening
from fhir_screener.verdict import Reason
from tests.builders.screenings import criterion, screening

STUDY = "NCT04660565"
CODED = Evidence("Condition/1", code="http://hl7.org/fhir/sid/icd-10|C16")
WORDS = Evidence("Condition/2", code="胃癌")
OTHER = Evidence("Condition/3", code="http://hl7.org/fhir/sid/icd-10|C18")


def out(*evidence: Evidence, patient: str = "p1") -> Screening:
    found = (criterion(met(*evidence), "E4"),)
    return screening(outcome=Outcome.EXCLUDED, criteria=found, shown=False, patient=patient)


def tallied(*screenings: Screening) -> ChunkResult:
    result = ChunkResult()
    for one in screenings:
        count_screening(result, one)
    return result


def test_a_task_that_was_left_needs_no_word() -> None:
    result = ChunkResult()
    count_moved(result, screening(), Applied(Action.UNCHANGED))
    assert result.moved == {}


def test_a_changed_task_has_its_cause() -> None:
    result = ChunkResult()
    change = Change("E8a", "not_met", "met", "Observation/9")
    count_moved(result, out(CODED), Applied(Action.WITHDRAW, "candidate", (change,)))
    assert result.moved[STUDY]["p1"] == Moved("withdrawn", "candidate", "no-longer-matches", "E8a", "Observation/9")


def test_of_several_changes_the_cause_is_the_one_that_decides() -> None:
    aged = Change("I4", "met", "unknown: stale", "time")
    cancer = Change("E4", "unknown: no-data", "met", "Condition/9")
    result = ChunkResult()
    count_moved(result, out(CODED), Applied(Action.WITHDRAW, "candidate", (aged, cancer)))
    assert result.moved[STUDY]["p1"] == Moved("withdrawn", "candidate", "no-longer-matches", "E4", "Condition/9")


def test_what_keeps_out_for_good_is_the_cause_before_what_time_ends() -> None:
    two = (criterion(met(OTHER, clock=True), "E1"), criterion(met(CODED), "E4"))
    changed = (Change("E1", "not_met", "met", "Observation/1"), Change("E4", "not_met", "met", "Condition/1"))
    result, excluded = ChunkResult(), screening(outcome=Outcome.EXCLUDED, criteria=two, shown=False)
    count_moved(result, excluded, Applied(Action.WITHDRAW, "candidate", changed))
    assert result.moved[STUDY][excluded.patient].criterion == "E4"


def test_of_a_review_the_cause_is_what_needs_eyes() -> None:
    doubt = (criterion(met(CODED), "I1", role="inclusion"), criterion(unknown(Reason.SUSPECTED, WORDS), "E4"))
    changed = (Change("I1", "not_met", "met", "time"), Change("E4", "not_met", "unknown: suspected", "Condition/2"))
    result, review = ChunkResult(), screening(outcome=Outcome.REVIEW, criteria=doubt)
    count_moved(result, review, Applied(Action.UPDATE, "later", changed))
    assert result.moved[STUDY][review.patient].criterion == "E4"


def test_without_a_deciding_one_the_cause_is_what_answers_otherwise() -> None:
    changed = (Change("I3", "met", "met", "Condition/1"), Change("I4", "not_met", "met", "MedicationRequest/1"))
    result = ChunkResult()
    count_moved(result, screening(), Applied(Action.UPDATE, "later", changed))
    assert result.moved[STUDY][screening().patient].criterion == "I4"


def test_who_is_kept_out_by_one_record_or_by_words_is_to_be_checked() -> None:
    result = tallied(out(CODED), out(WORDS, patient="p2"), out(CODED, OTHER, patient="p3"))
    assert result.alone_out == {STUDY: {"E4": 3}}
    assert result.thin[STUDY] == {"p1": "E4: Condition/1", "p2": "E4: words of Condition/2"}


def test_the_sample_is_small() -> None:
    result = tallied(*(out(CODED, patient=f"p{number}") for number in range(SAMPLE + 3)))
    assert len(result.thin[STUDY]) == SAMPLE


def test_two_reasons_are_none_alone() -> None:
    two = (criterion(met(CODED), "E4"), criterion(met(OTHER), "E9"))
    result = tallied(screening(outcome=Outcome.EXCLUDED, criteria=two, shown=False))
    assert (result.alone_out, result.first_out) == ({}, {STUDY: {"E4": 1}})


def test_a_later_too_far_ahead_for_a_task_is_counted() -> None:
    near, far = screening(outcome=Outcome.LATER), screening(outcome=Outcome.LATER, shown=False, patient="p2")
    result = tallied(near, far)
    assert (result.outcomes, result.too_far) == ({STUDY: {"later": 2}}, {STUDY: {"later": 1}})
