"""Charts from files, in every shape they come in; what cannot be read is named and costs nothing else."""

import gzip
import os
from pathlib import Path

import msgspec
import pytest

from fhir_screener.errors import UsageError
from fhir_screener.fhir.files import FolderSource
from fhir_screener.terminology.terms import Terminology
from tests.builders.charts import PATIENT, TERMS, condition, observation, resource, statement

encode = msgspec.json.encode
CHART = [PATIENT, condition("a"), statement("b"), observation("c")]


def ndjson(*resources):
    return b"\n".join(map(encode, resources)) + b"\n"


def bundle(*resources, kind="collection", base="https://ehr.example/fhir", **more):
    entries = [{"fullUrl": f"{base}/{one['resourceType']}/{one['id']}", "resource": one} for one in resources]
    return {"resourceType": "Bundle", "type": kind, "entry": entries, **more}


def source(path, content=None, **options):
    if content is not None:
        path.write_bytes(content)
    return FolderSource(path, TERMS, **options)


def refs(record):
    facts = (*record.conditions, *record.observations, *record.medications, *record.procedures)
    return sorted(fact.ref for fact in facts)


WHOLE = ["Condition/a", "MedicationStatement/b", "Observation/c"]


@pytest.mark.parametrize("kind", ["collection", "searchset", "transaction", "batch", "document"])
@pytest.mark.parametrize("pretty", [False, True])
def test_a_bundle(tmp_path, kind, pretty):
    body = encode(bundle(*CHART, kind=kind))
    (record,) = source(tmp_path / "whatever.txt", msgspec.json.format(body, indent=2) if pretty else body)
    assert refs(record) == WHOLE


@pytest.mark.parametrize("zipped", [False, True])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n", b"\n\n"])
def test_ndjson_plain_or_gzip_whatever_the_name(tmp_path, zipped, newline):
    body = b"\xef\xbb\xbf" + ndjson(*CHART).replace(b"\n", newline)
    (record,) = source(tmp_path / "data.csv", gzip.compress(body) if zipped else body)
    assert refs(record) == WHOLE


def named_last(one):
    """A resource as PostgreSQL orders the members of its JSON: the type anywhere but first."""
    rest = {key: value for key, value in one.items() if key != "resourceType"}
    return {**rest, "resourceType": one["resourceType"]}


@pytest.mark.parametrize("mixed", [named_last, lambda one: one if one["id"] in "xz" else named_last(one)])
def test_lines_that_name_their_type_last(tmp_path, mixed):
    records = [observation("x"), observation("y"), condition("a"), observation("z"), statement("b"), condition("c")]
    (expected,) = source(tmp_path / "first", ndjson(PATIENT, *records))
    (found,) = source(tmp_path / "last", ndjson(*map(mixed, [PATIENT, *records])))
    assert found == expected
    assert len(found.observations) == 3


def test_a_line_without_a_type_is_not_of_the_type_of_the_line_before(tmp_path):
    nothing = {key: value for key, value in observation("y").items() if key != "resourceType"}
    holding = {**nothing, "contained": [observation("inside")]}
    lines = ndjson(named_last(PATIENT), named_last(observation("x")), nothing, holding, named_last(observation("z")))
    charts = source(tmp_path / "lines", lines)
    (record,) = charts
    assert refs(record) == ["Observation/x", "Observation/z"]
    assert charts.problems == [
        "lines:3: JSON, but no FHIR resource: it has no resourceType (and 1 more lines of this file)"
    ]


def test_a_gzip_of_several_members_and_padding(tmp_path):
    body = b"".join(gzip.compress(ndjson(one)) for one in CHART) + b"\0" * 512
    (record,) = source(tmp_path / "x", body)
    assert refs(record) == WHOLE


def test_a_single_resource_over_many_lines(tmp_path):
    found = source(tmp_path / "p.json", msgspec.json.format(encode(PATIENT), indent=1))
    (record,) = found
    assert record.patient.id == "p"
    assert found.problems == []


def test_bundles_one_a_line(tmp_path):
    lines = [bundle(PATIENT, condition("a")), bundle(statement("b"), observation("c"))]
    (record,) = source(tmp_path / "x", ndjson(*lines))
    assert refs(record) == WHOLE


