"""Who is worth reading: the words of a search, and ids from a file."""

import pytest
import responses

from fhir_screener.errors import DataError, UsageError
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.server_cohort import Cohort, read_ids
from fhir_screener.fhir.server_index import hidden, tokens
from fhir_screener.fhir.session import FhirSession
from fhir_screener.terminology.coding import ATC, ICD10CM, LOINC
from fhir_screener.terminology.valueset import Entry
from tests.builders.charts import TERMS


@pytest.mark.parametrize(
    ("entry", "asked"),
    [
        (Entry(LOINC, "5196-1", ""), {"http://loinc.org|5196-1"}),
        (Entry(ICD10CM, "D89.84", ""), {"D89.84", "D8984"}),
        (Entry(ICD10CM, "M355", ""), {"M355", "M35.5"}),
        (Entry(ICD10CM, "C50", ""), {"C50"}),
        (Entry(ATC, "L01FA01", ""), {"L01FA01"}),
        (Entry("urn:x", "a,b|c", ""), {"urn:x|a\\,b\\|c"}),
    ],
)
def test_a_code_as_servers_may_hold_it(entry, asked):
    assert set(tokens(entry)) == asked


def test_what_an_index_cannot_see():
    assert len(hidden([TERMS["hbsag"]])) == 1
    assert "finer codes" in hidden([TERMS["cancer"]])[1]
    assert hidden([]) == ()


def test_a_file_of_ids(tmp_path):
    path = tmp_path / "ids.txt"
    path.write_text("\ufeffa-1\n\n# all of them\nPatient/b.2  # moved\n  c_3\n")
    assert list(read_ids(path)) == ["a-1", "b.2", "c_3"]


@pytest.mark.parametrize("line", ["a,b", "a?x=1", "a/../b", "Jane Doe"])
def test_a_line_that_is_no_id(tmp_path, line):
    path = tmp_path / "ids.txt"
    path.write_text(f"a-1\n{line}\n")
    with pytest.raises(DataError, match=r"ids\.txt:2: not a patient id") as caught:
        list(read_ids(path))
    assert line not in str(caught.value)


def test_no_such_file(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        list(read_ids(tmp_path / "gone"))


BASE = "https://ehr.example.org/fhir"


def bundle(kind, total, *resources):
    entries = [{"resource": {"resourceType": kind, **one}, "search": {"mode": "match"}} for one in resources]
    return {"resourceType": "Bundle", "type": "searchset", "total": total, "entry": entries}


@pytest.mark.parametrize(
    ("cohort", "kind", "record"),
    [
        ({"all": True}, "Patient", {"id": "p1"}),
        ({"index": ["cancer"]}, "Condition", {"id": "c1", "subject": {"reference": "Patient/p1"}}),
    ],
)
def test_a_server_that_does_not_list_everybody_is_not_passed_over_in_silence(cohort, kind, record):
    listing = Cohort(FhirSession(BASE), Capability("4.0.1"), (), TERMS, cohort)
    with responses.RequestsMock() as server:
        server.get(f"{BASE}/{kind}", json=bundle(kind, 3, record))
        assert list(listing.ids()) == ["p1"]
        assert listing.hidden[-1] == (
            f"patients may be missing from the list: {kind}: the server counts 3 matches but sent 1"
        )
        server.upsert("GET", f"{BASE}/{kind}", json=bundle(kind, 1, record))
        assert list(listing.ids()) == ["p1"]
        assert not any("missing" in one for one in listing.hidden), "each listing speaks for itself"


@pytest.mark.parametrize(
    ("cohort", "tree"),
    [
        ({"group": "g"}, {"resourceType": "Group", "member": [{"entity": "?"}, {"entity": "!"}, {"entity": "*"}]}),
        ({"list": "g"}, {"resourceType": "List", "entry": [{"item": "?"}, {"item": "!"}, {"item": "*"}]}),
    ],
)
def test_members_who_cannot_be_told_to_be_of_this_source_are_said(cohort, tree):
    who = {
        "?": {"reference": "Patient/p1"},
        "!": {"reference": "https://elsewhere.example/fhir/Patient/p2"},
        "*": {"identifier": {"value": "4711"}},
    }
    whole = {
        key: [{name: who[mark] for name, mark in one.items()} for one in value] if isinstance(value, list) else value
        for key, value in tree.items()
    }
    listing = Cohort(FhirSession(BASE), Capability("4.0.1"), (), TERMS, cohort)
    with responses.RequestsMock() as server:
        server.get(f"{BASE}/{tree['resourceType']}/g", json=whole)
        assert list(listing.ids()) == ["p1"]
    assert "2 records cannot be told to be a patient's" in listing.hidden[-1]
