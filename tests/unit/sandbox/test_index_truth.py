"""Whatever was written, deleted and rolled back: an index finds what reading every resource finds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fhir_screener.sandbox.matching as matching

QUERIES = (
    "patient=p1",
    "patient=p2,p1",
    "subject:Group=p1",
    "code=a",
    "code=urn:one|a,urn:two|",
    "code:not=urn:one|a",
    "status=final",
    "date=ge2025-01-02",
    "value-string=po",
    "_has:Provenance:target:recorded=ge2025",
)

ids = st.sampled_from(["o1", "o2", "o3"])
resources = st.fixed_dictionaries(
    {
        "resourceType": st.just("Observation"),
        "status": st.sampled_from(["final", "amended"]),
        "code": st.fixed_dictionaries(
            {
                "coding": st.lists(
                    st.fixed_dictionaries(
                        {"code": st.sampled_from("ab")}, optional={"system": st.sampled_from(["urn:one", "urn:two"])}
                    ),
                    max_size=2,
                )
            }
        ),
    },
    optional={
        "subject": st.fixed_dictionaries({"reference": st.sampled_from(["Patient/p1", "Patient/p2", "Group/p1"])}),
        "effectiveDateTime": st.sampled_from(["2025-01-01", "2025-01-03"]),
        "valueString": st.sampled_from(["Positive", "neg"]),
    },
)
writes = st.tuples(ids, resources | st.none())
steps = st.lists(
    st.tuples(st.booleans(), st.lists(writes, min_size=1, max_size=3, unique_by=lambda w: w[0])), max_size=8
)


def _entry(identifier, resource):
    url = f"Observation/{identifier}"
    if resource is None:
        return {"request": {"method": "DELETE", "url": url}}
    return {"request": {"method": "PUT", "url": url}, "resource": resource | {"id": identifier}}


@given(steps, st.booleans())
def test_indexes_hold(make_client, steps, index_first):
    client = make_client()
    if index_first:
        for query in QUERIES:
            client.found(f"Observation?{query}")
    failing = {"request": {"method": "GET", "url": "Patient/none"}}
    for fails, changes in steps:
        entries = [_entry(*one) for one in changes] + ([failing] if fails else [])
        answer = client.call("POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries})
        assert answer.status == (404 if fails else 200)
    for query in QUERIES:
        everything = client.found("Observation")
        looked_up = client.found(f"Observation?{query}")
        read_through = client.found(f"Observation?_id={','.join(['none', *everything])}&{query}")
        assert sorted(looked_up) == sorted(read_through)


dirt = st.recursive(
    st.none() | st.booleans() | st.floats(-1e9, 1e9) | st.sampled_from(["", "2025-02-31", "Patient/", "?", "p1"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["reference", "coding", "system", "code", "value", "start", "tag", "repeat", "event", "identifier"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
SEARCHES = (
    *QUERIES,
    "_sort=date,code",
    "value-quantity=gt0",
    "_tag=x",
    "encounter:missing=true",
    "patient:identifier=a|b",
)


@given(st.fixed_dictionaries(dict.fromkeys(("subject", "code", "effectivePeriod", "valueQuantity", "meta"), dirt)))
def test_no_dirt_stops_the_server(make_client, elements):
    client = make_client()
    sent = {"resourceType": "Observation", "id": "o1", "status": "final"} | elements
    assert client.call("PUT", "Observation/o1", sent).status == 201
    for query in SEARCHES:
        assert client.get(f"Observation?{query}").status == 200
        assert client.get(f"Observation?_id=o1&{query}").status == 200
    for query in ("_include=*", "_elements=code"):
        assert client.found(f"Observation?{query}") == ["o1"]
    kept = client.get("Observation/o1").json
    assert {name: kept[name] for name in elements if name != "meta"} == {
        name: value for name, value in elements.items() if name != "meta"
    }


@pytest.mark.parametrize("few", [0, 10_000])
def test_the_way_chosen_makes_no_difference(client, make_observation, monkeypatch, few):
    monkeypatch.setattr(matching, "_FEW", few)
    client.put(
        make_observation("o1", effectiveDateTime="2025-01-01"),
        make_observation("o2", effectiveDateTime="2025-01-03", status="amended"),
        make_observation("o3", code="x", effectiveDateTime="2025-01-03"),
    )
    assert client.found("Observation?patient=p1&date=ge2025-01-02&code=4548-4") == ["o2"]
    assert client.found("Observation?patient=p1&status:not=final") == ["o2"]
    assert client.found("Observation?_id=o3,o1&code=4548-4&_lastUpdated=ge2020") == ["o1"]