def test_a_folder_in_any_order_and_depth(tmp_path):
    (tmp_path / "z" / "deep").mkdir(parents=True)
    (tmp_path / "a.ndjson").write_bytes(ndjson(observation("c")))
    (tmp_path / "z" / "b.json.gz").write_bytes(gzip.compress(encode(bundle(statement("b"), PATIENT))))
    (tmp_path / "z" / "deep" / "c").write_bytes(ndjson(condition("a")))
    (tmp_path / ".hidden").write_bytes(b"not for us")
    found = source(tmp_path)
    (record,) = found
    assert refs(record) == WHOLE
    assert found.problems == found.notes == []
    assert found.count == 1


def test_urn_uuid_references_of_a_bundle(tmp_path):
    made = bundle(PATIENT)
    made["entry"][0]["fullUrl"] = "urn:uuid:11111111-1111-1111-1111-111111111111"
    drug = {"resourceType": "Medication", "code": {"text": "prednisone"}}
    urn = "urn:uuid:22222222-2222-2222-2222-222222222222"
    taken = resource("MedicationStatement", "b", status="active", medicationReference={"reference": urn})
    taken["subject"] = {"reference": "urn:uuid:11111111-1111-1111-1111-111111111111"}
    made["entry"] += [{"fullUrl": urn, "resource": drug}, {"fullUrl": "urn:uuid:3", "resource": taken}]
    (record,) = source(tmp_path / "x", encode(made))
    (fact,) = record.medications
    assert fact.unresolved == ""
    assert "steroids" in fact.hits


def test_a_resource_without_an_id_takes_that_of_its_full_url(tmp_path):
    made = {"resourceType": "Bundle", "type": "transaction", "entry": []}
    born = {"resourceType": "Patient", "gender": "male"}
    made["entry"].append({"fullUrl": "urn:uuid:abc", "resource": born, "request": {"method": "POST", "url": "Patient"}})
    made["entry"].append({"request": {"method": "DELETE", "url": "Patient/z"}, "resource": {**PATIENT, "id": "z"}})
    found = source(tmp_path / "x", encode(made))
    assert [record.patient.id for record in found] == ["abc"]


def test_a_record_of_another_server_is_not_this_patients(tmp_path):
    foreign = condition("x", subject={"reference": "https://other.example/fhir/Patient/p"})
    own = condition("a", subject={"reference": "https://ehr.example/fhir/Patient/p"})
    found = source(tmp_path / "x", encode(bundle(PATIENT, foreign, own)))
    (record,) = found
    assert refs(record) == ["Condition/a"]
    assert found.notes == ["records that name no patient were left out: 1 Condition"]


def test_each_patient_once_in_the_newest_version(tmp_path):
    old = {**PATIENT, "gender": "male", "meta": {"versionId": "1"}}
    new = {**PATIENT, "meta": {"versionId": "2"}}
    other = {**PATIENT, "id": "q"}
    found = source(tmp_path / "x", ndjson(new, other, old))
    assert [(one.patient.id, one.patient.gender) for one in found] == [("p", "female"), ("q", "female")]
    assert found.count == 2


def test_a_patient_without_an_id_is_named(tmp_path):
    found = source(tmp_path / "x.ndjson", ndjson(PATIENT, {"resourceType": "Patient", "gender": "male"}))
    assert len(list(found)) == 1
    assert found.problems == ["x.ndjson:2: a Patient without an id: cannot be answered for"]


TWICE = "Patient/p stands twice, and says different things: the first was taken"


@pytest.mark.parametrize("memory", [1 << 30, 0])
@pytest.mark.parametrize(
    ("first", "second", "notes"),
    [
        ({"birthDate": "1950-01-01"}, {"birthDate": "2015-01-01"}, [TWICE]),
        ({"name": [{"family": "Li"}]}, {"name": [{"family": "Wang"}]}, [TWICE]),
        ({"meta": {"versionId": "1"}, "gender": "male"}, {"meta": {"versionId": "1"}, "gender": "female"}, [TWICE]),
        ({"meta": {"versionId": "1"}, "gender": "male"}, {"meta": {"versionId": "2"}, "gender": "female"}, []),
        ({"name": [{"family": "Li", "use": "usual"}]}, {"name": [{"use": "usual", "family": "Li"}]}, []),
    ],
)
def test_a_patient_who_stands_twice_and_says_different_things(tmp_path, first, second, notes, memory):
    patient = {"resourceType": "Patient", "id": "p"}
    lines = ndjson({**patient, **first}, condition("1"), {**patient, **second})
    found = source(tmp_path / "x.ndjson", lines, memory=memory)
    assert len(list(found)) == 1
    assert found.notes == notes
    assert found.problems == []


