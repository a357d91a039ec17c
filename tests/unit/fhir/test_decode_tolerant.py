"""A bad element never loses the resource, and a bad resource never loses its neighbours."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir_screener.fhir.decode.assemble import assemble
from fhir_screener.fhir.decode.lean import FORMS
from fhir_screener.fhir.decode.tolerant import kind_of
from tests.builders.charts import CANCER, PATIENT, collect, condition, observation, read, resource, statement


def observed(part: bytes) -> bytes:
    return (
        b'{"resourceType":"Observation","id":"1","status":"final","subject":{"reference":"Patient/p"},'
        b'"code":{"coding":[{"system":"http://loinc.org","code":"5196-1"}]},' + part + b"}"
    )


@pytest.mark.parametrize(
    "part",
    [
        b'"issued":5',
        b'"meta":"v1"',
        b'"valueQuantity":[]',
        b'"referenceRange":{"low":"x"}',
        b'"interpretation":"H"',
        b'"category":{"coding":{"code":"laboratory"}}',
        b'"note":"a plain string"',
        b'"hasMember":[null,"x",{}]',
        b'"focus":"nobody"',
        b'"valueString":"\xff\xfe"',
        b'"valueString":"\\ud83d"',
        b'"valueString":"tab\tand\x01control"',
        b'"valueQuantity":{"value":NaN}',
    ],
)
def test_a_bad_element_is_left_out_and_the_rest_is_read(part):
    record = read(observed(part))
    (fact,) = record.observations
    assert (fact.ref, fact.status) == ("Observation/1", "final")
    assert "hbsag" in fact.hits
    assert record.problems == ()
    assert record.failed == frozenset()


@pytest.mark.parametrize(
    ("part", "named"),
    [
        (b'"effectiveDateTime":{"value":"2021"}', "effectiveDateTime"),
        (b'"component":"none"', "component"),
        (b'"component":[5,{"code":7}]', "component"),
        (b'"effectivePeriod":"2021"', "effectivePeriod"),
        (b'"effectivePeriod":{"start":[]}', "effectivePeriod"),
        (b'"valueString":{}', "valueString"),
        (b'"valueString":' + b"[" * 5000 + b"]" * 5000, "valueString"),
        (b'"component":[{"valueInteger":"many"}]', "component.valueInteger"),
    ],
)
def test_what_has_no_reading_is_named_and_its_type_is_not_whole(part, named):
    record = read(observed(part))
    (fact,) = record.observations
    assert fact.ref == "Observation/1"
    assert record.problems == (f"Observation/1: `{named}` cannot be read",)
    assert record.failed == {"Observation"}


@pytest.mark.parametrize(
    ("made", "named"),
    [
        (condition(code=5), "code"),
        (condition(code={"coding": [{"system": "http://snomed.info/sct"}]}), "code"),
        (condition(verificationStatus={"text": "who knows"}), "verificationStatus"),
        (condition(clinicalStatus=True), "clinicalStatus"),
        (observation(status="what"), "status"),
        (observation(status=None), "status"),
    ],
)
def test_what_turns_the_meaning_of_a_record_and_cannot_be_read(made, named):
    record = read(made)
    assert record.problems == (f"{made['resourceType']}/{made['id']}: `{named}` cannot be read",)
    assert record.failed == {made["resourceType"]}


def test_a_code_withheld_for_a_reason_is_no_mistake():
    masked = {
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]
    }
    assert read(condition(code=masked)).failed == frozenset()


def test_a_patient_whose_death_cannot_be_read():
    record = read({**PATIENT, "deceasedDateTime": {"value": "2020"}})
    assert record.failed == {"Patient"}


@pytest.mark.parametrize("number", ["1e999", "1e308", "1e-999", "NaN", "-Infinity", "9" * 5000, '"1e999"'])
def test_a_number_that_no_measurement_has_is_there_and_unread(number):
    (fact,) = read(observed(b'"valueQuantity":{"value":%s,"unit":"mg"}' % number.encode())).observations
    assert fact.value.quantity is None
    assert fact.value.unread == "valueQuantity"
    assert not fact.value.empty


def test_a_status_spelled_as_a_number_is_its_spelling():
    assert read(observation(status=5)).observations[0].status == "5"


def test_an_id_that_is_a_number():
    assert read(condition(id=7)).conditions[0].ref == "Condition/7"


@pytest.mark.parametrize("bad", [b'{"resourceType":"Condition","id":"x"', b'{"resourceType":"Condition",,}'])
def test_what_is_no_json_is_a_problem_and_nothing_else(bad):
    collector = collect(PATIENT, condition("a"), bad, condition("b"))
    record = assemble(collector, collector.charts["p"])
    assert [fact.ref for fact in record.conditions] == ["Condition/a", "Condition/b"]
    assert [str(problem) for problem in collector.problems] == [
        "line of Condition: a Condition that cannot be read: not complete JSON"
    ]


@pytest.mark.parametrize(
    "spelled",
    [
        b'{"resourceType":"Patient","id":"1"}',
        b'{ "resourceType" : "Patient" }',
        b'{"id":"1","contained":[{"resourceType":"Medication"}],"resourceType":"Patient"}',
        b'{"text":"\x01","resourceType":"Patient"}',
    ],
)
def test_the_type_wherever_it_stands(spelled):
    assert kind_of(spelled) == "Patient"


def test_no_type():
    assert kind_of(b'{"id":"1"}') == ""
    assert kind_of(b'{"resourceType":7}') == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["coding", "code", "value", "reference", "text", "start", "x"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from(sorted(set(FORMS) - {"Patient"})), st.data())
def test_no_resource_however_odd_breaks_a_chart(kind, data):
    fields = [field.encode_name for field in msgspec.structs.fields(FORMS[kind])]
    odd = data.draw(st.dictionaries(st.sampled_from(fields), JSON, max_size=6))
    made = {**resource(kind, "odd", code=CANCER), **odd, "resourceType": kind}
    collector = collect(PATIENT, condition("good"), made, statement("good"))
    record = assemble(collector, collector.charts["p"])
    assert "Condition/good" in [fact.ref for fact in record.conditions]
    assert "MedicationStatement/good" in [fact.ref for fact in record.medications]


@given(
    st.dictionaries(
        st.sampled_from([f.encode_name for f in msgspec.structs.fields(FORMS["Patient"])]), JSON, max_size=6
    )
)
def test_no_patient_however_odd_breaks_a_chart(odd):
    record = read({**PATIENT, **odd, "resourceType": "Patient", "id": "p"}, condition("good"))
    assert record.patient.id == "p"
    assert record.conditions


@pytest.mark.parametrize(
    ("made", "named"),
    [
        (condition(code={"coding": [{"system": "urn:local", "code": "x"}], "text": {}}), "code"),
        (condition(code={"coding": [{"system": "urn:local", "code": True}], "text": "a local word"}), "code"),
        (statement("s", reasonCode=[{"text": []}]), "reasonCode"),
        (resource("Consent", "c", status="active", provision=5), "provision"),
        (resource("Consent", "c", status="active", provision={"type": "perhaps"}), "provision"),
    ],
)
def test_a_part_that_turns_the_meaning_and_has_the_wrong_type(made, named):
    record = read(made)
    assert record.problems == (f"{made['resourceType']}/{made['id']}: `{named}` cannot be read",)
    assert record.failed == {made["resourceType"]}


def test_a_version_of_thousands_of_digits_is_no_version():
    old, new = condition(meta={"versionId": "1"}), condition(meta={"versionId": "9" * 5000})
    assert len(read(old, new).conditions) == 1
