"""What a server says it can do."""

import json

import pytest
import responses

from fhir_screener.errors import NotFhir
from fhir_screener.fhir.capability import read_capability
from fhir_screener.fhir.session import FhirSession

BASE = "https://ehr.example.org/fhir"
STATEMENT = {
    "resourceType": "CapabilityStatement",
    "fhirVersion": "4.0.1",
    "software": {"name": "Some FHIR Server", "version": "8.8.0"},
    "rest": [
        {"mode": "client", "resource": [{"type": "Basic"}]},
        {
            "mode": "server",
            "interaction": [{"code": "transaction"}, {"code": "search-system"}],
            "searchParam": [{"name": "_id", "type": "token"}],
            "resource": [
                {
                    "type": "Task",
                    "interaction": [{"code": "read"}, {"code": "create"}, {"code": "search-type"}],
                    "versioning": "versioned-update",
                    "conditionalCreate": True,
                    "conditionalUpdate": False,
                    "updateCreate": True,
                    "searchInclude": ["Task:patient"],
                    "searchParam": [{"name": "identifier", "type": "token", "documentation": "x" * 100}],
                },
                {"type": "Patient", "interaction": [{"code": "read"}, {"extension": []}]},
                {"type": "Patient", "interaction": [{"code": "search-type"}]},
            ],
        },
    ],
}


def capability(statement, **more):
    body = statement if isinstance(statement, str) else json.dumps(statement)
    with responses.RequestsMock() as server:
        server.get(f"{BASE}/metadata", body=body, **({"content_type": "application/fhir+json"} | more))
        return read_capability(FhirSession(BASE))


def test_the_parts_we_ask_about():
    found = capability(STATEMENT)
    assert (found.fhir_version, found.batch, found.transaction) == ("4.0.1", False, True)
    assert found.software == "Some FHIR Server 8.8.0"
    task = found.types["Task"]
    assert task.interactions == {"read", "create", "search-type"}
    assert task.search_params == {"_id", "identifier"}
    assert task.search_include == {"Task:patient"}
    assert (task.conditional_create, task.conditional_update, task.update_create) == (True, False, True)
    assert task.versioning == "versioned-update"


def test_what_a_server_does_not_say_stays_open():
    patient = capability(STATEMENT).types["Patient"]
    assert (patient.conditional_create, patient.update_create, patient.versioning) == (None, None, None)


@pytest.mark.parametrize(("first", "second", "both"), [(None, False, False), (False, True, True), (True, None, True)])
def test_of_two_entries_the_better_counts(first, second, both):
    entries = [{"type": "Task"} | ({} if said is None else {"updateCreate": said}) for said in (first, second)]
    for order in (entries, entries[::-1]):
        found = capability({**STATEMENT, "rest": [{"mode": "server", "resource": order}]})
        assert found.types["Task"].update_create is both


def test_a_type_listed_twice_can_do_both():
    assert capability(STATEMENT).types["Patient"].interactions == {"read", "search-type"}


def test_what_can_be_done():
    found = capability(STATEMENT)
    assert found.can("Task", "create") is True
    assert found.can("Task", "delete") is False
    assert found.can("Basic", "read") is False, "what it does as a client is not on offer"


@pytest.mark.parametrize("rest", [{}, {"rest": []}, {"rest": [{"mode": "server"}]}, {"rest": None}])
def test_a_server_that_lists_nothing_leaves_it_open(rest):
    found = capability({"resourceType": "CapabilityStatement", "fhirVersion": "4.0.1", **rest})
    assert found.can("Task", "create") is None
    assert found.software is None


@pytest.mark.parametrize("version", ["4.0.0", "4.0.1", "4.0"])
def test_r4(version):
    assert capability(STATEMENT | {"fhirVersion": version}).fhir_version == version


@pytest.mark.parametrize(
    "version", ["5.0.0", "4.3.0", "3.0.2", "1.0.2", "4.1.0", "40.0", "", None, "Mustermann, Erika"]
)
def test_another_version_is_named_with_a_way_out(version):
    with pytest.raises(NotFhir, match="not R4") as caught:
        capability(STATEMENT | {"fhirVersion": version})
    message = str(caught.value)
    assert f"{BASE}/metadata" in message
    assert "give the address of its R4 endpoint" in message
    assert "Erika" not in message


def test_dstu2_calls_it_otherwise():
    with pytest.raises(NotFhir, match=r"FHIR 1\.0\.2, not R4"):
        capability({"resourceType": "Conformance", "fhirVersion": "1.0.2"})


@pytest.mark.parametrize(
    ("body", "more"),
    [
        ("<html></html>", {"content_type": "text/html"}),
        ("<html></html>", {}),
        ('{"openapi":"3.1"}', {}),
        ('{"resourceType":"Patient"}', {}),
        ('{"detail":"Not Found"}', {"status": 404}),
        ("", {"status": 404}),
        ('{"resourceType":"CapabilityStatement","fhirVersion":"4.0.1","rest":[{"resource":[{}]}]}', {}),
    ],
)
def test_what_is_no_fhir_server(body, more):
    with pytest.raises(NotFhir, match="check the base address"):
        capability(body, **more)