def test_records_whose_patient_is_not_there_are_counted(tmp_path):
    stray = [
        condition("1", subject={"reference": "Patient/gone"}),
        observation("2", subject={"reference": "Patient/gone"}),
    ]
    found = source(tmp_path / "x", ndjson(PATIENT, *stray, condition("3", subject=None)))
    assert len(list(found)) == 1
    assert found.notes == [
        "2 records of 1 patient left out: their Patient is not in these files",
        "records that name no patient were left out: 1 Condition",
    ]


def test_only_the_patients_that_are_wanted(tmp_path):
    other = {**PATIENT, "id": "q"}
    found = source(
        tmp_path / "x", ndjson(*CHART, other, condition("z", subject={"reference": "Patient/q"})), only=["q"]
    )
    (record,) = found
    assert refs(record) == ["Condition/z"]


def cut(zipped: bytes) -> bytes:
    return zipped[:-20]


BAD = {
    "a line that is no JSON": (ndjson(PATIENT) + b"garbage\n" + ndjson(condition("a")), "x:2: not complete JSON"),
    "the first line is no JSON": (b"garbage\n" + ndjson(PATIENT, condition("a")), "x:1: not complete JSON"),
    "a line cut short": (ndjson(PATIENT, condition("a")) + b'{"resourceType":"Cond', "x:3: not complete JSON"),
    "other JSON": (
        ndjson(PATIENT, {"a": 1}, {"b": 2}, condition("a")),
        "x:2: JSON, but no FHIR resource: it has no resourceType (and 1 more lines of this file)",
    ),
    "test cases that hold resources": (
        ndjson(PATIENT, {"measure": "m", "resources": []}, condition("a")),
        "x:2: JSON, but no FHIR resource: it has no resourceType (it has `resources`; give one resource a line)",
    ),
    "a resource of DSTU2": (
        ndjson(PATIENT, {"resourceType": "MedicationOrder", "id": "1"}, condition("a")),
        "x:2: MedicationOrder is a type of FHIR DSTU2; only R4 is read",
    ),
}


@pytest.mark.parametrize("what", BAD)
def test_what_cannot_be_read_is_said_once_and_the_rest_is_answered(tmp_path, what):
    body, said = BAD[what]
    found = source(tmp_path / "x", body)
    (record,) = found
    assert refs(record) == ["Condition/a"]
    assert found.problems == [said]


def test_a_gzip_file_cut_short_gives_what_it_has(tmp_path):
    many = [condition(str(number), note=[{"text": os.urandom(40).hex()}]) for number in range(4000)]
    found = source(tmp_path / "x", gzip.compress(ndjson(PATIENT, *many))[:-5000])
    (record,) = found
    assert 3000 < len(record.conditions) < 4000
    (said,) = found.problems
    assert said.startswith("x:")
    assert "the gzip file is cut short here; what came before is read" in said


def test_a_damaged_gzip_file(tmp_path):
    body = bytearray(gzip.compress(ndjson(PATIENT)))
    body[12] ^= 0xFF
    found = source(tmp_path / "x", bytes(body))
    assert list(found) == []
    assert len(found.problems) == 1
    assert "gzip" in found.problems[0]


def test_a_pretty_bundle_cut_short(tmp_path):
    body = msgspec.json.format(encode(bundle(*CHART)), indent=2)
    found = source(tmp_path / "x.json", body[:-40])
    assert list(found) == []
    assert found.problems == ["x.json: not complete JSON"]


REMEDY = (
    "list.json: a JSON array, not a Bundle or NDJSON; left out: write one resource a line (NDJSON), or make it a Bundle"
)


def test_files_that_are_no_json_are_noted(tmp_path):
    (tmp_path / "a.ndjson").write_bytes(ndjson(PATIENT))
    (tmp_path / "README").write_text("These are data.\n")
    (tmp_path / "list.json").write_bytes(encode(CHART))
    (tmp_path / "empty").write_bytes(b"")
    found = source(tmp_path)
    assert len(list(found)) == 1
    assert found.problems == []
    assert found.notes == ["README: not JSON; left out", REMEDY]


def test_other_types_are_passed_over(tmp_path):
    found = source(tmp_path / "x", ndjson(PATIENT, {"resourceType": "Claim", "id": "1"}))
    assert len(list(found)) == 1
    assert found.problems == found.notes == []


def test_no_such_path(tmp_path):
    with pytest.raises(UsageError, match="no such file or folder"):
        FolderSource(tmp_path / "gone", TERMS)


