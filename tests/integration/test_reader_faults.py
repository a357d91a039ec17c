"""A server that fails: the failure is said, by type and by patient, and costs nobody else anything."""

import urllib.error
from contextlib import contextmanager

import pytest

from fhir_screener.errors import AuthError, NotFhir, ServerFault, Unreachable
from fhir_screener.sandbox.abilities import Abilities
from fhir_screener.sandbox.server import running
from fhir_screener.terminology.coding import RXNORM
from tests.builders.charts import PATIENT, coded, observation, resource
from tests.integration.reader_world import chart, of, send, source

PATIENTS = ["p-0", "p-1", "p-2", "p-3", "p-4"]
CHARTS = [one for patient in PATIENTS for one in chart(patient)]


@contextmanager
def world(*faults, data=CHARTS, abilities=None):
    with running(data=data, abilities=abilities) as sandbox, source(sandbox.base_url) as reader:
        sandbox.service.faults.add(faults)
        yield reader


def failed(batch):
    return {record.patient.id: set(record.failed) for record in batch.records if record.failed}


def requests(reader, kind):
    return [one for one in reader.asked if one.where.partition("?")[0].endswith(f"/{kind}")]


def test_nothing_wrong():
    with world() as reader:
        batch = reader.read(PATIENTS)
    assert failed(batch) == {}
    assert batch.warnings == ()


def test_a_type_that_breaks_for_one_patient_fails_for_that_patient_only():
    with world({"kind": "error", "type": "Observation", "patient": "p-3", "count": None}) as reader:
        batch = reader.read(PATIENTS)
    assert failed(batch) == {"p-3": {"Observation"}}
    assert [len(record.observations) for record in batch.records] == [2] * 5, "the result came through its report"
    assert any(line.startswith("Observation: 1 patient could not be read in full") for line in batch.warnings)


def test_a_type_that_breaks_for_all_is_given_up_soon():
    patients = [f"x-{number}" for number in range(60)]
    people = [{**PATIENT, "id": patient} for patient in patients]
    with world({"kind": "error", "type": "Observation", "count": None}, data=people) as reader:
        batch = reader.read(patients)
        asked = requests(reader, "Observation")
    assert failed(batch) == {patient: {"Observation"} for patient in patients}
    assert 2 < len(asked) < 60


@pytest.mark.parametrize("kind", ["forbidden", "busy", "unavailable", "drop"])
def test_what_would_meet_every_request_is_not_asked_by_halves(kind):
    with world({"kind": kind, "type": "Procedure", "count": None}) as reader:
        batch = reader.read(PATIENTS)
        asked = requests(reader, "Procedure")
    assert failed(batch) == {patient: {"Procedure"} for patient in PATIENTS}
    assert 1 <= len(asked) <= 2


def test_a_page_that_silently_lacks_matches_is_noticed():
    with world({"kind": "truncate", "type": "Condition", "count": None}) as reader:
        batch = reader.read(PATIENTS)
    assert failed(batch) == {patient: {"Condition"} for patient in PATIENTS}
    assert any("the server counts 2 matches but sent 1" in line for line in batch.warnings)


def test_a_truncated_answer_is_asked_for_again_in_halves():
    with world({"kind": "truncate", "type": "Condition", "count": 1}) as reader:
        batch = reader.read(PATIENTS)
    assert failed(batch) == {}
    assert all(record.seen["Condition"].count == 2 for record in batch.records)


@pytest.mark.parametrize("kind", ["cut", "json", "html", "error", "busy"])
def test_a_passing_fault_leaves_no_trace(kind):
    fault = {"kind": kind, "type": "Condition", "count": 1} | ({"retry_after": 0} if kind == "busy" else {})
    with world(fault) as reader:
        assert failed(reader.read(PATIENTS)) == {}


def test_duplicates_and_expired_pages():
    many = [of("p-0", observation(f"{number:04}")) for number in range(700)]
    faults = [{"kind": "duplicate", "type": "Observation"}, {"kind": "expired", "type": "Observation"}]
    with world(*faults, data=[*CHARTS, *many]) as reader:
        (record,) = reader.read(["p-0"]).records
    assert record.seen["Observation"].count == 701
    assert record.failed == frozenset()


def test_a_type_the_server_lacks_is_absent_and_said_once():
    with world(abilities=Abilities(without=frozenset({"Consent", "Procedure"}))) as reader:
        batch = reader.read(PATIENTS)
    assert failed(batch) == {}
    assert all(record.absent == {"Consent", "Procedure"} for record in batch.records)
    assert batch.warnings == (
        "Consent: the server does not offer this type",
        "Procedure: the server does not offer this type",
    )


