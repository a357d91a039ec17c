"""How the last sweeps went: those of this source, whoever else writes to the same target."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from fhir_screener.fhir.answer import Answer
from fhir_screener.fhir.capability import Capability
from fhir_screener.fhir.origin import Origins
from fhir_screener.fhir.searchset import read_page
from fhir_screener.fhir.task import names
from fhir_screener.fhir.task.sweep_record import sweep_task
from fhir_screener.fhir.task.sweep_watch import Watch, last_sweeps
from fhir_screener.fhir.task.sweeps import Sweeps
from tests.builders.tasks import HEAD, IDENTITY, STUDY

CODE = {"coding": [{"system": names.TASK_CODE, "code": names.SWEEP}]}


def record(number: int, status: str, source: str) -> dict[str, Any]:
    """A sweep's own Task of the night of that day in March."""
    kind = {"coding": [{"system": names.INPUT, "code": names.Input.SOURCE.value}]}
    period = {"start": f"2021-03-{number:02}T18:30:00Z", "end": f"2021-03-{number:02}T19:00:00Z"}
    given = [{"type": kind, "valueString": source}] if source else []
    return {
        "resourceType": "Task",
        "id": f"s{number}",
        "status": status,
        "code": CODE,
        "executionPeriod": period,
        "input": given,
    }


class Target:
    """Answers every search with these Tasks, as pages of two."""

    base_url = "http://target/fhir"
    origins = Origins.of(base_url)

    def __init__(self, *tasks: dict[str, Any]) -> None:
        self.tasks, self.asked = tasks, list[str]()

    def fetch(self, path: str, decode: Any, params: Any = None) -> Any:
        at = int(path.partition("at=")[2] or 0)
        self.asked.append(path)
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
        bundle["entry"] = [{"resource": one} for one in self.tasks[at : at + 2]]
        if at + 2 < len(self.tasks):
            bundle["link"] = [{"relation": "next", "url": f"Task?at={at + 2}"}]
        return read_page(Answer(200, {}, orjson.dumps(bundle), "http://target/fhir/Task"))


def watched(*tasks: dict[str, Any]) -> Watch:
    return last_sweeps(Sweeps(Target(*tasks), Capability("4.0.1"), "ehr"))  # type: ignore[arg-type]


def test_another_sites_nights_say_nothing_of_ours() -> None:
    theirs = [record(number, "failed", "north") for number in (9, 8, 7, 6)]
    found = watched(*theirs, record(5, "completed", "ehr"), record(4, "failed", "ehr"))
    assert found == Watch(datetime(2021, 3, 5, 19, tzinfo=UTC), 1)


def test_records_from_before_sources_were_named_count() -> None:
    assert watched(record(5, "completed", "")).ended == datetime(2021, 3, 5, 19, tzinfo=UTC)


def test_no_sweep_at_all() -> None:
    assert watched() == Watch()


class Circle(Target):
    """Names the page it has just sent as the next one, for ever."""

    def fetch(self, path: str, decode: Any, params: Any = None) -> Any:
        return replace(super().fetch("Task", decode, params), next_link="Task?at=0")


def test_a_server_that_goes_in_circles_is_left() -> None:
    target = Circle(record(5, "completed", "ehr"))
    sweeps = Sweeps(target, Capability("4.0.1"), "ehr")  # type: ignore[arg-type]
    assert len(list(sweeps.newest("id"))) == 2
    assert len(target.asked) == 2


def test_of_two_sweeps_in_one_second_the_later_one_is_the_newest() -> None:
    first = sweep_task(HEAD, IDENTITY)
    second = sweep_task(
        replace(HEAD, sweep=f"{HEAD.sweep}.2", started=HEAD.started + timedelta(milliseconds=300)), IDENTITY
    )
    for tasks in ((first, second), (second, first)):
        found = Sweeps(Target(*tasks), Capability("4.0.1"), IDENTITY.source).of_study(STUDY)  # type: ignore[arg-type]
        assert [one.task for one in found] == [second["id"], first["id"]]
    assert second["authoredOn"] <= second["lastModified"]
