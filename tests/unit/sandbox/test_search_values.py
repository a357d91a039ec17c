"""Search by the values in a resource: token, date, quantity, string, reference."""

from __future__ import annotations

import pytest

LOINC = "http://loinc.org"


@pytest.fixture
def chart(client, make_observation, make_patient):
    """Two patients; o1 to o3 of the first, o4 to o6 of the second."""
    client.put(
        make_patient("p1", gender="male", birthDate="1960-05", identifier=[{"system": "urn:mrn", "value": "1"}]),
        make_patient("p2", gender="female", name=[{"family": "Ångström", "given": ["Eva", "Li"]}]),
        make_observation("o1", effectiveDateTime="2025-01-10T08:00:00Z", valueQuantity=_quantity(7.5)),
        make_observation("o2", effectiveDateTime="2025-06-10T08:00:00Z", valueQuantity=_quantity(6.1)),
        make_observation("o3", code="2160-0", effectivePeriod={"start": "2025-06-01"}, valueString="Positive"),
        make_observation("o4", "p2", effectiveDateTime="2024-05-15", valueQuantity=_quantity(9, comparator=">")),
        make_observation("o5", "p2", code="718-7", effectiveDateTime="2025-07-01T23:30:00-05:00"),
        make_observation("o6", "p2", effectiveDateTime="2025-06", code="x")
        | {"code": {"coding": [{"system": "urn:local", "code": "4548-4"}, {"code": "plain"}]}},
    )
    return client


def _quantity(value, **more):
    return {"value": value, "unit": "percent", "system": "http://unitsofmeasure.org", "code": "%"} | more


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("code=4548-4", "o1 o2 o4 o6"),
        (f"code={LOINC}|4548-4", "o1 o2 o4"),
        (f"code={LOINC}|2160-0,{LOINC}|718-7", "o3 o5"),
        ("code=urn:local|", "o6"),
        ("code=|plain", "o6"),
        ("code=|4548-4", ""),
        (f"code:not={LOINC}|4548-4", "o3 o5 o6"),
        ("status=final", "o1 o2 o3 o4 o5 o6"),
        ("status=http://hl7.org/fhir/observation-status|final", "o1 o2 o3 o4 o5 o6"),
        ("status=Final", ""),
        ("code=4548-4&patient=p1", "o1 o2"),
        ("patient=p1&code:not=4548-4", "o3"),
        ("category:missing=true&patient=p2", "o4 o5 o6"),
        ("code:missing=true", ""),
        ("subject:missing=false&code=718-7", "o5"),
        ("date:missing=true", ""),
    ],
)
def test_token(chart, query, expected):
    assert chart.found(f"Observation?{query}") == expected.split()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("date=ge2025-06-10", "o2 o3 o5 o6"),
        ("date=gt2025-06-10", "o3 o5 o6"),
        ("date=lt2025-01-11", "o1 o4"),
        ("date=le2024-05-15", "o4"),
        ("date=2025-06", "o2 o6"),
        ("date=2025-06-10", "o2"),
        ("date=ne2025-06", "o1 o3 o4 o5"),
        ("date=sa2025-06-10", "o5"),
        ("date=eb2025-01-10", "o4"),
        ("date=ge2025-07-02", "o3 o5"),
        ("date=eb2025-07-02", "o1 o2 o4 o6"),
        ("date=ge2025-01-01&date=lt2025-06-01", "o1"),
        ("date=2024,2025-01", "o1 o4"),
        ("date=gt2025-07-02T04:29:59Z&patient=p2", "o5"),
        ("date=2025-07-01T23:30:00-05:00", "o5"),
        ("date=ge2025-07-02T06:30:00+02:00&patient=p2", "o5"),
    ],
)
def test_date(chart, query, expected):
    assert sorted(chart.found(f"Observation?{query}")) == expected.split()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("value-quantity=gt7", "o1 o4"),
        ("value-quantity=lt7", "o2"),
        ("value-quantity=7.5", "o1"),
        ("value-quantity=7", ""),
        ("value-quantity=8", "o1"),
        ("value-quantity=ge7.5|http://unitsofmeasure.org|%25", "o1 o4"),
        ("value-quantity=ge7.5||percent", "o1 o4"),
        ("value-quantity=ge7.5|http://unitsofmeasure.org|mg", ""),
        ("value-quantity=ap6", "o2"),
    ],
)
def test_quantity(chart, query, expected):
    assert chart.found(f"Observation?{query}") == expected.split()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("family=angs", "p2"),
        ("name=li", "p2"),
        ("family:exact=angstrom", ""),
        ("family:exact=Ångström", "p2"),
        ("family:contains=STR", "p2"),
        ("identifier=urn:mrn|1", "p1"),
        ("identifier=1", "p1"),
        ("birthdate=lt1970-01-01&gender=male", "p1"),
        ("birthdate=1960", "p1"),
        ("deceased=false", "p1 p2"),
        ("_id=p2,nobody,p1", "p2 p1"),
    ],
)
def test_patient(chart, query, expected):
    assert chart.found(f"Patient?{query}") == expected.split()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("patient=p1", "o1 o2 o3"),
        ("patient=Patient/p1", "o1 o2 o3"),
        ("subject=Patient/p1", "o1 o2 o3"),
        ("subject=p1", "o1 o2 o3"),
        ("subject:Patient=p1", "o1 o2 o3"),
        ("subject:Group=p1", ""),
        ("patient=http://127.0.0.1:1/fhir/Patient/p1", "o1 o2 o3"),
        ("patient=http://elsewhere/fhir/Patient/p1", ""),
        ("patient=p2,p1", "o4 o5 o6 o1 o2 o3"),
        ("patient=p3", ""),
        ("patient.gender=female", "o4 o5 o6"),
        ("subject:Patient.identifier=urn:mrn|1", "o1 o2 o3"),
    ],
)
def test_reference_and_chain(chart, query, expected):
    assert chart.found(f"Observation?{query}") == expected.split()


