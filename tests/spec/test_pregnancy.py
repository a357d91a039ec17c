"""`pregnant` and `lactating`: current, each kind of evidence with its own expiry."""

from __future__ import annotations

import pytest

from fhir_screener.verdict import MET, NOT_MET, Reason
from tests.spec import facts as make
from tests.spec.plain_patient import judged as judged
from tests.spec.plain_patient import said

HER = make.patient(gender="female", birth_date="1990-01-15")
PREGNANT = "pregnant: {conditions: [pregnancy], hcg: [hcg], ended: [pregnancy-ended], test_within: P30D}"
LACTATING = """
lactating:
  conditions: [lactation]
  suppressed: [weaned]
  delivery: [pregnancy-ended]
  status: [breastfeeding]
  values: {positive: [nursing], negative: [not-nursing]}
  within: P12M
  test_within: P30D
"""


def test_a_pregnancy_is_current_for_300_days(ask) -> None:
    assert ask(PREGNANT, make.condition("G1", onset="2020-12-01"), patient=HER).verdict is MET
    assert ask(PREGNANT, make.condition("G1", onset="2020-04-01"), patient=HER).reason is Reason.STALE
    ended = make.condition("G2", onset="2021-01-20")
    assert ask(PREGNANT, make.condition("G1", onset="2020-12-01"), ended, patient=HER).reason is Reason.NO_DATA


def test_an_outcome_on_record_ends_it(ask) -> None:
    rule = PREGNANT.replace("ended:", "outcome: [outcome], ended:")
    born = make.result("L8", "Live birth", on="2021-01-20")
    assert ask(rule, make.condition("G1", onset="2020-06-01"), born, patient=HER).reason is Reason.NO_DATA
    assert ask(rule, make.condition("G1", onset="2021-02-01"), born, patient=HER).verdict is MET  # the next one


def test_an_outcome_of_unknown_day_leaves_open_whether_it_ended_this_pregnancy(ask) -> None:
    some_day = make.condition("G2", onset="2020")
    assert (
        ask(PREGNANT, make.condition("G1", onset="2020-11-20"), some_day, patient=HER).reason is Reason.IMPRECISE_DATE
    )
    assert ask(PREGNANT, make.condition("G1", onset="2021-01-10"), some_day, patient=HER).verdict is MET
    tested = make.result("L6", "positive", on="2020-12-10")
    assert ask(PREGNANT, tested, some_day, patient=HER).reason is Reason.IMPRECISE_DATE


def test_a_negative_test_clears_what_came_before_it_only(ask) -> None:
    negative, positive = make.result("L6", "negative", on="2021-02-05"), make.result("L6", "positive", on="2021-02-26")
    assert ask(PREGNANT, negative, patient=HER).verdict is NOT_MET
    assert ask(PREGNANT, negative, positive, patient=HER).verdict is MET
    later = make.result("L6", "negative", on="2021-02-28")
    assert ask(PREGNANT, positive, later, patient=HER).verdict is NOT_MET
    doubted = ask(PREGNANT, make.condition("G1", onset="2020-12-01"), negative, patient=HER)
    assert doubted.reason is Reason.CONFLICTING


def test_lactation_that_nobody_closed_becomes_stale(ask) -> None:
    assert ask(LACTATING, make.condition("G3", onset="2021-01-10"), patient=HER).verdict is MET
    assert ask(LACTATING, make.condition("G3", onset="2019-01-10"), patient=HER).reason is Reason.STALE
    said_again = make.condition("G3", onset="2019-01-10", recorded="2021-02-10")
    assert ask(LACTATING, said_again, patient=HER).verdict is MET
    closed = make.condition("G3", onset="2019-01-10", clinical="resolved")
    assert ask(LACTATING, closed, patient=HER).reason is Reason.NO_DATA


def test_suppressed_lactation_is_equivocal(ask) -> None:
    assert ask(LACTATING, make.condition("G4", onset="2021-02-10"), patient=HER).reason is Reason.EQUIVOCAL


def test_the_latest_answer_of_the_woman_decides(ask) -> None:
    yes, no = make.result("L7", "哺乳", on="2020-11-10"), make.result("L7", "未哺乳", on="2021-02-26")
    assert ask(LACTATING, yes, patient=HER).verdict is MET
    assert ask(LACTATING, no, patient=HER).verdict is NOT_MET
    assert ask(LACTATING, yes, no, patient=HER).verdict is NOT_MET
    assert ask(LACTATING, make.result("L7", "未哺乳", on="2020-11-10"), patient=HER).reason is Reason.NO_DATA
    assert ask(LACTATING, make.result("L7", "哺乳", on="2019-11-10"), patient=HER).reason is Reason.STALE
    assert ask(LACTATING, make.condition("G3", onset="2021-01-10"), no, patient=HER).reason is Reason.CONFLICTING
    assert ask(LACTATING, make.condition("G3", onset="2019-01-10"), no, patient=HER).verdict is NOT_MET


