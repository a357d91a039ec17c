"""Create, read, update, delete, versions, and the conditions a client may set."""

from __future__ import annotations

import pytest

from fhir_screener.sandbox.abilities import Abilities

ONE = {"system": "urn:flag", "value": "1"}


def test_create_gives_an_id_and_says_where(client, make_task):
    answer = client.call("POST", "Task", make_task("mine"))
    assert (answer.status, answer.headers["ETag"]) == (201, 'W/"1"')
    base, _, rest = answer.headers["Location"].partition("/Task/")
    identifier = rest.removesuffix("/_history/1")
    assert base == "http://127.0.0.1:1/fhir"
    assert identifier != "mine"
    assert client.get(f"Task/{identifier}").json["status"] == "requested"


def test_put_creates_then_updates(client, make_patient):
    assert client.call("PUT", "Patient/p1", make_patient("p1")).status == 201
    answer = client.call("PUT", "Patient/p1", make_patient("p1", active=True))
    assert (answer.status, answer.headers["ETag"]) == (200, 'W/"2"')
    assert client.get("Patient/p1").json["active"] is True


def test_the_server_s_meta_replaces_the_client_s_and_keeps_tags(client, make_patient):
    sent = {"versionId": "99", "lastUpdated": "1999-01-01T00:00:00Z", "tag": [{"code": "x"}], "profile": ["urn:p"]}
    client.put(make_patient("p1", meta=sent))
    meta = client.get("Patient/p1").json["meta"]
    assert meta == sent | {"versionId": "1", "lastUpdated": "2023-11-14T22:13:20.000Z"}
    assert client.found("Patient?_tag=x&_profile=urn:p") == ["p1"]


@pytest.mark.parametrize("number", [b"7.50", b"1e3", b"100000000000000000000.5", b"0.00100"])
def test_decimals_keep_their_digits(client, number):
    body = b'{"resourceType":"Basic",\n "id":"b", "extension":[\n{"valueDecimal": %b}]}' % number
    client.call("PUT", "Basic/b", body)
    data = client.get("Basic/b").body
    assert b'"valueDecimal":%b}' % number in data
    assert b"\n" not in data


def test_versions_stay_readable(client, make_patient):
    client.put(make_patient("p1", gender="male"), make_patient("p1", gender="female"))
    client.call("DELETE", "Patient/p1")
    client.put(make_patient("p1", gender="other"))
    got = [client.get(f"Patient/p1/_history/{n}") for n in range(1, 6)]
    assert [one.status for one in got] == [200, 200, 410, 200, 404]
    assert [one.json.get("gender") for one in got[:2]] == ["male", "female"]
    bundle = client.get("Patient/p1/_history").json
    assert bundle["type"] == "history"
    assert [e["request"]["method"] for e in bundle["entry"]] == ["PUT", "DELETE", "PUT", "POST"]
    assert [e.get("resource", {}).get("gender") for e in bundle["entry"]] == ["other", None, "female", "male"]


def test_deleted_is_gone_and_not_merely_missing(client, make_observation):
    client.put(make_observation("o1"))
    assert client.call("DELETE", "Observation/o1").status == 204
    assert client.get("Observation/o1").status == 410
    assert client.get("Observation/o2").status == 404
    assert client.found("Observation?patient=p1") == []
    assert client.call("DELETE", "Observation/o1").status == 204
    assert client.call("PUT", "Observation/o1", make_observation("o1")).status == 201
    assert client.get("Observation/o1").headers["ETag"] == 'W/"3"'


def test_an_update_is_found_by_its_new_values_only(client, make_observation):
    client.put(make_observation("o1"), make_observation("o1", "p2", code="718-7"))
    assert client.found("Observation?code=4548-4") == client.found("Observation?patient=p1") == []
    client.put(make_observation("o1", "p3", code="1-1"))
    assert client.found("Observation?code=718-7") == client.found("Observation?patient=p2") == []
    assert client.found("Observation?code=1-1&patient=p3") == ["o1"]


