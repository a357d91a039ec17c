"""What is checked before it leaves, and that remembering what was checked lets nothing through."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from typing import Any

import pytest

from fhir_screener.errors import DataError
from fhir_screener.fhir.task import checked
from fhir_screener.fhir.task.build import Setting, new_task
from fhir_screener.fhir.task.checked import check
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.identity import Identity
from tests.builders.screenings import nested, screening

SETTING = Setting(Identity(b"a key for tests only", "ehr"))
NOW = datetime(2021, 3, 1, tzinfo=UTC)


@pytest.fixture
def task() -> Json:
    return new_task(nested(), SETTING, NOW)


def test_the_resource_comes_back_as_it_was(task: Json) -> None:
    before = copy.deepcopy(task)
    assert check(task) is task
    assert check(task) == before


FAULTS = [
    ({"url": "verdict", "valueCode": "a  b"}, "string_pattern_mismatch"),
    ({"url": "verdict", "valueCode": ""}, "string_pattern_mismatch"),
    ({"url": "decidedBy", "valueInteger": 3_000_000_000}, "less_than_equal"),
    ({"url": "decidedBy", "valueInteger": "x"}, "int_"),
    ({"url": "clock", "valueBoolean": "perhaps"}, "bool_"),
    ({"valueString": "no url"}, "missing"),
    ({"url": "note", "valueString": "x", "valueCode": "y"}, "value_error"),
    ({"url": "note", "valueNote": "x"}, "extra_forbidden"),
    ({"url": "note", "text": "x"}, "extra_forbidden"),
    ({"url": "part", "extension": [{"url": "deeper", "valueDate": "2021-02-30"}]}, "valueDate"),
    ("no extension at all", ""),
]


@pytest.mark.parametrize(("fault", "said"), FAULTS, ids=[str(n) for n in range(len(FAULTS))])
def test_a_fault_is_found_however_much_was_checked_before(task: Json, fault: Any, said: str) -> None:
    check(task)
    finding = task["output"][1]["extension"][1]["extension"]
    finding.append(fault)
    for _ in range(2):
        with pytest.raises(DataError, match="not sent") as caught:
            check(task)
        assert said in str(caught.value)
    finding.pop()
    check(task)


def test_what_failed_is_not_remembered_as_good(task: Json) -> None:
    odd = {"url": "note", "valueString": "never seen before this test"}
    task["output"][1]["extension"][1]["extension"].append(odd)
    task["intent"] = 7
    with pytest.raises(DataError):
        check(task)
    assert ("note", "valueString", str, odd["valueString"]) not in checked._seen


def test_true_is_not_one(task: Json) -> None:
    check({**task, "extension": [{"url": "urn:x", "valueInteger": 1}, {"url": "urn:x", "valueBoolean": True}]})
    with pytest.raises(DataError):
        check({**task, "extension": [{"url": "urn:x", "valueString": 1}]})


def test_what_is_remembered_is_bounded(task: Json, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checked, "_MOST", 5)
    for number in range(8):
        check(new_task(screening(why_not=f"reason {number}"), SETTING, NOW))
    assert len(checked._seen) < 60
