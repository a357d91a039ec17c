"""Batches of ids that fit into an address."""

from hypothesis import given
from hypothesis import strategies as st

from fhir_screener.fhir.search_ids import by_ids, escaped
from fhir_screener.fhir.session import FhirSession

SESSION = FhirSession("https://ehr.example.org/fhir")
IDS = st.lists(st.text("abcXYZ0123456789-.", min_size=1, max_size=64), max_size=80)


@given(IDS, st.integers(150, 2000), st.integers(1, 50), st.sampled_from(["", "Patient/"]))
def test_every_id_once_in_order_and_no_address_too_long(ids, longest, most, prefix):
    asked = list(
        by_ids(SESSION, "Observation", "patient", ids, [("_count", "9")], prefix=prefix, longest=longest, most=most)
    )
    assert [one for batch, _ in asked for one in batch] == ids
    for batch, params in asked:
        assert 1 <= len(batch) <= most
        assert params == [("_count", "9"), ("patient", ",".join(prefix + one for one in batch))]
        assert len(SESSION.url("Observation", params)) <= longest


def test_batches_are_as_full_as_they_can_be():
    ids = [f"{number:036d}" for number in range(100)]
    asked = list(by_ids(SESSION, "Observation", "patient", ids, longest=1800))
    assert [len(batch) for batch, _ in asked] == [47, 47, 6]
    assert len(SESSION.url("Observation", asked[0][1])) > 1800 - 37


def test_an_id_longer_than_any_address_goes_alone():
    asked = list(by_ids(SESSION, "Patient", "_id", ["a", "b" * 300, "c"], longest=100))
    assert [batch for batch, _ in asked] == [("a",), ("b" * 300,), ("c",)]


def test_no_ids_no_search():
    assert list(by_ids(SESSION, "Patient", "_id", [])) == []


def test_what_looks_like_a_list_is_escaped():
    assert escaped(r"a,b|c$d\e") == r"a\,b\|c\$d\\e"
    ((_, params),) = by_ids(SESSION, "Patient", "identifier", ["1,2"])
    assert params == [("identifier", r"1\,2")]
