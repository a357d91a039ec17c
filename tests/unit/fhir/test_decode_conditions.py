"""Condition resources become facts, whatever shape their parts have."""

import pytest

from fhir_screener.records.facts import Span
from fhir_screener.terminology.coding import SNOMED
from tests.builders.charts import PATIENT, coded, condition, read, resource

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"


def only(**elements):
    (fact,) = read(condition(**elements)).conditions
    return fact


def test_a_usual_condition():
    fact = only(
        meta={"versionId": "3", "lastUpdated": "2021-02-03T10:00:00Z"},
        clinicalStatus=coded(CLINICAL, "active"),
        verificationStatus=coded("x", "confirmed"),
        category=[coded("x", "problem-list-item"), {"text": "Oncology"}],
        onsetDateTime="2015-03",
        abatementDateTime="2016",
        recordedDate="2015-04-01",
        note=[{"text": "left"}, {"text": "G2"}],
    )
    assert (fact.ref, fact.version, fact.updated) == ("Condition/1", "3", "2021-02-03T10:00:00Z")
    assert (fact.clinical, fact.verification) == ("active", "confirmed")
    assert fact.categories == ("problem-list-item", "oncology")
    assert (fact.onset, fact.abatement) == (Span("2015-03", "2015-03"), Span("2016", "2016"))
    assert (fact.recorded, fact.note, fact.abated) == ("2015-04-01", "left\nG2", False)
    assert fact.hits["cancer"].coding.code == "C50.9"


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        (coded(CLINICAL, "remission"), "remission"),
        (coded(SNOMED, "55561003"), "active"),
        (coded(SNOMED, "73425007"), "inactive"),
        (coded(SNOMED, "413322009"), "resolved"),
        ("active", "active"),
        ({"text": "Active"}, "active"),
        ({"text": "已治愈"}, "resolved"),
        ({"coding": [{"system": CLINICAL}]}, ""),
        (None, ""),
    ],
)
def test_the_clinical_status_in_all_its_spellings(spelled, meant):
    assert only(clinicalStatus=spelled).clinical == meant


@pytest.mark.parametrize(
    ("certainty", "stated", "meant"),
    [
        ("V", None, ("", "provisional")),
        ("A", None, ("", "refuted")),
        ("Z", None, ("resolved", "")),
        ("G", None, ("", "")),
        ("V", "differential", ("", "differential")),
        ("A", "confirmed", ("", "refuted")),
    ],
)
def test_the_certainty_beside_a_german_code(certainty, stated, meant):
    url = "http://fhir.de/StructureDefinition/icd-10-gm-diagnosesicherheit"
    coding = {"extension": [{"url": url, "valueCoding": {"code": certainty}}], "code": "C50.9"}
    coding["system"] = "http://fhir.de/CodeSystem/bfarm/icd-10-gm"
    fact = only(code={"coding": [coding]}, verificationStatus=coded("x", stated) if stated else None)
    assert (fact.clinical, fact.verification) == meant


def test_an_onset_by_age_is_the_year_of_that_age():
    age = {"value": 45, "system": "http://unitsofmeasure.org", "code": "a"}
    assert only(onsetAge=age).onset == Span("2008-05-10", "2009-05-09", "age 45 a", spread=True)


def test_an_age_of_somebody_whose_birth_date_is_partial_is_wider():
    record = read({**PATIENT, "birthDate": "1963"}, condition(onsetAge={"value": 45, "unit": "years"}))
    assert record.conditions[0].onset == Span("2008-01-01", "2009-12-30", "age 45 years", spread=True)


def test_an_onset_between_two_ages():
    low, high = {"value": 40, "unit": "a"}, {"value": 42, "unit": "a"}
    assert only(onsetRange={"low": low, "high": high}).onset == Span(
        "2003-05-10", "2006-05-09", "age 40 a to 42 a", spread=True
    )


def test_an_age_without_a_birth_date_is_words():
    record = read({"resourceType": "Patient", "id": "p"}, condition(abatementAge={"value": 50, "unit": "a"}))
    (fact,) = record.conditions
    assert fact.abatement.empty
    assert fact.abated
    assert fact.abatement.text == "age 50 a"


def test_periods_and_words():
    fact = only(onsetPeriod={"start": "2019-01-01", "end": "2019-02"}, abatementString="after the operation")
    assert fact.onset == Span("2019-01-01", "2019-02")
    assert fact.abated
    assert fact.abatement.text == "after the operation"


def test_an_abatement_of_old_without_a_date():
    assert only(abatementBoolean=True).abated
    assert not only(abatementBoolean=False).abated


def test_the_encounter_dates_a_condition():
    encounter = resource("Encounter", "e", period={"start": "2020-01-02T08:00:00+08:00", "end": "2020-01-05"})
    (fact,) = read(encounter, condition(encounter={"reference": "Encounter/e"})).conditions
    assert fact.encounter == Span("2020-01-02T08:00:00+08:00", "2020-01-05")


def test_family_history_is_marked_by_its_category():
    assert only(category=[{"text": "Family History"}]).family
    assert not only(category=[coded("x", "encounter-diagnosis")]).family


def test_a_condition_of_no_value_set_is_only_counted():
    record = read(condition("a"), condition("b", code=coded(SNOMED, "1"), onsetDateTime="1999"))
    assert [fact.ref for fact in record.conditions] == ["Condition/a"]
    assert (record.seen["Condition"].count, record.seen["Condition"].since) == (2, "1999")


def test_a_condition_whose_note_names_a_disease_is_kept_without_hits():
    record = read(condition(code=coded(SNOMED, "1"), note=[{"text": "rule out breast cancer"}]))
    assert [(fact.note, dict(fact.hits)) for fact in record.conditions] == [("rule out breast cancer", {})]


def test_a_text_only_code():
    (fact,) = read(condition(code={"text": "左乳腺癌"})).conditions
    assert fact.hits["cancer"].by_name
