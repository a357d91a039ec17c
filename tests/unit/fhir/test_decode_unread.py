"""Records that nobody can read: counted where the site states that all is recorded, for there absence is an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from fhir_screener.fhir import files
from fhir_screener.terminology.coding import ICD10
from fhir_screener.terminology.site import Site
from fhir_screener.terminology.terms import Terminology
from tests.builders.charts import PATIENT, TERMS, Json, coded, condition, read, resource, statement

LOCAL = "urn:oid:2.999.1"
STATED = Site(
    "here",
    complete={"Condition": None, "MedicationStatement": None, "Procedure": None},
    ignored=frozenset({(LOCAL, "X1")}),
    ignore=frozenset({"tea"}),
)


def terms(site: Site = STATED) -> Terminology:
    return Terminology(TERMS.sets.values(), site=site)


@pytest.mark.parametrize(
    ("code", "unread"),
    [
        (coded(LOCAL, "Z9", "something"), True),
        ({"text": "something"}, True),
        ({}, True),
        ({"coding": [{"system": ICD10, "display": "no code"}]}, True),
        (coded(ICD10, "I10"), False),  # known to mean something else
        ({"coding": [{"system": LOCAL, "code": "Z9"}, {"system": ICD10, "code": "I10"}]}, False),
        (coded(LOCAL, "X1"), False),
        ({"text": "Tea"}, False),
        ({"text": "breast cancer"}, False),
    ],
)
def test_what_counts_as_read(code: Json, unread: bool) -> None:
    assert read(condition(code=code or None), terms=terms()).unread == ({"Condition": 1} if unread else {})


def test_procedures_too_but_drugs_that_nobody_knows_are_facts() -> None:
    thing = coded(LOCAL, "D7")
    record = read(
        {"resourceType": "Medication", "id": "m", "code": thing},
        statement("1", medicationCodeableConcept=None, medicationReference={"reference": "Medication/m"}),
        statement("2", medicationCodeableConcept=coded(LOCAL, "X1")),
        statement("3", medicationCodeableConcept={"text": "tea"}),
        resource("Procedure", code=thing, status="completed"),
        terms=terms(),
    )
    assert record.unread == {"Procedure": 1}
    assert [(fact.ref, fact.unlisted) for fact in record.medications] == [("MedicationStatement/1", True)]


def test_only_where_it_is_asked() -> None:
    assert read(condition(code={"text": "something"}), terms=terms(Site())).unread == {}


def test_the_count_outlives_a_spill_to_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import orjson

    lines = [PATIENT, condition("1", code={"text": "something"}), condition("2", code=coded(ICD10, "I10"))]
    (tmp_path / "all.ndjson").write_bytes(b"".join(orjson.dumps(one) + b"\n" for one in lines))
    source = files.FolderSource(tmp_path, terms(), memory=1)
    assert [record.unread for record in source.records()] == [{"Condition": 1}]
