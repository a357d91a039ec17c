"""Words in passing: notes, narratives, conclusions, and drugs by words that no list knows. They never decide, and are never overlooked.

Each example is the plain eligible man of the worked patients, with one record more; without it he is a candidate.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.spec.plain_patient import judged as judged
from tests.spec.plain_patient import said


def drug(words: str, **more: Any) -> dict[str, Any]:
    base = {"resourceType": "MedicationStatement", "status": "active", "effectiveDateTime": "2021-02-01"}
    return {**base, "medicationCodeableConcept": {"text": words}, **more}


def noted(text: str, **more: Any) -> dict[str, Any]:
    """A record of no interest with a note."""
    base: dict[str, Any] = {"resourceType": "Condition", "code": {"text": "Hypertension"}, "recordedDate": "2021-02-01"}
    return {**base, "note": [{"text": text}], **more}


def test_the_plain_patient_is_a_candidate(judged) -> None:
    assert judged().outcome.value == "candidate"


@pytest.mark.parametrize(
    ("words", "criterion", "answer"),
    [
        ("MMF", "E6", "met"),  # an abbreviation that means one drug
        ("MTX 10mg qw", "E6", "met"),
        ("CTX", "E6", "suspected"),  # cyclophosphamide, or ceftriaxone
        ("immunosuppressant", "E6", "suspected"),  # a class and no drug
        ("免疫抑制剂", "E6", "suspected"),
        ("化疗", "E6", "suspected"),
        ("生物制剂", "E5", "suspected"),
        ("monoclonal antibody infusion", "E5", "suspected"),
        ("RTX", "E5", "met"),
        ("Zyxolin", "E5", "text-only"),  # nobody knows what it is
        ("Zyxolin", "E6", "text-only"),
        ("中药汤剂", "E6", "text-only"),
    ],
)
def test_a_drug_in_words(judged, words, criterion, answer) -> None:
    found = judged(drug(words))
    assert said(found, criterion) == answer
    assert found.outcome.value != "candidate"


@pytest.mark.parametrize(
    "words",
    [
        *("阿司匹林肠溶片 100mg", "ramipril", "头孢呋辛酯片", "Vitamin D3 800 IU", "metformin XR", "胰岛素"),
        *("Pantoprazol 40 mg Filmtabletten", "L-Thyroxin 75 µg", "Novaminsulfon 500 mg", "Torasemid 10 mg"),
        *("Co-codamol 30mg/500mg tablets", "Adcal-D3 750mg/200unit caplets", "hydrOXYzine hydrochloride 25 mg"),
    ],
)
def test_an_ordinary_drug_in_words_is_none_of_its_business(judged, words) -> None:
    assert judged(drug(words)).outcome.value == "candidate"


NOTED = "Received rituximab at another hospital in December 2020."


@pytest.mark.parametrize(
    ("record", "answer"),
    [
        ({"resourceType": "Observation", "status": "final"}, "text-only"),
        ({"resourceType": "Observation", "status": "unknown"}, "no-data"),
        ({"resourceType": "Immunization", "status": "not-done"}, "text-only"),
    ],
)
def test_what_never_counts_names_nothing_either(judged, record, answer) -> None:
    named = {"code": {"text": "Follow-up"}, "vaccineCode": {"text": "Follow-up"}}
    assert said(judged(noted(NOTED, **named, **record)), "E5") == answer


@pytest.mark.parametrize(("status", "answer"), [("completed", "text-only"), ("entered-in-error", "not_met")])
def test_the_note_of_a_procedure_entered_in_error_is_not_heard(judged, status, answer) -> None:
    body = {"resourceType": "Procedure", "code": {"text": "Follow-up"}, "status": status}
    assert said(judged(noted("Known HIV infection.", **body)), "E8b") == answer


def test_the_note_of_a_drug_that_may_be_taken_is_heard(judged) -> None:
    assert said(judged(drug("ramipril", status="unknown", note=[{"text": NOTED}])), "E5") == "text-only"


def test_an_unknown_drug_matters_only_where_it_may_have_been_taken(judged) -> None:
    assert judged(drug("Zyxolin", status="not-taken")).outcome.value == "candidate"
    old = {"start": "2012-01-01", "end": "2012-03-01"}
    assert (
        judged(drug("Zyxolin", status="completed", effectiveDateTime=None, effectivePeriod=old)).outcome.value
        == "candidate"
    )
    cream = [{"route": {"text": "topical"}}]
    assert judged(drug("Zyxolin", dosage=cream)).outcome.value == "candidate"


def test_a_drug_that_a_standard_code_names_needs_no_list(judged) -> None:
    coded = {
        "coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "0", "display": "Zyxolin 5 MG"}]
    }
    assert judged(drug("", medicationCodeableConcept=coded)).outcome.value == "candidate"
    bare = {"coding": [{"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "0"}]}
    assert said(judged(drug("", medicationCodeableConcept=bare)), "E5") == "text-only"


@pytest.mark.parametrize(
    ("text", "criterion"),
    [
        ("On methotrexate since 2020.", "E6"),
        ("外院曾用利妥昔单抗", "E5"),
        ("Gastric cancer, operated", "E4"),
        ("Lung cancer?", "E4"),
        ("HBsAg(+), 外院", "E8a"),
        ("HIV positive", "E8b"),
    ],
)
def test_a_note_beside_another_record(judged, text, criterion) -> None:
    found = judged(noted(text))
    assert said(found, criterion) == "text-only"
    assert found.outcome.value == "review"


@pytest.mark.parametrize(
    "text",
    [
        "No history of malignancy.",
        "Mother had breast cancer.",
        "Allergic to rituximab.",
        "对甲氨蝶呤过敏",
        "Plan: start rituximab.",
        "HBsAg(-), HIV(-)",
        "Feels well.",
    ],
)
def test_a_note_that_denies_plans_or_speaks_of_others(judged, text) -> None:
    assert judged(noted(text)).outcome.value == "candidate"


def test_a_note_written_before_the_window_cannot_tell_of_it(judged) -> None:
    assert judged(noted("On methotrexate.", recordedDate="2019-05-01")).outcome.value == "candidate"


@pytest.mark.parametrize(
    ("recorded", "written", "answer"),
    [("2019-05-01", "2021-02-10T09:00:00+08:00", "text-only"), ("2021-02-10", "2019-05-01", "no-data")],
)
def test_a_note_has_a_time_of_its_own(judged, recorded, written, answer) -> None:
    note = [{"time": written, "text": "On methotrexate."}]
    assert said(judged(noted("", recordedDate=recorded, note=note)), "E6") == answer


def test_what_was_entered_in_error_tells_nothing(judged) -> None:
    wrong = {
        "coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "entered-in-error"}]
    }
    assert judged(noted("On methotrexate.", verificationStatus=wrong)).outcome.value == "candidate"


def test_a_report_that_names_a_disease_in_passing(judged) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": {"text": "Abdominal CT"},
        "effectiveDateTime": "2021-02-10",
        "conclusion": "Mass of the pancreatic head, pancreatic cancer not excluded.",
    }
    assert said(judged(report), "E4") == "text-only"


@pytest.mark.parametrize(
    ("text", "written", "answer"),
    [
        ("Lung: adenocarcinoma.", "2021-02-10", "text-only"),  # long after
        ("Lung: adenocarcinoma.", "2019-06-20", "no-data"),  # of the work-up that refuted it
        ("History of lung cancer.", "2021-02-10", "no-data"),  # a memory of what was refuted
    ],
)
def test_a_refuted_diagnosis_silences_no_later_report(judged, text, written, answer) -> None:
    refuted = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-ver-status", "code": "refuted"}]}
    cancer = {
        "resourceType": "Condition",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C34.9"}]},
        "verificationStatus": refuted,
        "recordedDate": "2019-05-01",
    }
    report = {
        "resourceType": "DiagnosticReport",
        "status": "final",
        "code": {"text": "Biopsy"},
        "effectiveDateTime": written,
        "conclusion": text,
    }
    assert said(judged(cancer, report), "E4") == answer


def test_a_finding_whose_value_is_a_disease(judged) -> None:
    finding = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "Problem"},
        "effectiveDateTime": "2021-02-10",
        "valueCodeableConcept": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C16.9"}]},
    }
    assert said(judged(finding), "E4") == "suspected"
    family = {**finding, "code": {"text": "Family history"}}
    assert judged(family).outcome.value == "candidate"


def test_a_note_that_takes_its_own_record_back(judged) -> None:
    """The record says one thing, the words beside it another: a person looks."""
    taken = drug("", medicationCodeableConcept={"text": "methotrexate"})
    assert said(judged(taken), "E6") == "met"
    assert said(judged({**taken, "note": [{"text": "患者未服用"}]}), "E6") == "text-only"
    assert said(judged({**taken, "note": [{"text": "Stopped in 2019."}]}), "E6") == "text-only"
    cancer = {
        "resourceType": "Condition",
        "code": {"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "C16.9"}]},
        "onsetDateTime": "2019-01-01",
    }
    assert said(judged(cancer), "E4") == "met"
    assert said(judged({**cancer, "note": [{"text": "Ruled out by biopsy."}]}), "E4") == "text-only"


@pytest.mark.parametrize(
    ("name", "value", "criterion", "answer"),
    [
        ("LAB0231 乙肝表面抗原定量", "阳性", "E8a", "text-only"),  # the name of the test, and words besides
        ("LAB0231 乙肝表面抗原定量", "阴性", "E8a", "not_met"),  # a look-alike neither settles nor disturbs
        ("HBsAg II (Elecsys)", "Positive", "E8a", "text-only"),
        ("食物特异性IgG4(鸡蛋)", "3级", "I3", "met"),
    ],
)
def test_a_test_whose_local_name_only_looks_like_one(judged, name, value, criterion, answer) -> None:
    """A site's overlay makes it a name; until then a person looks."""
    code = {"coding": [{"system": "urn:oid:1.2.3", "code": "LAB0231", "display": name}]}
    result = {
        "resourceType": "Observation",
        "status": "final",
        "code": code,
        "effectiveDateTime": "2021-02-10",
        "valueString": value,
    }
    assert said(judged(result), criterion) == answer