def test_if_match(client, make_task):
    client.put(make_task("t"))
    assert client.call("PUT", "Task/t", make_task("t", status="accepted"), if_match='W/"1"').status == 200
    stale = client.call("PUT", "Task/t", make_task("t"), if_match='W/"1"')
    assert (stale.status, stale.json["issue"][0]["code"]) == (412, "conflict")
    assert client.get("Task/t").json["status"] == "accepted"
    assert client.call("PUT", "Task/new", make_task("new"), if_match='W/"1"').status == 412
    assert client.get("Task/new").status == 404
    assert client.call("DELETE", "Task/t", if_match='W/"1"').status == 412


def test_put_if_none_match_creates_only(client, make_task):
    assert client.call("PUT", "Task/t", make_task("t"), if_none_match="*").status == 201
    assert client.call("PUT", "Task/t", make_task("t", status="accepted"), if_none_match="*").status == 412
    assert client.get("Task/t").json["status"] == "requested"


def test_read_if_none_match(client, make_task):
    client.put(make_task("t"))
    assert client.get("Task/t", if_none_match='W/"1"').status == 304
    assert client.get("Task/t", if_none_match='W/"2"').status == 200


def test_conditional_create(client, make_task):
    wanted = "identifier=urn:flag|1"
    first = client.call("POST", "Task", make_task(identifier=[ONE]), if_none_exist=wanted)
    again = client.call("POST", "Task", make_task(identifier=[ONE]), if_none_exist=wanted)
    assert (first.status, again.status) == (201, 200)
    assert first.json["id"] == again.json["id"]
    client.put(make_task("second", identifier=[ONE]))
    assert client.call("POST", "Task", make_task(identifier=[ONE]), if_none_exist=wanted).status == 412
    assert client.call("POST", "Task", make_task(), if_none_exist="").status == 412


def test_conditional_update_and_delete(client, make_task):
    wanted = "Task?identifier=urn:flag|1"
    first = client.call("PUT", wanted, make_task(identifier=[ONE]))
    again = client.call("PUT", wanted, make_task(identifier=[ONE], status="accepted"))
    assert (first.status, again.status, first.json["id"]) == (201, 200, again.json["id"])
    assert client.call("PUT", wanted, make_task("other", identifier=[ONE])).status == 400
    assert client.call("DELETE", wanted).status == 204
    assert client.found(wanted) == []
    assert client.call("DELETE", wanted).status == 204
    client.put(make_task("t1", identifier=[ONE]), make_task("t2", identifier=[ONE]))
    assert client.call("DELETE", wanted).status == client.call("PUT", wanted, make_task()).status == 412


def test_history_since(client, make_patient):
    client.put(make_patient("p1"))
    client.time += 60
    client.put(make_patient("p1"))
    assert len(client.get("Patient/p1/_history?_since=2023-11-14T22:14:00Z").json["entry"]) == 1
    assert client.get("Patient/none/_history").status == 404


def test_time_never_runs_backwards(client, make_patient):
    client.put(make_patient("p1"))
    client.time -= 3_600
    client.put(make_patient("p1"))
    versions = client.get("Patient/p1/_history").json["entry"]
    assert versions[0]["resource"]["meta"]["lastUpdated"] >= versions[1]["resource"]["meta"]["lastUpdated"]


@pytest.mark.parametrize(
    ("method", "url", "body", "status"),
    [
        ("POST", "Observation", b"{bad", 400),
        ("POST", "Observation", b'{"resourceType":"Observation"', 400),
        ("POST", "Observation", b"[]", 400),
        ("POST", "Observation", b'{"resourceType":"Basic","x":"\xff"}', 400),
        ("POST", "Observation", {"resourceType": "Patient"}, 400),
        ("POST", "Observation", {"resourceType": "Observation", "status": "final"}, 422),
        (
            "POST",
            "MedicationStatement",
            {"resourceType": "MedicationStatement", "status": "active", "subject": {}},
            422,
        ),
        ("PUT", "Patient/a", {"resourceType": "Patient", "id": "b"}, 400),
        ("PUT", "Patient/a", {"resourceType": "Patient"}, 400),
        ("PUT", "Patient/a_b", {"resourceType": "Patient", "id": "a_b"}, 400),
        ("PUT", "Patient/" + "x" * 65, {"resourceType": "Patient", "id": "x" * 65}, 400),
        ("POST", "Patient/a", {"resourceType": "Patient"}, 405),
        ("POST", "Potato", {"resourceType": "Potato"}, 404),
        ("GET", "Potato", b"", 404),
        ("GET", "MedicationUsage?patient=1", b"", 404),
        ("GET", "", b"", 404),
        ("GET", "?_type=Patient", b"", 400),
        ("GET", "Patient/a/$frobnicate", b"", 404),
        ("POST", "", {"resourceType": "Bundle", "type": "searchset"}, 400),
    ],
)
def test_what_cannot_be_taken_is_refused_with_an_outcome(client, method, url, body, status):
    answer = client.call(method, url, body)
    assert (answer.status, answer.json["resourceType"]) == (status, "OperationOutcome")