@pytest.mark.parametrize("status", [404, 405])
def test_a_type_that_turns_out_to_be_lacking(status):
    with world({"kind": "unsupported", "type": "Immunization", "count": None, "status": status}) as reader:
        batch = reader.read(PATIENTS)
    assert failed(batch) == {}
    assert all(record.absent == {"Immunization"} for record in batch.records)


def test_a_server_that_searches_one_patient_at_a_time():
    with world(abilities=Abilities(patient_lists=False)) as reader:
        batch = reader.read(PATIENTS)
        assert failed(batch) == {}
        assert all(record.seen["Condition"].count == 2 for record in batch.records)
        reader.asked.clear()
        reader.read(PATIENTS)
        assert len(requests(reader, "Condition")) == len(PATIENTS), "it has been learnt"


@pytest.mark.parametrize(
    ("kind", "error"), [("unauthorized", AuthError), ("forbidden", AuthError), ("drop", Unreachable), ("html", NotFhir)]
)
def test_nothing_can_be_read(kind, error):
    with world({"kind": kind, "count": None}) as reader, pytest.raises(error):
        reader.read(PATIENTS)


def test_one_patient_whose_own_record_breaks_the_server():
    with world({"kind": "error", "type": "Patient", "patient": "p-2", "count": None}) as reader:
        batch = reader.read(PATIENTS)
    assert [record.patient.id for record in batch.records] == ["p-0", "p-1", "p-3", "p-4"]
    (unread,) = batch.unread
    assert unread.patient == "p-2"
    assert "HTTP 500" in unread.why


def test_a_batch_of_one_that_breaks_says_so():
    with world({"kind": "error", "type": "Patient", "count": None}) as reader, pytest.raises(ServerFault):
        reader.read(["p-2"])


def test_medications_that_cannot_be_fetched_make_the_drugs_not_fetched():
    with world({"kind": "error", "type": "Medication", "count": None}) as reader:
        batch = reader.read(PATIENTS)
    assert failed(batch) == {patient: {"MedicationRequest"} for patient in PATIENTS}
    (order,) = [fact for fact in batch.records[0].medications if fact.kind == "request"]
    assert order.unresolved == "Medication/p-0-drug"


def test_a_medication_that_is_not_there_is_unresolved_and_no_failure():
    order = resource("MedicationRequest", "x", status="active", intent="order")
    lost = of(
        "p-0", {**order, "medicationReference": {"reference": "Medication/nowhere"}, "medicationCodeableConcept": None}
    )
    with world(data=[*CHARTS, lost]) as reader:
        (record,) = reader.read(["p-0"]).records
    assert record.failed == frozenset()
    assert "Medication/nowhere" in [fact.unresolved for fact in record.medications]


def test_an_ingredient_two_references_away():
    mix = {"resourceType": "Medication", "id": "mix", "code": {"text": "infusion"}}
    mix["ingredient"] = [{"itemReference": {"reference": "Medication/pure"}}]
    pure = {"resourceType": "Medication", "id": "pure", "code": coded(RXNORM, "121191", "rituximab")}
    given = resource(
        "MedicationAdministration", "x", status="completed", medicationReference={"reference": "Medication/mix"}
    )
    with world(data=[*CHARTS, mix, pure, of("p-0", given)]) as reader:
        (record,) = reader.read(["p-0"]).records
    (fact,) = [one for one in record.medications if one.kind == "administration"]
    assert "rituximab" in fact.hits


def test_a_result_reachable_only_through_its_report():
    lone = observation("lone", subject=None, valueString="negative")
    report = resource("DiagnosticReport", "r", status="final", result=[{"reference": "Observation/lone"}])
    with world(data=[*CHARTS, lone, of("p-0", report)]) as reader:
        batch = reader.read(["p-0", "p-1"])
    assert ["Observation/lone" in [fact.ref for fact in record.observations] for record in batch.records] == [
        True,
        False,
    ]


def test_results_of_another_patient_in_a_report_are_not_this_ones():
    report = resource("DiagnosticReport", "r", status="final", result=[{"reference": "Observation/p-1-hbsag"}])
    with world(data=[*CHARTS, of("p-0", report)]) as reader:
        (record,) = reader.read(["p-0"]).records
    assert [fact.ref for fact in record.observations if not fact.report] == ["Observation/p-0-hbsag"]