def named(text: str, verification: str = "confirmed", **more: Any) -> dict[str, Any]:
    """A diagnosis in words."""
    system = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
    status = {"coding": [{"system": system, "code": verification}]}
    base = {"resourceType": "Condition", "code": {"text": text}, "recordedDate": "2021-02-01"}
    return {**base, "verificationStatus": status, **more}


@pytest.mark.parametrize(
    ("words", "criterion", "answer"),
    [
        ("AFB smear positive", "E9", "text-only"),  # a diagnosis named after its test
        ("痰涂片抗酸杆菌阳性", "E9", "text-only"),
        ("痰涂片抗酸杆菌阴性", "E9", "not_met"),
        ("QuantiFERON-TB Gold positive", "E9", "text-only"),
        ("positive PPD", "E9", "suspected"),
        ("anti-HBc reactive", "E8a", "text-only"),
        ("乙肝表面抗体(+)", "E8a", "not_met"),
        ("丙型病毒性肝炎", "E8a", "not_met"),  # another virus
        ("病毒性肝炎", "E8a", "suspected"),  # which one?
        ("HIV抗体阳性", "E8b", "suspected"),
        ("HIV抗体阴性", "E8b", "not_met"),
        ("Uses hearing aids", "E8b", "not_met"),
    ],
)
def test_a_diagnosis_named_after_a_test(judged, words, criterion, answer) -> None:
    assert said(judged(named(words)), criterion) == answer


