"""The shape of an answer: pages, order, included resources, counts, chosen elements."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest


@pytest.fixture
def nine(client, make_observation):
    client.put(*(make_observation(f"o{n}", effectiveDateTime=f"2025-01-0{n}") for n in range(1, 10)))
    return client


def pages(client, url):
    out = []
    while url:
        answer = client.get(url)
        assert answer.status == 200, answer.body
        out.append(answer.ids)
        url = answer.link("next")
    return out


def test_pages_follow_opaque_links(nine):
    got = pages(nine, "Observation?patient=p1&_count=4")
    assert got == [["o1", "o2", "o3", "o4"], ["o5", "o6", "o7", "o8"], ["o9"]]
    link = nine.get("Observation?patient=p1&_count=4").link("next")
    assert link.startswith("http://127.0.0.1:1/fhir?")
    assert "patient" not in link


def test_pages_stay_what_they_were_while_others_write(nine, make_observation):
    first = nine.get("Observation?_sort=-date&_count=5")
    nine.put(make_observation("o10", effectiveDateTime="2026-01-01"), make_observation("o4", status="amended"))
    nine.call("DELETE", "Observation/o1")
    assert first.ids + pages(nine, first.link("next"))[0] == [f"o{n}" for n in range(9, 0, -1)]


def test_a_page_can_be_asked_again(nine):
    link = nine.get("Observation?_count=5").link("next")
    assert nine.get(link).ids == nine.get(link).ids == ["o6", "o7", "o8", "o9"]


def test_a_link_that_never_was_has_run_out(nine):
    answer = nine.get("?_page=abc.5")
    assert (answer.status, answer.json["issue"][0]["code"]) == (410, "expired")


def test_page_size_has_a_default_and_a_ceiling(make_client, make_observation):
    from fhir_screener.sandbox.abilities import Abilities

    client = make_client(Abilities(default_count=2, max_count=3))
    client.put(*(make_observation(f"o{n}") for n in range(5)))
    assert [len(page) for page in pages(client, "Observation")] == [2, 2, 1]
    assert [len(page) for page in pages(client, "Observation?_count=100")] == [3, 2]


def test_total_is_of_the_whole_answer(nine):
    assert nine.get("Observation?_count=2").json["total"] == 9
    assert "total" not in nine.get("Observation?_count=2&_total=none").json


@pytest.mark.parametrize("query", ["_summary=count", "_count=0"])
def test_count_only(nine, query):
    bundle = nine.get(f"Observation?patient=p1&{query}").json
    assert bundle["total"] == 9
    assert "entry" not in bundle


def test_nothing_found_is_an_empty_searchset(nine):
    bundle = nine.get("Observation?patient=nobody").json
    assert (bundle["type"], bundle["total"], "entry" in bundle) == ("searchset", 0, False)


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("date", "o2 o3 o1 o4"),
        ("-date", "o1 o3 o2 o4"),
        ("status,-date", "o3 o2 o1 o4"),
        ("-_id", "o4 o3 o2 o1"),
        ("_lastUpdated", "o1 o2 o3 o4"),
        ("-code,subject", "o1 o2 o3 o4"),
        ("value-quantity", "o4 o1 o2 o3"),
        ("-value-string", "o3 o1 o2 o4"),
    ],
)
def test_sort(client, make_observation, sort, expected):
    client.put(
        make_observation("o1", status="final", effectiveDateTime="2025-03"),
        make_observation("o2", status="amended", effectiveDateTime="2024"),
        make_observation("o3", status="amended", effectiveDateTime="2025-02-01", valueString="x"),
        make_observation("o4", status="final", valueQuantity={"value": 1}),
    )
    assert client.found(f"Observation?_sort={sort}") == expected.split()


def test_form_search(nine):
    form = urlencode({"patient": "Patient/p1", "date": "le2025-01-02"}).encode()
    answer = nine.call("POST", "Observation/_search?_count=1", form)
    assert (answer.status, answer.ids, answer.json["total"]) == (200, ["o1"], 2)


def test_elements(nine):
    (entry,) = nine.get("Observation?_id=o1&_elements=code,Observation.status").json["entry"]
    assert set(entry["resource"]) == {"resourceType", "id", "meta", "code", "status"}
    assert entry["resource"]["meta"]["tag"][0]["code"] == "SUBSETTED"
    assert "tag" not in nine.get("Observation/o1").json["meta"]


@pytest.fixture
def prescribed(client, make_patient):
    request = {"resourceType": "MedicationRequest", "status": "active", "intent": "order"}
    client.put(
        make_patient("p1"),
        {"resourceType": "Organization", "id": "maker"},
        {"resourceType": "Medication", "id": "m1", "manufacturer": {"reference": "Organization/maker"}},
        request
        | {
            "id": "r1",
            "subject": {"reference": "Patient/p1"},
            "medicationReference": {"reference": "Medication/m1"},
        },
        request
        | {
            "id": "r2",
            "subject": {"reference": "Patient/p1"},
            "medicationReference": {"reference": "Medication/gone"},
        },
        {
            "resourceType": "Provenance",
            "id": "v",
            "recorded": "2026-01-01T00:00:00Z",
            "agent": [{}],
            "target": [{"reference": "MedicationRequest/r1"}, {"reference": "MedicationRequest/r2"}],
        },
    )
    return client


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("_include=MedicationRequest:medication", "Medication/m1"),
        ("_include=MedicationRequest:patient&_include=MedicationRequest:medication", "Patient/p1 Medication/m1"),
        ("_include=MedicationRequest:subject:Group", ""),
        ("_include=*", "Patient/p1 Medication/m1"),
        ("_revinclude=Provenance:target", "Provenance/v"),
        ("_revinclude=Observation:patient", ""),
    ],
)
def test_included_resources_come_once_and_are_marked(prescribed, query, expected):
    answer = prescribed.get(f"MedicationRequest?patient=p1&{query}")
    assert answer.ids == ["r1", "r2"]
    assert sorted(answer.included) == sorted(expected.split())
    assert answer.json["total"] == 2


def test_includes_are_repeated_when_asked(prescribed):
    query = "_include=Provenance:target&_include:iterate=MedicationRequest:medication"
    answer = prescribed.get(f"Provenance?{query}")
    assert answer.included == ["MedicationRequest/r1", "MedicationRequest/r2", "Medication/m1"]


def test_everything_is_the_chart_and_what_it_refers_to(prescribed, make_patient):
    prescribed.put(make_patient("p2"))
    bundle = prescribed.get("Patient/p1/$everything").json
    got = {f"{e['resource']['resourceType']}/{e['resource']['id']}" for e in bundle["entry"]}
    assert got == {"Patient/p1", "MedicationRequest/r1", "MedicationRequest/r2", "Medication/m1"}
    first = prescribed.get("Patient/p1/$everything?_count=3&_type=Patient,MedicationRequest")
    assert first.json["total"] == 3
    assert first.link("next") is None
    assert prescribed.get("Patient/nobody/$everything").status == 404


def test_a_search_left_alone_too_long_or_crowded_out_has_run_out(monkeypatch):
    from fhir_screener.sandbox import paging
    from fhir_screener.sandbox.outcome import Refusal
    from fhir_screener.sandbox.query import Query

    now = 0.0
    held = paging.Snapshots(clock=lambda: now)

    def new(size):
        snapshot = paging.Snapshot("Patient", Query(), "", [None] * size, 1)
        held.keep(snapshot)
        return snapshot.token

    def there(token):
        try:
            return held.find(f"{token}.1")[1] == 1
        except Refusal:
            return False

    monkeypatch.setattr(paging, "_MOST_HELD", 10)
    first, second = new(5), new(5)
    assert there(first)
    third = new(4)
    assert [there(one) for one in (first, second, third)] == [True, False, True]
    huge = new(50)
    assert [there(one) for one in (first, third, huge)] == [False, False, True]
    now = 3_600.0
    assert not there(huge)