def test_a_study_subject_names_its_study():
    study = {"resourceType": "ResearchStudy", "id": "s", "status": "active", "identifier": [{"value": "NCT04660565"}]}
    made = of("p-0", resource("ResearchSubject", "x", status="on-study", study={"reference": "ResearchStudy/s"}))
    with world(data=[*CHARTS, study, made]) as reader:
        (record,) = reader.read(["p-0"]).records
    assert record.subjects[0].study == "ResearchStudy/s NCT04660565"


def test_a_merged_patient():
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p-1"}}]
    with world(data=[*CHARTS, {**PATIENT, "id": "old", "active": False, "link": link}]) as reader:
        (record,) = reader.read(["old"]).records
    assert (record.patient.active, record.patient.replaced_by) == (False, "Patient/p-1")


def test_every_read_is_fresh():
    with running(data=CHARTS) as sandbox, source(sandbox.base_url) as reader:
        assert reader.read(["p-0"]).records[0].patient.gender == "female"
        send(sandbox.base_url, "PUT", "Patient/p-0", {**PATIENT, "id": "p-0", "gender": "male"})
        assert reader.read(["p-0"]).records[0].patient.gender == "male"


def test_the_test_server_refuses_what_it_should():
    with running(abilities=Abilities(patient_lists=False)) as sandbox, pytest.raises(urllib.error.HTTPError):
        send(sandbox.base_url, "GET", "Condition?patient=a,b")


def test_a_server_that_dies_in_mid_batch_is_not_taken_for_empty_charts():
    with world({"kind": "drop", "count": None, "after": 1}) as reader, pytest.raises(Unreachable):
        reader.read(PATIENTS)


def test_batches_are_cut_so_that_a_page_holds_them():
    patients = [f"x-{number:02}" for number in range(12)]
    people = [{**PATIENT, "id": patient} for patient in patients]
    many = [of(patient, observation(f"{number}")) for patient in patients for number in range(100)]
    with world(data=[*people, *many]) as reader:
        first = reader.read(patients)
        reader.asked.clear()
        second = reader.read(patients)
        asked = requests(reader, "Observation")
        pages = [one for one in reader.asked if "_page" in one.where or one.where.endswith("/fhir")]
    assert [len(record.observations) for record in first.records] == [100] * 12
    assert second.records == first.records
    assert len(asked) == 4, "three patients of 100 results fill 0.7 of a page of 500"
    assert pages == []


DRAWN = of("p-1", observation("hbsag", valueString="negative", specimen={"reference": "Specimen/blood"}))
BLOOD = {"resourceType": "Specimen", "id": "blood", "subject": {"reference": "Patient/p-3"}}


def test_a_specimen_of_somebody_else_is_found_by_its_reference():
    with world(data=[*CHARTS, DRAWN, BLOOD]) as reader:
        (record,) = reader.read(["p-1"]).records
    assert [one.other_subject for one in record.observations if one.ref.endswith(DRAWN["id"])] == [True]


@pytest.mark.parametrize(("kind", "lost"), [("forbidden", set()), ("error", {"Observation"})])
def test_specimens_that_are_not_shown_cost_nothing_but_those_that_fail_do(kind, lost):
    with world({"kind": kind, "type": "Specimen", "count": None}, data=[*CHARTS, DRAWN, BLOOD]) as reader:
        batch = reader.read(["p-1"])
    assert {patient: set(types) for patient, types in failed(batch).items()} == ({"p-1": lost} if lost else {})
    assert any(line.startswith("Specimen: 1 record that charts refer to could not be read") for line in batch.warnings)


LISTED = {
    "resourceType": "List",
    "id": "home",
    "status": "current",
    "mode": "working",
    "code": coded("http://loinc.org", "10160-0"),
    "subject": {"reference": "Patient/p-1"},
    "date": "2021-02-11",
}


def test_whether_the_medication_list_was_put_in_order_is_read_and_lacking_it_is_no_failure():
    for abilities, day in ((None, "2021-02-11"), (Abilities(without=frozenset({"List"})), None)):
        with world(data=[*CHARTS, LISTED], abilities=abilities) as reader:
            batch = reader.read(PATIENTS)
        assert [record.reconciled for record in batch.records] == [None, day, None, None, None]
        assert failed(batch) == {}
        assert batch.warnings == ()


def test_lists_that_cannot_be_read_cost_a_warning_only():
    with world({"kind": "error", "type": "List", "count": None}, data=[*CHARTS, LISTED]) as reader:
        batch = reader.read(PATIENTS)
    assert failed(batch) == {}
    assert any(line.startswith("List: 5 patients could not be read in full") for line in batch.warnings)