def test_a_refuted_diagnosis_named_after_a_test_tells_nothing(judged) -> None:
    assert said(judged(named("AFB smear positive", verification="refuted")), "E9") == "not_met"


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("T-SPOT.TB 抗原A孔结果", "text-only"),  # looks like the test
        ("T-SPOT.TB 阳性对照孔", "not_met"),  # a control is no result
        ("QuantiFERON mitogen tube", "not_met"),
    ],
)
def test_what_looks_like_an_assay(judged, name, answer) -> None:
    local = {"coding": [{"system": "http://lab.example/codes", "code": "Z9", "display": name}]}
    result = {"resourceType": "Observation", "status": "final", "code": local, "effectiveDateTime": "2021-02-18"}
    assert said(judged({**result, "valueString": "阳性"}), "E9") == answer


@pytest.mark.parametrize(
    ("code", "words", "answer"),
    [("10828004", None, "met"), ("10828004", "Negative", "conflicting"), ("260385009", "Negative", "not_met")],
)
def test_a_report_of_one_test_answers_by_its_conclusion_code(judged, code, words, answer) -> None:
    snomed = {"coding": [{"system": "http://snomed.info/sct", "code": code}]}
    test = {"coding": [{"system": "http://loinc.org", "code": "29610-3"}], "text": "HBV DNA"}
    report = {"resourceType": "DiagnosticReport", "status": "final", "code": test, "effectiveDateTime": "2021-02-20"}
    found = judged({**report, "conclusionCode": [snomed], **({"conclusion": words} if words else {})})
    assert said(found, "E8a") == answer