def test_a_no_does_not_outlive_a_birth_that_came_after_it(ask) -> None:
    no, born = make.result("L7", "未哺乳", on="2021-02-10"), make.condition("G2", onset="2021-02-15")
    assert ask(LACTATING, no, born, patient=HER).reason is Reason.NO_DATA
    assert ask(LACTATING, no, make.condition("G2", onset="2021-02-01"), patient=HER).verdict is NOT_MET


@pytest.mark.parametrize("words", ["Pregnant, previous miscarriage", "Pregnancy, previous cesarean section"])
def test_the_end_of_an_earlier_pregnancy_in_the_words_of_this_one_ends_nothing(judged, words) -> None:
    coded = {"text": words, "coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "Z33"}]}
    hers = {"resourceType": "Condition", "code": coded, "recordedDate": "2021-02-20"}
    assert said(judged(hers, gender="female", birthDate="1990-05-05"), "E7") == "met"


EXPECTING = {
    "resourceType": "Condition",
    "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "Z3A.36"}]},
    "recordedDate": "2021-01-20",
}
HERS = {"gender": "female", "birthDate": "1990-05-05"}


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("http://www.cms.gov/Medicare/Coding/ICD10", "10E0XZZ"),
        ("http://www.icd10data.com/icd10pcs", "10D00Z1"),
        ("http://www.ama-assn.org/go/cpt", "59510"),
    ],
)
def test_a_delivery_coded_as_americans_code_procedures_ends_a_pregnancy(judged, system, code) -> None:
    assert said(judged(EXPECTING, **HERS), "E7") == "met"
    done = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"coding": [{"system": system, "code": code}]},
        "performedDateTime": "2021-02-10",
    }
    assert said(judged(EXPECTING, done, **HERS), "E7") == "no-data"


def test_a_date_of_delivery_that_has_been_ends_a_pregnancy_and_one_ahead_is_a_due_date(judged) -> None:
    born = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "93857-1"}]},
        "effectiveDateTime": "2021-02-12",
        "valueDateTime": "2021-02-10",
    }
    assert said(judged(EXPECTING, born, **HERS), "E7") == "no-data"
    assert said(judged({**born, "valueDateTime": "2021-06-10"}, **HERS), "E7") == "met"


def test_a_gestational_age_in_weeks_is_a_sign_of_a_pregnancy(judged) -> None:
    told = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "49051-6"}]},
        "effectiveDateTime": "2021-02-20",
        "valueQuantity": {"value": 12, "unit": "wk", "system": "http://unitsofmeasure.org", "code": "wk"},
    }
    assert said(judged(told, **HERS), "E7") == "suspected"
    assert said(judged({**told, "effectiveDateTime": "2020-05-01"}, **HERS), "E7") == "no-data"


def test_a_gestational_age_after_a_delivery_is_of_a_new_pregnancy_only_where_that_began_later(judged) -> None:
    told = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "49051-6"}]},
        "effectiveDateTime": "2021-02-20",
        "valueQuantity": {"value": 6, "unit": "wk", "system": "http://unitsofmeasure.org", "code": "wk"},
    }
    born = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": {"coding": [{"system": "http://www.ama-assn.org/go/cpt", "code": "59510"}]},
        "performedDateTime": "2020-09-10",
    }
    assert said(judged(told, born, **HERS), "E7") == "suspected"  # not passed over for a birth five months ago
    at_birth = {**told, "valueQuantity": {**told["valueQuantity"], "value": 39}}
    assert said(judged(at_birth, born, **HERS), "E7") == "no-data"  # written down late: of the child that was born
    before = {**told, "effectiveDateTime": "2020-09-01"}
    assert said(judged(before, born, **HERS), "E7") == "no-data"
    unread = {**told, "valueQuantity": {"value": 6, "unit": "furlong"}}
    assert said(judged(unread, born, **HERS), "E7") == "unreadable"


@pytest.mark.parametrize("what", ["Auscultation of the fetal heart", "Fetal anatomy study"])
def test_what_is_done_for_a_woman_with_child_is_a_sign_of_a_pregnancy(judged, what) -> None:
    coding = {"system": "http://snomed.info/sct", "code": "225158009", "display": what}
    done = {"resourceType": "Procedure", "status": "completed", "code": {"coding": [coding]}}
    assert said(judged({**done, "performedDateTime": "2021-02-20"}, **HERS), "E7") == "text-only"
    assert said(judged({**done, "performedDateTime": "2020-05-10"}, **HERS), "E7") == "text-only"
    assert said(judged({**done, "performedDateTime": "2020-05-01"}, **HERS), "E7") == "no-data"
