"""Patients, procedures, vaccines, consents and study subjects become facts."""

import pytest

from fhir_screener.records.facts import Span
from fhir_screener.terminology.coding import CVX, SNOMED, Coding, Concept
from tests.builders.charts import ACT_CODE, CANCER, PATIENT, coded, condition, read, resource

SCOPE = coded("http://terminology.hl7.org/CodeSystem/consentscope", "research")


def person(**elements):
    return read({**PATIENT, **elements}).patient


def test_a_patient():
    found = person(
        meta={"versionId": "2", "security": [{"system": "http://x", "code": "HTEST"}]},
        active=True,
        name=[{"text": "王建国"}, {"given": ["Ann", "B"], "family": "Lee"}],
    )
    assert (found.ref, found.version, found.active) == ("Patient/p", "2", True)
    assert (found.gender, found.birth_date) == ("female", "1963-05-10")
    assert found.labels[0].code == "HTEST"
    assert found.names == ("王建国", "Ann B Lee")
    assert found.deceased is None
    assert found.replaced_by == ""


def test_a_patient_with_a_modifier_extension_is_not_read_as_it_stands():
    record = read({**PATIENT, "modifierExtension": [{"url": "https://ehr.example/animal", "valueBoolean": True}]})
    assert record.failed == {"Patient"}
    assert record.problems == ("Patient/p: `modifierExtension` cannot be read",)
    assert not read({**PATIENT, "modifierExtension": []}).failed


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ({"deceasedBoolean": True}, True),
        ({"deceasedBoolean": False}, False),
        ({"deceasedDateTime": "2021-02-01"}, "2021-02-01"),
        ({}, None),
    ],
)
def test_a_death(elements, expected):
    assert person(**elements).deceased == expected


def test_a_birth_date_that_is_known_to_be_unknown():
    absent = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "unknown"}]
    }
    assert person(birthDate=None, _birthDate=absent).birth_date is None


def test_a_merged_patient_names_the_survivor():
    links = [
        {"type": "seealso", "other": {"reference": "Patient/x"}},
        {"type": "replaced-by", "other": {"reference": "Patient/y"}},
    ]
    assert person(active=False, link=links).replaced_by == "Patient/y"


@pytest.mark.parametrize(
    ("elements", "span"),
    [
        ({"performedDateTime": "2020-01"}, Span("2020-01", "2020-01")),
        ({"performedPeriod": {"start": "2020-01-01", "end": "2020-01-03"}}, Span("2020-01-01", "2020-01-03")),
        ({"performedString": "last spring"}, Span(text="last spring")),
        ({"performedAge": {"value": 30, "unit": "a"}}, Span("1993-05-10", "1994-05-09", "age 30 a", spread=True)),
        ({}, Span()),
    ],
)
def test_when_a_procedure_was_done(elements, span):
    made = resource("Procedure", status="completed", code=coded(SNOMED, "236973005"), **elements)
    (fact,) = read(made).procedures
    assert fact.span == span
    assert fact.status == "completed"


def test_a_vaccine():
    made = resource("Immunization", status="completed", vaccineCode=coded(CVX, "45"), occurrenceDateTime="2021-02-01")
    (fact,) = read(made, resource("Immunization", "2", vaccineCode=coded(CVX, "140"))).immunizations
    assert fact.occurred == "2021-02-01"
    assert "hepb-vaccine" in fact.hits


def consent(**elements):
    whole = {"status": "active", "scope": SCOPE, "dateTime": "2021-01-01", **elements}
    (fact,) = read(resource("Consent", **whole)).consents
    return fact


def test_a_consent_to_one_study():
    fact = consent(
        policy=[{"uri": "https://clinicaltrials.gov/study/NCT04660565"}],
        provision={"type": "permit", "period": {"start": "2021-01-01", "end": "2022-01-01"}},
    )
    assert (fact.research, fact.permit, fact.broad, fact.dated) == (True, "permit", False, "2021-01-01")
    assert fact.studies == ("https://clinicaltrials.gov/study/NCT04660565",)
    assert fact.period == Span("2021-01-01", "2022-01-01")


def test_a_refusal_under_a_law_names_no_study():
    fact = consent(policyRule={"text": "Data protection act, section 5"}, provision={"type": "deny"})
    assert fact.permit == "deny"
    assert fact.broad


def test_a_consent_by_reference_to_a_study():
    study = {
        "resourceType": "ResearchStudy",
        "id": "s",
        "identifier": [{"system": "http://clinicaltrials.gov", "value": "NCT04660565"}],
        "title": "Belimumab",
    }
    data = {"type": "permit", "data": [{"meaning": "instance", "reference": {"reference": "ResearchStudy/s"}}]}
    (fact,) = read(study, resource("Consent", status="active", scope=SCOPE, provision=data)).consents
    assert fact.studies == ("ResearchStudy/s", "http://clinicaltrials.gov|NCT04660565", "Belimumab")
    assert not fact.broad


def test_a_consent_to_treatment_is_no_research():
    assert not consent(scope=coded("x", "treatment")).research


def test_a_study_subject_knows_all_names_of_its_study():
    study = {"resourceType": "ResearchStudy", "id": "s", "identifier": [{"value": "NCT04660565"}]}
    made = resource(
        "ResearchSubject", status="on-study", period={"start": "2021-02-01"}, study={"reference": "ResearchStudy/s"}
    )
    for order in ([study, made], [made, study]):
        (fact,) = read(*order).subjects
        assert fact.study == "ResearchStudy/s NCT04660565"
        assert (fact.status, fact.period) == ("on-study", Span("2021-02-01", None))


def test_a_study_known_by_identifier_alone():
    made = resource("ResearchSubject", status="candidate", study={"identifier": {"system": "urn:x", "value": "NCT1"}})
    assert read(made).subjects[0].study == "urn:x|NCT1"


