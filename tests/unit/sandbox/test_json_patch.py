"""JSON Patch on resources (RFC 6902)."""

from __future__ import annotations

import pytest

from fhir_screener.sandbox.json_patch import patched
from fhir_screener.sandbox.outcome import Refusal


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "replace", "path": "/a", "value": 2}, {"a": 2, "b": [1, 2]}),
        ({"op": "add", "path": "/c", "value": {}}, {"a": 1, "b": [1, 2], "c": {}}),
        ({"op": "add", "path": "/b/0", "value": 0}, {"a": 1, "b": [0, 1, 2]}),
        ({"op": "add", "path": "/b/-", "value": 3}, {"a": 1, "b": [1, 2, 3]}),
        ({"op": "remove", "path": "/b/1"}, {"a": 1, "b": [1]}),
        ({"op": "move", "from": "/a", "path": "/d~1e"}, {"b": [1, 2], "d/e": 1}),
        ({"op": "copy", "from": "/b", "path": "/c"}, {"a": 1, "b": [1, 2], "c": [1, 2]}),
        ({"op": "test", "path": "/a", "value": 1}, {"a": 1, "b": [1, 2]}),
        ({"op": "replace", "path": "", "value": 7}, 7),
    ],
)
def test_operations(operation, expected):
    document = {"a": 1, "b": [1, 2]}
    assert patched(document, [operation]) == expected
    assert document == {"a": 1, "b": [1, 2]}


@pytest.mark.parametrize(
    ("operations", "status"),
    [
        ({}, 400),
        (["x"], 400),
        ([{"op": "remove", "path": "/nothing"}], 422),
        ([{"op": "replace", "path": "/nothing", "value": 1}], 422),
        ([{"op": "add", "path": "/b/9", "value": 1}], 422),
        ([{"op": "add", "path": "/b/x", "value": 1}], 422),
        ([{"op": "add", "path": "b", "value": 1}], 422),
        ([{"op": "test", "path": "/a", "value": 2}], 422),
        ([{"op": "fold", "path": "/a"}], 422),
        ([{"path": "/a"}], 422),
    ],
)
def test_what_does_not_fit(operations, status):
    with pytest.raises(Refusal) as refused:
        patched({"a": 1, "b": [1]}, operations)
    assert refused.value.status == status


def test_over_the_wire(client, make_task):
    client.put(make_task("t"))
    change = [{"op": "replace", "path": "/status", "value": "accepted"}]
    assert client.call("PATCH", "Task/t", change, if_match='W/"9"').status == 412
    assert client.call("PATCH", "Task/t", change, if_match='W/"1"').json["status"] == "accepted"
    assert client.get("Task/t").headers["ETag"] == 'W/"2"'
    assert client.call("PATCH", "Task/t", [{"op": "replace", "path": "/id", "value": "u"}]).status == 422
    assert client.call("PATCH", "Task/t", [{"op": "remove", "path": "/intent"}]).status == 422
    assert client.call("PATCH", "Task/t", b"[{").status == 400
    assert client.call("PATCH", "Task/none", change).status == 404


def test_decimals_survive_a_patch(client):
    client.call("PUT", "Basic/b", b'{"resourceType":"Basic","id":"b","extension":[{"valueDecimal":7.50}]}')
    client.call("PATCH", "Basic/b", [{"op": "add", "path": "/language", "value": "zh"}])
    assert b'"valueDecimal":7.50' in client.get("Basic/b").body