def test_has_finds_by_what_points_here(chart):
    assert chart.found(f"Patient?_has:Observation:patient:code={LOINC}|718-7") == ["p2"]
    assert chart.found(f"Patient?_has:Observation:patient:code={LOINC}|718-7&_id=p1") == []


def test_a_list_of_hundreds_of_patients_is_searched_in_one_go(client, make_observation):
    everyone = [f"p{n}" for n in range(400)]
    client.put(*(make_observation(f"o-{one}", one) for one in everyone))
    answer = client.get(f"Observation?patient={','.join(everyone[::2])}&_count=500")
    assert answer.ids == [f"o-{one}" for one in everyone[::2]]


def test_a_reference_elsewhere_is_found_by_its_whole_address_only(client, make_task):
    client.put(make_task("t1", **{"for": {"reference": "http://ehr.example/fhir/Patient/7"}}))
    assert client.found("Task?patient=http://ehr.example/fhir/Patient/7") == ["t1"]
    assert client.found("Task?patient=7") == []
    assert client.found("Task?subject=7") == []


def test_a_bare_id_finds_any_type_where_the_parameter_allows_any(client, make_task):
    client.put(make_task("t1", focus={"reference": "ResearchStudy/s1"}))
    assert client.found("Task?focus=s1") == ["t1"]
    assert client.found("Task?focus:ResearchStudy=s1") == ["t1"]
    assert client.found("Task?focus=Patient/s1") == []


def test_identifier_of_a_reference(client, make_task):
    patient = {"identifier": {"system": "urn:mrn", "value": "9"}}
    client.put(make_task("t1", **{"for": patient}), make_task("t2"))
    assert client.found("Task?patient:identifier=urn:mrn|9") == ["t1"]