@pytest.mark.parametrize(
    ("code", "display", "more", "answer"),
    [
        ("99999-9", "Hepatitis B virus surface Ag [Presence] in Saliva", {}, "text-only"),  # newer than the lists
        (
            "47364-5",
            "Hepatitis B virus surface Ag [Presence] in Serum from Donor by Immunoassay",
            {},
            "not_met",
        ),  # a list turns it down
        ("99999-9", "Hepatitis B virus surface Ag [Presence] in Blood from Donor", {}, "not_met"),
        ("99999-9", "Ever told of a positive HBsAg test", {"category": [{"coding": [{"code": "survey"}]}]}, "not_met"),
    ],
)
def test_a_standard_code_that_no_list_knows(judged, code, display, more, answer) -> None:
    coded = {"coding": [{"system": "http://loinc.org", "code": code, "display": display}]}
    result = {"resourceType": "Observation", "status": "final", "code": coded, "effectiveDateTime": "2021-02-18"}
    found = judged({**result, "valueCodeableConcept": {"text": "Positive"}, **more})
    assert said(found, "E8a") == answer


def resulted(name: str, result: str, **more: Any) -> dict[str, Any]:
    """A result of a test by a local name."""
    base: dict[str, Any] = {"resourceType": "Observation", "status": "final", "effectiveDateTime": "2021-02-01"}
    return {
        **base,
        "code": {"coding": [{"system": "urn:lab", "code": "7", "display": name}]},
        "valueString": result,
        **more,
    }


@pytest.mark.parametrize(
    ("record", "criterion"),
    [
        (resulted("TB PCR", "Positive"), "E9"),
        (resulted("TB screening", "positive"), "E9"),
        (resulted("HIV Determine", "Reactive"), "E8b"),
        (resulted("HIV Geenius", "indeterminate"), "E8b"),
        (resulted("Hep B S Ag", "POS"), "E8a"),
    ],
)
def test_a_positive_test_by_a_name_that_no_list_has_is_not_overlooked(judged, record, criterion) -> None:
    found = judged(record)
    assert (found.outcome.value, said(found, criterion)) == ("review", "text-only")