def test_an_extension_in_place_of_a_required_code_is_enough(client):
    absent = {"extension": [{"url": "urn:absent", "valueCode": "unknown"}]}
    sent = {"resourceType": "Observation", "id": "o", "_status": absent, "code": {"text": "x"}}
    assert client.call("PUT", "Observation/o", sent).status == 201


def test_preferences(client, make_task):
    assert client.call("POST", "Task", make_task(), prefer="return=minimal").body == b""
    outcome = client.call("POST", "Task", make_task(), prefer="return=OperationOutcome").json
    assert outcome["issue"][0]["severity"] == "information"
    assert client.call("POST", "Task", make_task()).json["resourceType"] == "Task"


def test_xml_is_not_spoken(client):
    assert client.get("Patient", accept="application/fhir+xml").status == 406
    assert client.get("Patient?_format=xml").status == 406
    assert client.get("Patient", accept="application/fhir+xml, */*").status == 200
    assert client.call("POST", "Patient", b"<Patient/>", content_type="application/fhir+xml").status == 415


def test_servers_that_offer_less(make_client, make_patient, make_task):
    poor = make_client(
        Abilities(without=frozenset({"MedicationStatement"}), client_ids=False, conditional=False, patient_lists=False)
    )
    assert poor.get("MedicationStatement?patient=1").status == 404
    assert poor.call("PUT", "Task/t", make_task("t")).status == 405
    assert poor.call("POST", "Task", make_task(), if_none_exist="identifier=x").status == 412
    assert poor.get("Observation?patient=1,2").status == 400
    made = poor.call("POST", "Task", make_task()).json
    assert poor.call("PUT", f"Task/{made['id']}", made).status == 200
    statement = poor.get("metadata").json
    offered = {one["type"]: one for one in statement["rest"][0]["resource"]}
    assert "MedicationStatement" not in offered
    assert offered["Task"]["updateCreate"] is offered["Task"]["conditionalCreate"] is False


def test_capability_statement(client):
    statement = client.get("metadata").json
    assert (statement["resourceType"], statement["fhirVersion"]) == ("CapabilityStatement", "4.0.1")
    (rest,) = statement["rest"]
    assert {one["code"] for one in rest["interaction"]} == {"batch", "transaction"}
    task = next(one for one in rest["resource"] if one["type"] == "Task")
    assert {"read", "vread", "create", "update", "delete", "search-type"} <= {i["code"] for i in task["interaction"]}
    assert (task["updateCreate"], task["conditionalCreate"], task["versioning"]) == (True, True, "versioned-update")
    assert {"business-status", "group-identifier", "patient", "owner"} <= {p["name"] for p in task["searchParam"]}


def test_the_capability_statement_is_valid_and_every_parameter_it_names_is_answered(client):
    from fhir.resources.R4B.capabilitystatement import CapabilityStatement

    values = {"date": "2025", "quantity": "1", "reference": "Patient/x"}
    statement = CapabilityStatement.model_validate_json(client.get("metadata").body)
    for resource in statement.rest[0].resource:
        for parameter in resource.searchParam:
            answer = client.get(f"{resource.type}?{parameter.name}={values.get(parameter.type, 'x')}")
            assert answer.status == 200, answer.body
