"""A Screening survives its Task, and its line, whatever is in it."""

from datetime import UTC, datetime

import orjson
from hypothesis import given, settings

from fhir_screener.fhir.task.build import Setting, new_task
from fhir_screener.fhir.task.checked import check
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.identity import Identity
from fhir_screener.fhir.task.read import existing_from_task, screening_from_task
from fhir_screener.screening.digest import evidence_digest
from fhir_screener.screening.screening import Screening
from fhir_screener.screening.wire import from_wire, to_wire
from tests.builders.screenings import screenings

SETTING = Setting(Identity(b"a key for tests only", "ehr"))
NOW = datetime(2021, 3, 1, 18, 30, 12, 500, tzinfo=UTC)


@given(screenings)
@settings(max_examples=60, deadline=None)
def test_the_whole_screening_can_be_read_back_from_its_task(screening: Screening) -> None:
    task = orjson.loads(orjson.dumps(check(new_task(screening, SETTING, NOW))))
    assert screening_from_task(task) == screening
    assert existing_from_task(task).digest == evidence_digest(screening)


@given(screenings)
@settings(max_examples=60, deadline=None)
def test_no_element_of_a_task_is_empty(screening: Screening) -> None:
    assert not list(_empty(new_task(screening, SETTING, NOW), "Task"))


@given(screenings)
@settings(max_examples=60, deadline=None)
def test_the_whole_screening_can_be_read_back_from_its_line(screening: Screening) -> None:
    line = orjson.dumps(to_wire(screening))
    assert from_wire(orjson.loads(line)) == screening


def _empty(value: object, path: str) -> list[str]:
    if isinstance(value, dict):
        found = [hit for key, inner in value.items() for hit in _empty(inner, f"{path}.{key}")]
        return found or ([path] if not value else [])
    if isinstance(value, list):
        found = [hit for inner in value for hit in _empty(inner, path)]
        return found or ([path] if not value else [])
    return [path] if value is None or (isinstance(value, str) and not value.strip()) else []


def test_the_search_for_empty_elements_finds_them() -> None:
    body: Json = {"a": [{"b": " "}], "c": {}, "d": [], "e": None, "f": 0, "g": False}
    assert _empty(body, "T") == ["T.a.b", "T.c", "T.d", "T.e"]
