"""Each fault, as a client meets it: once, and then all is well."""

from __future__ import annotations

import time

import pytest

from fhir_screener.errors import UsageError
from fhir_screener.sandbox import faults
from fhir_screener.sandbox.faults import KINDS, Faults
from fhir_screener.sandbox.outcome import Hangup

URL = "/fhir/Observation?patient=p1&_count=2"


@pytest.fixture
def filled(wire, make_observation):
    wire.client.put(*(make_observation(f"o{n}") for n in range(6)))
    return wire


def pages(wire):
    out, url = [], URL
    while url:
        answer = wire("GET", url.removeprefix("http://127.0.0.1:1"))
        out.append(answer.ids)
        url = answer.link("next")
    return out


@pytest.mark.parametrize(
    ("fault", "status", "header", "kind"),
    [
        ({"kind": "busy"}, 429, ("Retry-After", "1"), "fhir+json"),
        ({"kind": "busy", "retry_after": "soon"}, 429, ("Retry-After", "soon"), "fhir+json"),
        ({"kind": "unavailable"}, 503, None, "fhir+json"),
        ({"kind": "unavailable", "retry_after": 2}, 503, ("Retry-After", "2"), "fhir+json"),
        ({"kind": "error"}, 500, None, "fhir+json"),
        ({"kind": "error", "status": 504}, 504, None, "fhir+json"),
        ({"kind": "unauthorized"}, 401, ("WWW-Authenticate", 'Bearer realm="sandbox"'), "fhir+json"),
        ({"kind": "forbidden"}, 403, None, "fhir+json"),
        ({"kind": "html"}, 200, None, "text/html"),
        ({"kind": "html", "status": 502}, 502, None, "text/html"),
        ({"kind": "json"}, 200, None, "application/json"),
        ({"kind": "unsupported"}, 404, None, "fhir+json"),
        ({"kind": "unsupported", "status": 405}, 405, None, "fhir+json"),
    ],
)
def test_answers_that_are_none(filled, fault, status, header, kind):
    filled.faults.add([fault])
    answer = filled("GET", URL)
    assert answer.status == status
    assert kind in answer.headers["content-type"]
    if header:
        assert answer.headers[header[0].lower()] == header[1]
    assert filled("GET", URL).ids == ["o0", "o1"]
    assert filled.faults.waiting() == []


def test_slow(filled):
    filled.faults.add([{"kind": "slow", "seconds": 0.05}])
    start = time.monotonic()
    assert filled("GET", URL).ids == ["o0", "o1"]
    assert time.monotonic() - start >= 0.05


def test_cut(filled):
    whole = filled("GET", URL).body
    filled.faults.add([{"kind": "cut"}])
    with pytest.raises(Hangup):
        filled("GET", URL)
    assert len(filled.partial) == len(whole) // 2


@pytest.mark.parametrize(("kind", "written"), [("drop", False), ("lost", True)])
def test_no_answer(filled, make_task, kind, written):
    filled.faults.add([{"kind": kind, "method": "PUT"}])
    with pytest.raises(Hangup):
        filled("PUT", "/fhir/Task/t", make_task("t"))
    assert filled.partial == b""
    assert (filled("GET", "/fhir/Task/t").status == 200) is written


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("duplicate", [["o0", "o1"], ["o1", "o2", "o3"], ["o4", "o5"]]),
        ("truncate", [["o0"], ["o2", "o3"], ["o4", "o5"]]),
        ("no-next", [["o0", "o1"]]),
    ],
)
def test_pages(filled, kind, expected):
    filled.faults.add([{"kind": kind}])
    assert pages(filled) == expected
    assert filled.faults.waiting() == []
    assert pages(filled) == [["o0", "o1"], ["o2", "o3"], ["o4", "o5"]]


@pytest.mark.parametrize("status", [None, 404])
def test_an_expired_page(filled, status):
    filled.faults.add([{"kind": "expired"} | ({"status": status} if status else {})])
    link = filled("GET", URL).link("next").removeprefix("http://127.0.0.1:1")
    answer = filled("GET", link)
    assert (answer.status, answer.json["issue"][0]["code"]) == (status or 410, "expired")


