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
        b'"effectiveDateTime":{"value":"2021"}',
        b'"component":"none"',
        b'"component":[5,{"code":7}]',
        b'"effectivePeriod":"2021"',
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