@pytest.mark.parametrize(
    "record",
    [
        resulted("TB PCR", "Negative"),
        resulted("TB PCR", "Positive", status="cancelled"),
        resulted("Hep B Surf Ab", "Positive"),  # immunity
        resulted("Hepatitis B e Ab", "Positive"),
        resulted("乙型肝炎病毒e抗体(HBeAb)", "阳性(+)"),
        resulted("TB contact", "positive"),
        resulted("Mother HIV status", "positive"),
        resulted("HIV status", "positive", category=[{"coding": [{"code": "survey"}]}]),
        resulted("Cancer antigen 125", "positive"),
    ],
)
def test_what_is_no_positive_test_of_the_patient_is_left_alone(judged, record) -> None:
    assert judged(record).outcome.value == "candidate"


def unlisted(display: str, **more: Any) -> dict[str, Any]:
    """A problem by a SNOMED CT code that no list has."""
    code = {"system": "http://snomed.info/sct", "code": "999000000", "display": display}
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    base = {"resourceType": "Condition", "clinicalStatus": active, "recordedDate": "2021-02-20"}
    return {**base, "code": {"coding": [code]}, **more}


@pytest.mark.parametrize(
    ("display", "criterion", "answer"),
    [
        ("Sepsis caused by Escherichia coli (disorder)", "E2", "text-only"),
        ("Malignant tumor of appendix (disorder)", "E4", "text-only"),
        ("High output heart failure (disorder)", "E1", "suspected"),  # more than suspected it could not be
        ("Suspected malignant tumor of appendix (situation)", "E4", "equivocal"),
        ("Family history of malignant tumor of appendix (situation)", "E4", "no-data"),
        ("Sepsis screening (procedure)", "E2", "no-data"),
        ("Essential hypertension (disorder)", "E1", "no-data"),
    ],
)
def test_a_code_that_no_list_has_is_read_by_its_display(judged, display, criterion, answer) -> None:
    """Of the hundred thousands of SNOMED CT no list is whole: what such a code calls itself decides nothing and is not overlooked."""
    assert said(judged(unlisted(display)), criterion) == answer


@pytest.mark.parametrize(
    ("code", "criterion", "answer"),
    [
        ("N18.6", "E1", "suspected"),  # end stage renal disease, which the edition of WHO does not have
        ("R65.21", "E2", "text-only"),
        ("C25.9", "E4", "met"),  # both editions have it
        ("R65.2", "E2", "no-data"),  # of WHO: without infection
    ],
)
def test_a_code_of_the_american_edition_under_the_name_of_the_other(judged, code, criterion, answer) -> None:
    """Records of the United States often say ICD-10 and mean ICD-10-CM; what only that edition has decides nothing."""
    said_to_be = unlisted("")
    said_to_be["code"]["coding"] = [{"system": "http://hl7.org/fhir/sid/icd-10", "code": code}]
    assert said(judged(said_to_be), criterion) == answer


def test_the_display_of_a_code_that_a_list_has_or_carves_out_is_not_read(judged) -> None:
    """Chronic kidney disease stage 3 is context, whatever its display says; the code is known."""
    listed = unlisted("Sepsis")
    listed["code"]["coding"][0]["code"] = "433144002"
    assert said(judged(listed), "E2") == "no-data"


def test_such_a_diagnosis_that_is_over_is_over(judged) -> None:
    """The times of the rule hold for it as for any other."""
    over = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "resolved"}]}
    ended = unlisted("Sepsis caused by Escherichia coli", clinicalStatus=over, abatementDateTime="2021-02-25")
    assert said(judged(ended), "E2") == "no-data"


@pytest.mark.parametrize(
    ("text", "criterion"),
    [
        ("No known allergies\nLymphoma", "E4"),
        ("Denies smoking\nHepatitis B since 2010", "E8a"),
        ("无发热\n肺结核", "E9"),
    ],
)
def test_a_line_of_a_note_is_read_by_itself(judged, text, criterion) -> None:
    assert said(judged(noted(text)), criterion) == "text-only"