@pytest.mark.parametrize("status", [None, 409])
def test_a_stale_update_strikes_updates_only_and_writes_nothing(filled, make_task, status):
    filled.faults.add([{"kind": "stale"} | ({"status": status} if status else {})])
    assert filled("PUT", "/fhir/Task/t", make_task("t")).status == 201
    assert filled("PUT", "/fhir/Task/t", make_task("t", status="accepted")).status == (status or 412)
    assert filled("GET", "/fhir/Task/t").json["status"] == "requested"
    assert filled("PUT", "/fhir/Task/t", make_task("t", status="accepted")).status == 200


def test_a_stale_update_fails_its_whole_transaction(filled, make_task):
    filled.client.put(make_task("t"))
    filled.faults.add([{"kind": "stale", "status": 409, "type": "Task"}])
    entries = [{"resource": make_task(one), "request": {"method": "PUT", "url": f"Task/{one}"}} for one in ("new", "t")]
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    assert filled("POST", "/fhir", bundle).status == 409
    assert filled("GET", "/fhir/Task/new").status == 404
    assert filled("POST", "/fhir", bundle).status == 200


def test_count_and_after(filled):
    filled.faults.add([{"kind": "busy", "count": 2, "after": 1}])
    assert [filled("GET", URL).status for _ in range(5)] == [200, 429, 429, 200, 200]
    filled.faults.add([{"kind": "busy", "count": None}])
    assert [filled("GET", URL).status for _ in range(4)] == [429] * 4


def test_narrowed_by_type_and_method(filled, make_task):
    filled.faults.add([{"kind": "busy", "type": "Observation", "method": "GET"}])
    assert filled("GET", "/fhir/Patient").status == 200
    assert filled("POST", "/fhir/Task", make_task()).status == 201
    assert filled("POST", "/fhir/Observation/_search", b"patient=p1").status == 200
    assert filled("GET", "/fhir/Observation").status == 429


def test_a_later_page_counts_as_the_search_it_belongs_to(filled):
    filled.faults.add([{"kind": "unavailable", "type": "Observation", "patient": "p1", "after": 1}])
    link = filled("GET", URL).link("next").removeprefix("http://127.0.0.1:1")
    assert filled("GET", link).status == 503
    assert filled("GET", link).ids == ["o2", "o3"]


@pytest.mark.parametrize(
    "url",
    [
        "Patient/p1",
        "Patient/p1/$everything",
        "Observation?patient=p2,p1",
        "Observation?patient=Patient/p1",
        "Observation?subject:Patient=p1",
        "Patient?_id=p0,p1",
    ],
)
def test_one_patient_fails_wherever_named(filled, url):
    filled.faults.add([{"kind": "error", "patient": "p1"}])
    assert filled("GET", "/fhir/Observation?patient=p11,p2").status == 200
    assert filled("GET", "/fhir/Observation?_id=p1").status == 200
    assert filled("GET", f"/fhir/{url}").status == 500


def test_one_patient_fails_in_a_form(filled):
    filled.faults.add([{"kind": "error", "patient": "p1"}])
    assert filled("POST", "/fhir/Observation/_search", b"patient=p3%2Cp1").status == 500


@pytest.mark.parametrize(
    "wrong", [{}, {"kind": "nonsense"}, {"kind": "busy", "many": 2}, {"kind": "busy", "count": "x"}]
)
def test_a_fault_that_cannot_be_read_is_refused_and_none_of_its_list_counts(wrong):
    waiting = Faults()
    with pytest.raises(UsageError):
        waiting.add([{"kind": "busy"}, wrong])
    assert waiting.waiting() == []


def test_every_kind_is_in_the_table_of_the_docstring():
    rows = [line.split("|")[1].strip() for line in faults.__doc__.splitlines() if line.startswith("| ")]
    assert set(rows[1:]) == KINDS
