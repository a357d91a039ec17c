"""Whose record it is, which version of it counts, and what is counted."""

import msgspec
import pytest

from fhir_screener.fhir.decode.assemble import assemble
from fhir_screener.fhir.decode.chart import newer
from fhir_screener.fhir.decode.lean import Meta
from fhir_screener.fhir.decode.references import References, Target, parse
from fhir_screener.terminology.coding import SNOMED
from tests.builders.charts import CANCER, PATIENT, coded, collect, condition, observation, read, statement

OTHER = coded(SNOMED, "1")
BASE = "https://ehr.example/fhir"


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("Patient/p", Target("Patient", "p")),
        ("Patient/p/_history/3", Target("Patient", "p")),
        (f"{BASE}/Patient/p", Target("Patient", "p", BASE)),
        (f"{BASE}/Patient/p/_history/3", Target("Patient", "p", BASE)),
        ("urn:uuid:0-1", Target("", "0-1", "urn:")),
        ("#m", Target("#", "m")),
        (" Patient/p ", Target("Patient", "p")),
        ("Patient?identifier=1", None),
        ("p", None),
        ("", None),
    ],
)
def test_references(text, target):
    assert parse(text) == target


@pytest.mark.parametrize(
    ("reference", "owner"),
    [
        ("Patient/p", "p"),
        (f"{BASE}/Patient/p", "p"),
        ("https://other.example/fhir/Patient/p", ""),
        ("urn:uuid:p", "p"),
        ("Group/p", ""),
        ("#p", ""),
    ],
)
def test_whose_record_it_is_where_our_own_address_is_known(reference, owner):
    raw = msgspec.json.encode({"reference": reference})
    assert References(frozenset({BASE})).owner(raw) == owner


def test_records_of_somebody_else_are_not_in_the_chart():
    record = read(condition("a"), condition("b", subject={"reference": "Patient/q"}))
    assert [fact.ref for fact in record.conditions] == ["Condition/a"]


def test_a_record_that_names_nobody_is_counted_apart():
    collector = collect(PATIENT, condition(subject={"display": "somebody"}))
    assert collector.unowned == {"Condition": 1}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Meta("2"), Meta("1"), True),
        (Meta("10"), Meta("9"), True),
        (Meta("1"), Meta("2"), False),
        (Meta(None, "2021-02-01T00:30:00+08:00"), Meta(None, "2021-01-31T17:00:00Z"), False),
        (Meta("a", "2021-02-02T00:00:00Z"), Meta("b", "2021-02-01T00:00:00Z"), True),
        (Meta("a"), Meta("b"), False),
        (Meta("1"), None, True),
        (None, Meta("1"), False),
        (None, None, False),
    ],
)
def test_which_version_is_newer(one, other, expected):
    assert newer(one, other) is expected


def version(number, **elements):
    return condition("c", meta={"versionId": str(number)}, **elements)


def test_the_newest_version_counts_once_whatever_the_order():
    old, new = version(1, recordedDate="2019"), version(2, recordedDate="2020")
    for order in ([old, new], [new, old], [new, old, new]):
        record = read(*order)
        assert [fact.recorded for fact in record.conditions] == ["2020"]
        assert record.seen["Condition"].count == 1


def test_a_newer_version_that_concerns_nobody_takes_the_older_one_away():
    old, new = version(1), version(2, code=OTHER)
    for order in ([old, new], [new, old]):
        assert read(*order).conditions == ()
    for order in ([version(3), new], [new, version(3)]):
        assert len(read(*order).conditions) == 1


def test_the_newest_patient_counts():
    old = {**PATIENT, "gender": "male", "meta": {"lastUpdated": "2020-01-01T00:00:00Z"}}
    new = {**PATIENT, "meta": {"lastUpdated": "2021-01-01T00:00:00Z"}}
    assert read(old, new).patient.gender == read(new, old).patient.gender == "female"


def test_records_without_an_id_all_stay():
    record = read(condition(None), condition(None))
    assert [fact.ref for fact in record.conditions] == ["Condition/?", "Condition/?"]


def test_what_was_seen():
    record = read(
        condition("a", onsetDateTime="2015"),
        condition("b", code=OTHER, recordedDate="2012-01-01"),
        observation("c", code=OTHER, effectivePeriod={"start": "2011-05"}),
        statement("d", medicationCodeableConcept=OTHER),
    )
    assert (record.seen["Condition"].count, record.seen["Condition"].since) == (2, "2012-01-01")
    assert record.seen["Observation"].since == "2011-05"
    assert record.seen["MedicationStatement"].since is None
    assert "Procedure" not in record.seen


def test_lines_at_speed_are_the_same_as_one_by_one():
    made = [
        PATIENT,
        condition("a"),
        condition("b", code=OTHER, onsetDateTime="2001"),
        observation("c", component=[{"code": CANCER}]),
        observation("odd", issued=5),
        statement("d"),
    ]
    lines = [msgspec.json.encode(one) for one in made]
    slow, fast = collect(*made), collect()
    left = fast.take_lines(lines, 1)
    for number, line in left:
        assert line == lines[number - 1]
        fast.take(made[number - 1]["resourceType"], line)
    assert {number for number, _ in left} == {1, 5}
    assert assemble(fast, fast.charts["p"]) == assemble(slow, slow.charts["p"])