def test_task_by_the_parameters_of_a_worklist(client, make_task):
    coding = {"system": "urn:outcome", "code": "review"}
    client.put(
        make_task(
            "t1",
            businessStatus={"coding": [coding, {"system": "urn:settle", "code": "phone"}]},
            groupIdentifier={"system": "urn:study", "value": "NCT1"},
            owner={"reference": "Practitioner/k"},
            lastModified="2026-03-02T10:00:00Z",
            authoredOn="2026-03-01T10:00:00Z",
        ),
        make_task("t2", status="cancelled"),
    )
    for query in (
        "business-status=urn:outcome|review",
        "business-status=phone",
        "group-identifier=urn:study|NCT1",
        "owner=Practitioner/k",
        "modified=ge2026-03-02",
        "authored-on=lt2026-03-02",
        "status=requested,draft",
    ):
        assert client.found(f"Task?{query}") == ["t1"], query


def test_research_subject_and_consent(client):
    client.put(
        {
            "resourceType": "ResearchSubject",
            "id": "rs",
            "status": "on-study",
            "study": {"reference": "ResearchStudy/s"},
            "individual": {"reference": "Patient/p1"},
        },
        {
            "resourceType": "Consent",
            "id": "c",
            "status": "active",
            "scope": {},
            "category": [{}],
            "patient": {"reference": "Patient/p1"},
        },
    )
    assert client.found("ResearchSubject?study=s&status=on-study") == ["rs"]
    assert client.found("ResearchSubject?individual=p1") == client.found("ResearchSubject?patient=p1") == ["rs"]
    assert client.found("Consent?patient=p1&status=active") == ["c"]


def test_last_updated_is_the_server_s_own_time(client, make_patient):
    client.put(make_patient("early", meta={"lastUpdated": "2001-01-01T00:00:00Z"}))
    client.time += 60
    client.put(make_patient("late"))
    assert client.found("Patient?_lastUpdated=gt2023-11-14T22:13:30Z") == ["late"]
    assert client.found("Patient?_lastUpdated=lt2002-01-01") == []


def test_a_type_without_rows_of_its_own_is_found_by_patient(client):
    client.put({"resourceType": "AllergyIntolerance", "id": "a", "patient": {"reference": "Patient/p1"}})
    assert client.found("AllergyIntolerance?patient=p1") == ["a"]


@pytest.mark.parametrize(
    "query",
    [
        "nonsense=1",
        "code:in=urn:vs",
        "date=yesterday",
        "date=2025-13-01",
        "value-quantity=many",
        "_count=ten",
        "_sort=nonsense",
        "focus.status=x",
        "_has:Observation:patient=x",
        "_has:Observation:patient:nonsense=x",
        "_include=Observation:nonsense",
    ],
)
def test_what_cannot_be_honoured_is_refused(chart, query):
    answer = chart.get(f"Observation?{query}")
    assert (answer.status, answer.json["resourceType"]) == (400, "OperationOutcome")


def test_lenient_leaves_out_what_is_unknown_and_says_so(chart):
    answer = chart.get("Observation?patient=p1&nonsense=1", prefer="handling=lenient")
    assert answer.ids == ["o1", "o2", "o3"]
    (said,) = [e["resource"] for e in answer.json["entry"] if e["search"]["mode"] == "outcome"]
    assert "nonsense" in said["issue"][0]["diagnostics"]
    assert "nonsense" not in answer.link("self")


def test_an_escaped_comma_is_part_of_the_value(client, make_patient):
    client.put(make_patient("p1", identifier=[{"system": "urn:x", "value": "a,b"}]))
    assert client.found("Patient?identifier=urn:x|a\\,b") == ["p1"]
    assert client.found("Patient?identifier=urn:x|a,b") == []


def test_values_that_are_not_what_they_should_be_are_passed_over(client, make_observation):
    client.put(
        make_observation("o1", subject="Patient/p1", code="text", effectiveDateTime="last week", valueQuantity=5),
        make_observation("o2", effectiveDateTime="2025-01-01T10:00", valueQuantity={"value": "7"}),
    )
    assert client.found("Observation?patient=p1") == ["o1", "o2"]
    assert client.found("Observation?date=2025-01-01") == ["o2"]
    assert client.found("Observation?value-quantity=gt0") == []
