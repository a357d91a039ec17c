"""The ASGI application: what surrounds the FHIR endpoint."""

from __future__ import annotations

import pytest


def test_head_is_a_get_without_its_body(wire, make_patient):
    wire.client.put(make_patient("p1"))
    got, asked = wire("GET", "/fhir/Patient/p1"), wire("HEAD", "/fhir/Patient/p1")
    assert (asked.status, asked.body) == (200, b"")
    assert asked.headers["content-length"] == got.headers["content-length"] == str(len(got.body))


def test_a_reply_names_its_format(wire):
    assert wire("GET", "/fhir/metadata").headers["content-type"] == "application/fhir+json; charset=utf-8"


def test_an_escaped_address_is_read_once(wire, make_patient):
    wire.client.put(make_patient("p1", identifier=[{"system": "urn:x", "value": "a+b c"}]))
    assert wire("GET", "/fhir/Patient?identifier=urn%3Ax%7Ca%2Bb%20c").ids == ["p1"]
    assert wire("GET", "/fhir/Patient/p%31").status == 200


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost", "[::1]:99", "LOCALHOST:1"])
def test_loopback_names_are_answered(wire, host):
    assert wire("GET", "/fhir/metadata", host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:80", "192.168.0.9"])
def test_other_names_are_refused_unless_allowed(wire, make_wire, host):
    assert wire("GET", "/fhir/metadata", host=host).status == 421
    assert wire("GET", "/_stats", host=host).status == 421
    assert make_wire(any_host=True)("GET", "/fhir/metadata", host=host).status == 200


def test_the_runner_s_pages_are_for_this_machine_only(make_wire):
    open_wire = make_wire(any_host=True)
    for url in ("/_stats", "/_faults"):
        assert open_wire("GET", url, peer="192.168.0.9").status == 403
        assert open_wire("GET", url).status == 200


def test_stats(wire, make_observation, make_task):
    wire.client.put(*(make_observation(f"o{n}") for n in range(3)))
    wire("DELETE", "/_stats")
    link = wire("GET", "/fhir/Observation?patient=p1&_count=2").link("next").removeprefix("http://127.0.0.1:1")
    wire("GET", link)
    wire("PUT", "/fhir/Task/t", make_task("t"))
    wire("PUT", "/fhir/Task/t", make_task("t"))
    wire("GET", "/fhir/Task/t")
    entry = {"request": {"method": "DELETE", "url": "Observation/o1"}}
    wire("POST", "/fhir", {"resourceType": "Bundle", "type": "batch", "entry": [entry]})
    stats = wire("GET", "/_stats").json
    assert stats["requests"] == 6
    assert stats["by"] == {"GET Observation": 2, "GET Task": 1, "POST": 1, "PUT Task": 2}
    assert stats["resources"] == 4
    assert stats["written"] == {"Observation": 1, "Task": 2}
    assert stats["bytes"] > 0
    assert wire("DELETE", "/_stats").json["requests"] == wire("GET", "/_stats").json["bytes"] == 0


def test_faults_are_set_listed_and_cleared(wire):
    assert wire("POST", "/_faults", {"kind": "busy", "count": 3}).json == [{"kind": "busy", "count": 3}]
    assert len(wire("POST", "/_faults", [{"kind": "cut"}, {"kind": "drop"}]).json) == 3
    assert wire("GET", "/fhir/metadata").status == 429
    assert wire("GET", "/_faults").json[0]["count"] == 2
    for wrong in (b"{", [1], {"kind": "nonsense"}):
        answer = wire("POST", "/_faults", wrong)
        assert answer.status == 400
        assert "error" in answer.json
    assert wire("DELETE", "/_faults").json == []
    assert wire("GET", "/fhir/metadata").status == 200


def test_a_failure_of_the_server_s_own_is_answered_and_logged_without_data(wire, monkeypatch, caplog):
    def fail(call):
        raise ValueError("secret value")

    monkeypatch.setattr(wire.client.service, "handle", fail)
    answer = wire("GET", "/fhir/Patient/p1")
    assert (answer.status, answer.json["resourceType"]) == (500, "OperationOutcome")
    assert "ValueError" in caplog.text
    assert "secret" not in caplog.text + answer.body.decode()
