"""Filling a store in process and from files."""

from __future__ import annotations

import gzip
import json

import pytest

from fhir_screener.errors import DataError
from fhir_screener.sandbox.loading import load_path, load_resources

LINES = [{"resourceType": "Patient", "id": f"p{n}"} for n in range(3)]


def ndjson(resources):
    return "".join(json.dumps(one) + "\n" for one in resources)


def test_resources_decoded_or_as_bytes(client):
    assert load_resources(client.store, [LINES[0], json.dumps(LINES[1]).encode()]) == 2
    assert client.found("Patient") == ["p0", "p1"]


def test_charts_are_loaded_as_untidy_as_they_are(client):
    untidy = [
        {"resourceType": "Observation", "id": "under_score", "subject": {"reference": "Patient/p1"}},
        {"resourceType": "Observation", "subject": {"reference": "Patient/p1"}},
    ]
    assert load_resources(client.store, untidy) == 2
    found = client.found("Observation?patient=p1")
    assert (len(found), found[0]) == (2, "under_score")
    assert client.get("Observation/under_score").status == 200


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("name", ["Patient.ndjson", "export", "x.dat"])
def test_a_file_of_any_name(client, tmp_path, name, packed):
    text = ndjson(LINES).replace("\n", "\n\n").encode()
    (tmp_path / name).write_bytes(gzip.compress(text) if packed else text)
    assert load_path(client.store, tmp_path / name) == 3


def test_a_folder_in_order_of_name_and_only_its_fhir_files(client, tmp_path):
    (tmp_path / "truth").mkdir()
    (tmp_path / "truth" / "truth.jsonl").write_text('{"patient":"p1"}\n')
    (tmp_path / "b.ndjson").write_text(ndjson(LINES[:1]))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.json").write_text(json.dumps(LINES[1], indent=2))
    (tmp_path / "c.ndjson.gz").write_bytes(gzip.compress(ndjson(LINES[2:]).encode()))
    assert load_path(client.store, tmp_path) == 3
    assert client.found("Patient") == ["p0", "p2", "p1"]


@pytest.mark.parametrize("indent", [None, 2])
def test_a_bundle_is_unpacked_and_its_links_made_references(client, tmp_path, indent):
    urn = "urn:uuid:5d1f2e7a-5f6b-4b3f-8d8b-000000000003"
    entries = [
        {"fullUrl": "http://ehr/fhir/Observation/o", "resource": {"resourceType": "Observation", "id": "o"}},
        {"fullUrl": urn, "resource": {"resourceType": "Patient", "id": "p1"}},
        {"request": {"method": "DELETE", "url": "Patient/p9"}},
    ]
    entries[0]["resource"]["subject"] = {"reference": urn}
    bundle = {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    (tmp_path / "one.json").write_text(json.dumps(bundle, indent=indent))
    assert load_path(client.store, tmp_path / "one.json") == 2
    assert client.found("Observation?patient=p1") == ["o"]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (ndjson(LINES) + "{bad\n", "x.ndjson:4"),
        ('{"resourceType":"Potato","id":"1"}\n', "x.ndjson:1"),
        ('{"resourceType":"Patient","id":"a/b"}\n', "x.ndjson:1"),
        ('{"id":"a"}\n', "x.ndjson:1"),
        ("not json", "x.ndjson:1"),
    ],
)
def test_what_cannot_be_loaded_is_named(client, tmp_path, text, where):
    (tmp_path / "x.ndjson").write_text(text)
    with pytest.raises(DataError) as failed:
        load_path(client.store, tmp_path / "x.ndjson")
    assert failed.value.where == where


def test_a_cut_gzip_and_a_missing_file_are_named(client, tmp_path):
    (tmp_path / "x.ndjson.gz").write_bytes(gzip.compress(ndjson(LINES).encode())[:-10])
    for name in ("x.ndjson.gz", "none"):
        with pytest.raises(DataError, match=name):
            load_path(client.store, tmp_path / name)