def hospital(count):
    for number in range(count):
        who = {"reference": f"Patient/{number}"}
        yield {**PATIENT, "id": str(number)}
        yield condition(f"c{number}", subject=who, encounter={"reference": f"Encounter/e{number}"}, recordedDate=None)
        yield observation(f"o{number}", subject=who)
        yield resource("Encounter", f"e{number}", subject=who, period={"start": "2020", "end": "2021"})
        yield condition(f"n{number}", subject=who, code={"text": "cold"}, onsetDateTime="2001", meta={"versionId": "3"})
        yield condition(f"n{number}", subject=who, code={"text": "乳腺癌"}, meta={"versionId": "2"})


@pytest.mark.parametrize("memory", [0, 1, 20_000])
def test_charts_too_big_for_memory_are_the_same(tmp_path, memory):
    path = tmp_path / "x"
    path.write_bytes(ndjson(*hospital(50)))
    expected = {record.patient.id: record for record in source(path)}
    found = source(path, memory=memory)
    spilled = {record.patient.id: record for record in found}
    assert spilled == expected
    assert len(spilled) == 50
    assert found.count is None, "nobody counted them"
    assert spilled["7"].conditions[0].encounter.end == "2021"


@pytest.mark.parametrize("memory", [0, 20_000, 128 << 20])
def test_what_a_study_needs_whole_is_there_as_it_came(tmp_path, memory):
    """Relevant or not, in memory or by way of the disk; each id once, in its newest version."""
    path = tmp_path / "x"
    path.write_bytes(ndjson(*hospital(50)))
    terms = Terminology(TERMS.sets.values(), frozenset({"Condition", "Encounter"}))
    found = {record.patient.id: record for record in FolderSource(path, terms, memory=memory)}
    seven = found["7"]
    assert {tree["id"] for tree in seven.whole["Condition"]} == {"c7", "n7"}
    assert next(t for t in seven.whole["Condition"] if t["id"] == "n7")["code"] == {"text": "cold"}
    assert seven.whole["Encounter"][0]["period"] == {"start": "2020", "end": "2021"}
    assert seven.conditions[0].encounter.end == "2021"
    assert not next(iter(source(path))).whole, "nobody else pays"


def test_a_stay_that_goes_on_dates_a_diagnosis_also_from_disk(tmp_path):
    path = tmp_path / "x"
    stay = resource("Encounter", "e", status="in-progress", period={"start": "2021-02-01"})
    path.write_bytes(ndjson(PATIENT, stay, condition("c", encounter={"reference": "Encounter/e"})))
    for memory in (1 << 20, 1):
        (record,) = source(path, memory=memory)
        assert record.conditions[0].encounter.start == "2021-02-01"


def test_nothing_is_left_on_disk(tmp_path, monkeypatch):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    path = tmp_path / "x"
    path.write_bytes(ndjson(*hospital(5)))
    records = source(path, memory=1).records()
    next(records)
    (folder,) = [one for one in tmp_path.iterdir() if one.is_dir()]
    assert folder.stat().st_mode & 0o077 == 0, "for our eyes only"
    records.close()
    assert [one for one in tmp_path.iterdir() if one.is_dir()] == []


def test_problems_are_the_same_list_for_who_holds_it(tmp_path):
    found = source(tmp_path / "x", b"garbage\n" + ndjson(PATIENT))
    held = found.problems
    list(found)
    list(found)
    assert len(held) == 1
    assert isinstance(found.path, Path)


def test_a_line_cut_inside_a_resource_we_read(tmp_path):
    found = source(tmp_path / "x", encode(condition("z"))[:-9] + b"\n" + ndjson(PATIENT, condition("a")))
    (record,) = found
    assert refs(record) == ["Condition/a"]
    assert found.problems == ["x:1: a Condition that cannot be read: not complete JSON"]


def entry_a_line(end: bytes) -> bytes:
    """A Bundle as people write one by hand: an entry on each line."""
    entries = b",\n".join(encode({"resource": one}) for one in CHART)
    return b'{"resourceType":"Bundle","type":"collection","entry":[\n' + entries + end


@pytest.mark.parametrize("end", [b"]}", b"]}\n", b"\n]}\n", b"\n  ]\n}\n"])
def test_a_bundle_with_an_entry_on_each_line(tmp_path, end):
    files = source(tmp_path / "bundle.json", entry_a_line(end))
    assert [refs(record) for record in files] == [WHOLE]
    assert files.problems == []


def test_lines_after_a_first_that_breaks_off_are_read_as_lines(tmp_path):
    files = source(tmp_path / "lines.ndjson", encode(condition("z"))[:40] + b"\n" + ndjson(*CHART))
    assert [refs(record) for record in files] == [WHOLE]
    assert len(files.problems) == 1