def test_r5_names_the_subject_otherwise():
    made = {"resourceType": "ResearchSubject", "id": "1", "status": "active", "subject": {"reference": "Patient/p"}}
    record = read(made)
    assert len(record.subjects) == 1
    assert record.problems[0].startswith("ResearchSubject/1: shaped by another version of FHIR (`subject`")


STAY = {"status": "finished", "class": {"system": ACT_CODE, "code": "IMP"}, "period": {"start": "2021-02-01"}}


def test_an_encounter_that_some_study_is_about():
    made = resource(
        "Encounter",
        **STAY,
        type=[coded(SNOMED, "4525004"), coded(SNOMED, "32485007")],
        reasonCode=[coded(SNOMED, "254837009")],
        reasonReference=[{"reference": "Condition/c"}],
        diagnosis=[{"condition": {"reference": "Condition/d"}}, {"condition": {"reference": "Procedure/e"}}],
        hospitalization={"dischargeDisposition": coded(SNOMED, "306689006")},
    )
    (fact,) = read(made).encounters
    assert (fact.ref, fact.status, fact.span) == ("Encounter/1", "finished", Span("2021-02-01", None))
    assert fact.concept.code == f"{SNOMED}|4525004"
    assert set(fact.hits) == {"stay"}
    assert [one.text or one.code for one in fact.reasons] == [
        f"{SNOMED}|254837009", "Condition/c", "Condition/d", "Procedure/e",
    ]  # fmt: skip
    assert fact.discharge == Concept((Coding(SNOMED, "306689006"),))


@pytest.mark.parametrize(
    "kind",
    [
        {"class": {"system": ACT_CODE, "code": "IMP"}},
        {"class": [coded(ACT_CODE, "IMP")]},  # as R5 has it
        {"type": [coded(SNOMED, "32485007")]},
        {"serviceType": coded(SNOMED, "32485007")},
    ],
)
def test_an_encounter_is_known_by_class_type_or_service(kind):
    assert len(read(resource("Encounter", status="finished", **kind)).encounters) == 1


def test_other_encounters_only_date_what_happened_in_them():
    visit = resource("Encounter", "v", status="finished", period={"start": "2021-02-01", "end": "2021-02-02"})
    stay = resource("Encounter", "s", **STAY)
    noted = [condition(one, encounter={"reference": f"Encounter/{one}"}, code=CANCER) for one in ("v", "s")]
    record = read(visit, stay, *noted)
    assert [one.ref for one in record.encounters] == ["Encounter/s"]
    assert [one.encounter for one in record.conditions] == [Span("2021-02-01", "2021-02-02"), Span("2021-02-01", None)]
    assert record.seen["Encounter"].count == 2


RULE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
TO_ONE = {"data": [{"meaning": "instance", "reference": {"reference": "ResearchStudy/s1"}}]}


def test_a_policy_rule_says_in_or_out():
    """R4 has no type at the root of a provision."""
    assert consent(policyRule=coded(RULE, "OPTIN")).permit == "permit"
    assert consent(policyRule=coded(RULE, "OPTOUT"), provision={"period": {"start": "2021"}}).permit == "deny"
    assert consent(policyRule=coded(RULE, "OPTIN"), provision={"type": "deny"}).permit == "deny"
    assert consent(policy=[{"uri": "https://clinicaltrials.gov/study/NCT1"}]).permit == ""


def test_a_provision_within_another_may_be_an_exception():
    fact = consent(provision={"type": "permit", "provision": [{"type": "deny", **TO_ONE}]})
    assert (fact.permit, fact.studies, fact.excepted) == ("permit", (), ("ResearchStudy/s1",))
    fact = consent(provision={"provision": [{"type": "permit", **TO_ONE}]})
    assert (fact.permit, fact.studies, fact.excepted) == ("permit", ("ResearchStudy/s1",), ())


POLICIES = "urn:oid:2.16.840.1.113883.3.1937.777.24.5.3"
FOR_RESEARCH = {"code": [coded(POLICIES, "2.16.840.1.113883.3.1937.777.24.5.3.8")]}
THE_MODULE = {"code": [coded(POLICIES, "urn:oid:2.16.840.1.113883.3.1937.777.24.5.3.1")]}
OF_SAMPLES = {"code": [coded(POLICIES, "2.16.840.1.113883.3.1937.777.24.5.3.22")]}
PURPOSE = {"purpose": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ActReason", "code": "HRESCH"}]}
YEARS = {"period": {"start": "2021", "end": "2051"}}


@pytest.mark.parametrize(
    ("within", "at_large"),
    [
        ([{"type": "permit", **FOR_RESEARCH, **YEARS}], (Span("2021", "2051"),)),
        ([{"type": "permit", **THE_MODULE}], (Span(None, None),)),
        ([{"type": "permit", **PURPOSE}], (Span(None, None),)),
        ([{"type": "permit", **OF_SAMPLES}], ()),
        ([{"type": "permit", **THE_MODULE}, {"type": "deny", **FOR_RESEARCH}], ()),  # one part withdrawn: it wins
        ([{"type": "permit", **PURPOSE, **TO_ONE}], ()),
        ([{"type": "permit", **PURPOSE, "action": [{"text": "disclose"}]}], ()),
        ([{"type": "permit"}], ()),  # silence is no consent
    ],
)
def test_a_whole_that_denies_may_permit_research_at_large(within, at_large):
    assert consent(provision={"type": "deny", "provision": within}).at_large == at_large


def test_a_whole_that_permits_may_deny_research_at_large():
    assert consent(provision={"type": "permit", "provision": [{"type": "deny", **PURPOSE}]}).at_large == (Span(),)
