"""What could not be read may hide what excludes a patient: it counts as not fetched, for whomever it may concern."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from fhir_screener.fhir.files import FolderSource
from fhir_screener.records.patient_record import CHART_TYPES
from tests.builders.charts import PATIENT, TERMS, condition, observation, statement

EVERY = set(CHART_TYPES)


def of(patient: str, made: dict[str, Any]) -> dict[str, Any]:
    return {**made, "id": f"{patient}-{made['id']}", "subject": {"reference": f"Patient/{patient}"}}


def chart(patient: str) -> list[dict[str, Any]]:
    return [
        {**PATIENT, "id": patient},
        *(of(patient, one) for one in (condition("c"), observation("o"), statement("s"))),
    ]


P, Q = chart("p"), chart("q")


def lines(*resources: dict[str, Any] | bytes) -> bytes:
    return b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in resources) + b"\n"


def bundle(*resources: Any) -> bytes:
    entries = [{"resource": one} for one in resources]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def failed(folder: Path, **files: bytes) -> dict[str, set[str]]:
    """{patient: types that count as not fetched} for the files; `_` in a name is a dot."""
    for name, body in files.items():
        (folder / name.replace("_", ".")).write_bytes(body)
    return {record.patient.id: set(record.failed) for record in FolderSource(folder, TERMS)}


def test_where_all_is_read_nothing_counts_as_failed(tmp_path: Path) -> None:
    assert failed(tmp_path, all_ndjson=lines(*P, *Q)) == {"p": set(), "q": set()}


def test_a_gzip_of_one_type_cut_short_concerns_every_patient_for_that_type(tmp_path: Path) -> None:
    cut = gzip.compress(lines(P[2], Q[2]))[:-20]
    found = failed(tmp_path, Patient_ndjson=lines(P[0], Q[0]), Observation_000_ndjson_gz=cut)
    assert found == {"p": {"Observation"}, "q": {"Observation"}}


def test_a_gzip_of_all_types_cut_short_may_lack_anything_of_anybody(tmp_path: Path) -> None:
    assert failed(tmp_path, export_gz=gzip.compress(lines(*P, *Q, *P))[:-20]) == {"p": EVERY, "q": EVERY}


def test_where_no_name_tells_the_type_the_other_files_do(tmp_path: Path) -> None:
    cut = gzip.compress(lines(P[2], Q[2]) * 500)[:-20]
    found = failed(tmp_path, a=lines(P[0], Q[0]), b=lines(P[1], Q[1]), c=cut)
    assert found == {"p": {"Observation"}, "q": {"Observation"}}


def test_a_file_for_each_patient_concerns_its_own_patient_alone(tmp_path: Path) -> None:
    cut = gzip.compress(lines(*Q, *(of("q", observation(str(n))) for n in range(2000))))[:-200]
    assert failed(tmp_path, one_gz=lines(*P), two_gz=cut) == {"p": set(), "q": EVERY}


def test_whom_else_a_damaged_file_of_one_patient_names_is_marked_too_and_nobody_besides(tmp_path: Path) -> None:
    named = lines(P[0], {**P[1], "subject": {"reference": "Patient/q"}}, *P)
    found = failed(tmp_path, a=named + b"garb", b=lines(*Q), c=lines(*chart("r")))
    assert found == {"p": EVERY, "q": EVERY, "r": set()}


def test_a_file_that_breaks_off_in_its_last_line_may_lack_more_lines(tmp_path: Path) -> None:
    body = lines(*P, *Q)
    found = failed(tmp_path, Condition_ndjson=lines(P[1], Q[1])[:-40], Patient_ndjson=lines(P[0], Q[0]))
    assert found == {"p": {"Condition"}, "q": {"Condition"}}
    assert failed(tmp_path, Condition_ndjson=body[:-40]) == {"p": EVERY, "q": EVERY}


SPOILT = json.dumps(P[1]).encode().replace(b'"code":', b'"code" ')


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param(json.dumps(P[1]).encode()[:-30], {"Condition"}, id="cut after its subject"),
        pytest.param(SPOILT, {"Condition"}, id="damaged, and it still names its subject"),
        pytest.param(
            b'{"resourceType":"MedicationOrder","id":"m","patient":{"reference":"Patient/p"}}',
            {"MedicationRequest"},
            id="another version of FHIR",
        ),
        pytest.param(json.dumps(P[1]).encode().replace(b'"Condition"', b'"Nonsense"'), EVERY, id="no type of FHIR"),
        pytest.param(json.dumps({**P[1], "resourceType": 5}).encode(), EVERY, id="no type at all"),
    ],
)
def test_a_line_that_says_whose_it_is_concerns_that_patient_alone(tmp_path: Path, line: bytes, found: set[str]) -> None:
    assert failed(tmp_path, all_ndjson=lines(P[0], line, *Q)) == {"p": found, "q": set()}


def test_a_line_that_may_be_anybodys_concerns_everybody(tmp_path: Path) -> None:
    assert failed(tmp_path, all_ndjson=lines(*P, b"garbage", *Q)) == {"p": EVERY, "q": EVERY}
    assert failed(tmp_path, all_ndjson=b"", conditions_ndjson=lines(P[1], b"garbage"), people=lines(P[0], Q[0])) == {
        "p": {"Condition"},
        "q": {"Condition"},
    }


def test_a_type_that_is_not_read_loses_nothing(tmp_path: Path) -> None:
    claim = b'{"resourceType":"Claim","id":"x","patient":{"reference":"Patient/p"},"status":act'
    assert failed(tmp_path, all_ndjson=lines(*P, claim, *Q)) == {"p": set(), "q": set()}


def test_a_record_that_names_nobody_is_of_the_one_patient_of_its_bundle(tmp_path: Path) -> None:
    nameless = {**P[1], "subject": 5}
    assert failed(tmp_path, one=bundle(P[0], nameless), two=bundle(*Q)) == {"p": {"Condition"}, "q": set()}
    both = failed(tmp_path, one=bundle(P[0], nameless, *Q), two=b"")
    assert both == {"p": set(), "q": set()}, "of two it may be either's; the report says that it was left out"


def test_a_bundle_that_cannot_be_read_is_its_patients(tmp_path: Path) -> None:
    found = failed(tmp_path, a=bundle(*P)[:-9], b=bundle(*Q), c=lines(P[0]), d=lines(*chart("r")))
    assert found == {"p": EVERY, "q": set(), "r": set()}


def test_a_file_whose_name_says_data_and_that_is_none(tmp_path: Path) -> None:
    utf16 = json.dumps(P[1]).encode("utf-16")
    assert failed(tmp_path, all_ndjson=lines(*P), Condition_ndjson=utf16) == {"p": {"Condition"}}
    (tmp_path / "Condition.ndjson").rename(tmp_path / "readme.txt")
    assert failed(tmp_path) == {"p": set()}


def test_who_cannot_be_answered_at_all_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.ndjson").write_bytes(lines(b'{"resourceType":"Patient","id":"p","gender":fem}', *Q))
    source = FolderSource(tmp_path, TERMS)
    assert [record.patient.id for record in source] == ["q"]
    assert source.unread == {"p": "x.ndjson:1: a Patient that cannot be read: not complete JSON"}


def test_the_report_and_the_answer_say_what_was_lost(tmp_path: Path) -> None:
    (tmp_path / "Patient.ndjson").write_bytes(lines(P[0], Q[0]))
    (tmp_path / "Observation.ndjson").write_bytes(lines(P[2], b"garbage", Q[2]))
    source = FolderSource(tmp_path, TERMS)
    assert {record.problems for record in source} == {("Observation.ndjson:2: not complete JSON",)}
    assert source.problems == ["Observation.ndjson:2: not complete JSON"]
    (said,) = source.notes
    assert said.startswith("Observation may be missing for every patient (Observation.ndjson)")
    assert "not-fetched" in said


def test_spilled_charts_are_marked_alike(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(lines(*P, b"garbage", *Q))
    assert {record.patient.id: set(record.failed) for record in FolderSource(tmp_path, TERMS, memory=1)} == {
        "p": EVERY,
        "q": EVERY,
    }