def test_two_notes_of_a_record_are_two_texts(judged) -> None:
    two = noted("", note=[{"text": "No known allergies"}, {"text": "Lymphoma"}])
    assert said(judged(two), "E4") == "text-only"


def procedure(words: str, **more: Any) -> dict[str, Any]:
    base = {"resourceType": "Procedure", "status": "completed", "performedDateTime": "2020-06-01"}
    return {**base, "code": {"text": words}, **more}


@pytest.mark.parametrize(
    ("words", "criterion", "answer"),
    [
        ("Pancreatoduodenectomy for pancreatic cancer", "E4", "text-only"),
        ("胰腺癌根治术", "E4", "text-only"),
        ("Excision of melanoma", "E4", "text-only"),
        ("Colonoscopy, cancer screening", "E4", "no-data"),
        ("Biopsy of the pancreas: no malignant tumor", "E4", "no-data"),
        ("Heart failure education", "E1", "no-data"),  # only taught
        ("Removal of benign tumor", "E4", "no-data"),
        ("Radiotherapy", "E4", "suspected"),
        ("化疗", "E4", "suspected"),
        ("Chemotherapy education", "E4", "suspected"),  # thought of, and that is a sign too
    ],
)
def test_a_procedure_whose_name_tells_of_a_disease(judged, words, criterion, answer) -> None:
    assert said(judged(procedure(words)), criterion) == answer


def test_a_procedure_that_was_not_done_tells_nothing(judged) -> None:
    assert said(judged(procedure("Excision of melanoma", status="not-done")), "E4") == "no-data"


def test_a_drug_given_for_cancer_alone_is_a_sign_of_one(judged) -> None:
    def given(day: str) -> dict[str, Any]:
        administration = {"resourceType": "MedicationAdministration", "status": "completed", "effectiveDateTime": day}
        return {**administration, "medicationCodeableConcept": {"text": "gemcitabine"}}

    assert said(judged(given("2019-02-01")), "E4") == "suspected"
    assert said(judged(given("2009-02-01")), "E4") == "no-data"


def test_records_that_nobody_can_name_are_counted_and_said(judged) -> None:
    """A code of a system that nobody knows, without a word beside it, may be anything: absence is then less than it seems."""
    codes = [{"system": "urn:oid:2.999.1", "code": "0815"}]
    nameless = {"resourceType": "Condition", "recordedDate": "2021-02-01", "code": {"coding": codes}}
    found = judged(nameless)
    assert found.problems == ("Condition: 1 record has a code that no list knows, and no words",)
    assert said(found, "E4") == "no-data"


def test_a_word_or_a_standard_code_is_a_name(judged) -> None:
    local = {"system": "urn:oid:2.999.1", "code": "0815"}
    for code in (
        {"coding": [{**local, "display": "Gout"}]},
        {"coding": [local], "text": "Gicht"},
        {"coding": [local, {"system": "http://hl7.org/fhir/sid/icd-10", "code": "M10.9"}]},
    ):
        assert judged({"resourceType": "Condition", "recordedDate": "2021-02-01", "code": code}).problems == ()


@pytest.mark.parametrize(
    ("words", "criterion", "answer"),
    [
        ("Pulmonary tuberculosis 2010", "E9", "imprecise-date"),
        ("2010年肺结核", "E9", "imprecise-date"),
        ("Pulmonary tuberculosis", "E9", "conflicting"),  # a diagnosis of today against his negative tests
        ("Pulmonary tuberculosis 2020", "E9", "conflicting"),  # of last year
        ("Pulmonary tuberculosis since 2010", "E9", "conflicting"),
        ("Gastric cancer 2008", "E4", "imprecise-date"),
        ("Gastric cancer 2015", "E4", "met"),  # within ten years, whatever has become of it
    ],
)
def test_a_year_in_the_words_of_a_diagnosis(judged, words, criterion, answer) -> None:
    """Where no element says when it began, a year long ago in its words leaves open whether it is there still."""
    problem = {"resourceType": "Condition", "recordedDate": "2021-02-20", "code": {"text": words}}
    assert said(judged(problem), criterion) == answer


