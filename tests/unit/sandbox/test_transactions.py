"""Batches and transactions."""

from __future__ import annotations

import pytest


def bundle(kind, *entries):
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def entry(method, url, resource=None, full_url=None, **request):
    out = {"request": {"method": method, "url": url} | request}
    if resource is not None:
        out["resource"] = resource
    if full_url:
        out["fullUrl"] = full_url
    return out


def statuses(answer):
    return [one["response"]["status"][:3] for one in answer.json["entry"]]


def test_links_between_entries_become_references(client, make_task):
    urn = "urn:uuid:5d1f2e7a-5f6b-4b3f-8d8b-000000000001"
    provenance = {
        "resourceType": "Provenance",
        "recorded": "2026-01-01T00:00:00Z",
        "agent": [{"who": {"reference": "Device/d"}}],
        "target": [{"reference": "Task/t"}, {"reference": urn}],
        "note": f'"reference":"{urn}" in a text stays',
    }
    answer = client.call(
        "POST",
        "",
        bundle(
            "transaction",
            entry("PUT", "Task/t", make_task("t", **{"for": {"reference": urn}})),
            entry("POST", "Patient", {"resourceType": "Patient"}, urn),
            entry("POST", "Provenance", provenance),
        ),
    )
    assert (answer.status, answer.json["type"], statuses(answer)) == (200, "transaction-response", ["201"] * 3)
    patient = client.get("Task/t").json["for"]["reference"]
    assert client.get(patient).status == 200
    (kept,) = [e["resource"] for e in client.get("Provenance?target=Task/t").json["entry"]]
    assert kept["target"][1]["reference"] == patient
    assert urn in kept["note"]
    location = answer.json["entry"][1]["response"]["location"]
    assert location == f"http://127.0.0.1:1/fhir/{patient}/_history/1"


def test_a_transaction_that_fails_leaves_nothing(client, make_task, make_observation):
    client.put(make_task("old"), make_observation("o1"))
    before = (client.found("Task?status=requested"), client.get("Task/old").body)
    answer = client.call(
        "POST",
        "",
        bundle(
            "transaction",
            entry("DELETE", "Observation/o1"),
            entry("POST", "Task", make_task()),
            entry("PUT", "Task/new", make_task("new")),
            entry("PUT", "Task/old", make_task("old", status="accepted"), ifMatch='W/"9"'),
        ),
    )
    assert (answer.status, answer.json["resourceType"]) == (412, "OperationOutcome")
    assert "entry 3" in answer.json["issue"][0]["diagnostics"]
    assert (client.found("Task?status=requested"), client.get("Task/old").body) == before
    assert client.get("Task/new").status == 404
    assert client.found("Observation?patient=p1&code=4548-4") == ["o1"]
    client.put(make_task("new"))
    assert client.get("Task/new").headers["ETag"] == 'W/"1"'


def test_a_rolled_back_update_leaves_the_old_values_searchable(client, make_observation):
    client.put(make_observation("o1", status="final"))
    assert client.found("Observation?status=final") == ["o1"]
    changed = make_observation("o1", "p2", status="amended")
    failing = entry("PUT", "Task/x", {"resourceType": "Task", "id": "x"})
    answer = client.call("POST", "", bundle("transaction", entry("PUT", "Observation/o1", changed), failing))
    assert answer.status == 422
    assert client.found("Observation?status=final&patient=p1") == ["o1"]
    assert client.found("Observation?status=amended") == client.found("Observation?patient=p2") == []
    assert len(client.get("Observation/o1/_history").json["entry"]) == 1


def test_deletes_go_first_and_reads_last(client, make_task):
    client.put(make_task("t"))
    answer = client.call(
        "POST",
        "",
        bundle(
            "transaction",
            entry("GET", "Task?status=requested"),
            entry("POST", "Task", make_task()),
            entry("DELETE", "Task/t"),
        ),
    )
    assert statuses(answer) == ["200", "201", "204"]
    assert answer.json["entry"][0]["resource"]["total"] == 1
    assert client.get("Task/t").status == 410


def test_conditional_create_in_a_transaction_links_to_what_exists(client, make_patient, make_task):
    mrn = [{"system": "urn:mrn", "value": "1"}]
    client.put(make_patient("p1", identifier=mrn))
    urn = "urn:uuid:5d1f2e7a-5f6b-4b3f-8d8b-000000000002"
    found = entry("POST", "Patient", make_patient("x", identifier=mrn), urn, ifNoneExist="identifier=urn:mrn|1")
    linked = entry("PUT", "Task/t", make_task("t", **{"for": {"reference": urn}}))
    assert statuses(client.call("POST", "", bundle("transaction", linked, found))) == ["201", "200"]
    assert client.get("Task/t").json["for"] == {"reference": "Patient/p1"}


def test_conditional_references_are_looked_up(client, make_patient, make_task):
    client.put(make_patient("p1", identifier=[{"system": "urn:mrn", "value": "1"}]))

    def to(value):
        return bundle(
            "transaction",
            entry("PUT", "Task/t", make_task("t", **{"for": {"reference": f"Patient?identifier=urn:mrn|{value}"}})),
        )

    assert client.call("POST", "", to(2)).status == 412
    assert client.call("POST", "", to(1)).status == 200
    assert client.get("Task/t").json["for"] == {"reference": "Patient/p1"}


def test_one_resource_may_be_written_once_in_a_transaction(client, make_task):
    twice = [entry("PUT", "Task/t", make_task("t"))] * 2
    assert client.call("POST", "", bundle("transaction", *twice)).status == 400
    assert client.get("Task/t").status == 404


def test_batch_entries_stand_alone(client, make_task, make_patient):
    client.put(make_patient("p1"))
    answer = client.call(
        "POST",
        "",
        bundle(
            "batch",
            entry("GET", "Patient/p1"),
            entry("GET", "Patient/none"),
            entry("GET", "Patient?_id=p1"),
            entry("PUT", "Task/t", make_task("t")),
            entry("PUT", "Task/bad", {"resourceType": "Task", "id": "bad"}),
            entry("POST", "Task/_search"),
        ),
    )
    assert (answer.json["type"], statuses(answer)) == ("batch-response", ["200", "404", "200", "201", "422", "200"])
    entries = answer.json["entry"]
    assert entries[0]["resource"]["id"] == "p1"
    assert entries[1]["response"]["outcome"]["resourceType"] == "OperationOutcome"
    assert entries[2]["resource"]["total"] == 1
    assert entries[3]["response"]["etag"] == 'W/"1"'
    assert "resource" not in entries[3]


@pytest.mark.parametrize(
    "sent",
    [b"{", b'{"resourceType":"Bundle"}', {"resourceType": "Bundle", "type": "batch", "entry": [{"resource": {}}]}],
)
def test_a_bundle_that_cannot_be_read(client, sent):
    assert client.call("POST", "", sent).status == 400