def test_a_year_in_the_words_beside_an_onset_says_nothing_more(judged) -> None:
    active = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}]}
    dated = {"resourceType": "Condition", "clinicalStatus": active, "onsetDateTime": "2020-12-01"}
    assert said(judged({**dated, "code": {"text": "Pulmonary tuberculosis (first in 2010)"}}), "E9") == "conflicting"


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("Rituximab", "met"),
        ("Rituximab 1000 mg", "met"),  # an amount is no year
        ("Rituximab 2015", "text-only"),
        ("2015年利妥昔单抗治疗", "text-only"),
        ("declined rituximab", "text-only"),
        ("拒绝使用利妥昔单抗", "text-only"),
        ("rituximab if relapse", "text-only"),
        ("利妥昔单抗，复发时使用", "text-only"),
    ],
)
def test_a_drug_whose_own_words_take_it_back(judged, words, answer) -> None:
    """A list of drugs, asserted today and nothing more: an old year, a refusal or a condition in the name is no drug taken."""
    listed = {"resourceType": "MedicationStatement", "status": "active", "dateAsserted": "2021-02-20"}
    assert said(judged({**listed, "medicationCodeableConcept": {"text": words}}), "E5") == answer


@pytest.mark.parametrize(
    ("code", "criterion", "answer"),
    [
        ("Methotrexate Sodium", "E6", "met"),
        ("METHOTREXATE", "E6", "met"),
        ("利妥昔单抗", "E5", "met"),
        ("Pantoprazole", "E6", "no-data"),
        ("MED-0815", "E6", "text-only"),  # a number is no name: nobody knows what it is
    ],
)
def test_a_local_code_that_is_a_name(judged, code, criterion, answer) -> None:
    """Some hospitals have no codes but names, and write these where a code belongs."""
    listed = {"resourceType": "MedicationStatement", "status": "active", "dateAsserted": "2021-02-20"}
    coded = {"coding": [{"system": "urn:oid:2.999.7", "code": code}]}
    assert said(judged({**listed, "medicationCodeableConcept": coded}), criterion) == answer


@pytest.mark.parametrize(
    ("note", "answer"),
    [
        ("Patient was vaccinated before rituximab was given in January 2021", "text-only"),
        ("Screened for TB prior to rituximab infusion today", "text-only"),
        ("Vaccinate before starting rituximab", "no-data"),
    ],
)
def test_a_drug_that_the_first_words_only_plan_and_the_last_give(judged, note, answer) -> None:
    assert said(judged(noted(note)), "E5") == answer


@pytest.mark.parametrize("note", ["Declined influenza vaccine today", "患者拒绝住院"])
def test_a_refusal_of_something_else_takes_no_drug_back(judged, note) -> None:
    taken = drug("Methotrexate", dateAsserted="2021-02-20", note=[{"text": note}])
    assert said(judged(taken), "E6") == "met"


def test_a_question_with_its_answer_is_a_line_of_its_own(judged) -> None:
    found = judged(noted("Lymphoma: no\nHIV: no"))
    assert (said(found, "E4"), found.outcome.value) == ("no-data", "candidate")


@pytest.mark.parametrize(
    "route", ["i.v.", "IV", "iv drip", "ivgtt", "IV infusion", "静滴", "静脉滴注", "Intravenous\u00a0route"]
)
def test_a_drug_ordered_for_a_vein_is_not_given_by_that(judged, route) -> None:
    order = {
        "resourceType": "MedicationRequest",
        "intent": "order",
        "authoredOn": "2021-02-01",
        "effectiveDateTime": None,
    }
    found = judged(drug("rituximab", **order, dosageInstruction=[{"route": {"text": route}}]))
    assert said(found, "E5") == "suspected"
