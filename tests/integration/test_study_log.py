"""The screening log of a swept hospital: as the terminal writes it, and as each role gets it from the pages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from openpyxl import load_workbook

from fhir_screener.bootstrap.log_file import log_file
from fhir_screener.bootstrap.office import Office
from fhir_screener.errors import ServerFault
from fhir_screener.fhir.task import study_log
from fhir_screener.screening.decision import Decision, Move, Person, Rejection, decision
from tests.integration.web_world import DAY, STUDY, Hospital, as_role, found, hospital, serving

NOTE = "=HYPERLINK(1)"


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with hospital(tmp_path_factory.mktemp("log")) as swept:
        office = Office(swept.settings())
        first, second, *_ = sorted(task["id"] for task in swept.tasks)
        for id, made in ((first, rejected()), (second, accepted())):
            task = office.desk.by_id(id)
            office.desk.decide(STUDY, task["for"]["reference"].rpartition("/")[2], made)
        yield swept


def rejected() -> Decision:
    return decision(Move.REJECT, Person("ann", "=Ann"), DAY, reason=Rejection.DECLINED, note=NOTE)


def accepted() -> Decision:
    return decision(Move.ACCEPT, Person("ben", "Ben Li"), DAY)


def read(text: str) -> tuple[dict[str, str], list[dict[str, str]]]:
    """The numbers above, and the rows."""
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    top = [row for row in rows if row[0].startswith("# ")]
    heads, *body = rows[len(top) :]
    return {row[0][2:]: row[1] for row in top[1:]}, [dict(zip(heads, row, strict=True)) for row in body]


def written(there: Hospital, **more: Any) -> tuple[dict[str, str], list[dict[str, str]]]:
    office = Office(there.settings())
    study = office.study(STUDY)
    assert study is not None
    with log_file(office, study, "csv", **more) as file:
        return read(file.read().decode())


def test_a_row_a_task_with_who_decided_what_and_when(there: Hospital) -> None:
    numbers, rows = written(there)
    assert sorted(row["screening_number"] for row in rows) == sorted(task["id"] for task in there.tasks)
    (no,) = [row for row in rows if row["status"] == "rejected"]
    assert (no["reason"], no["decided_by"], no["notes"]) == ("declined", "'=Ann", "1")
    assert len(no["decided_on"]) == len(no["first_seen"]) == 10
    (yes,) = [row for row in rows if row["status"] == "accepted"]
    assert yes["decided_by"] == "Ben Li"
    assert all(row["I1"] in ("met", "not_met") or row["I1"].startswith("unknown: ") for row in rows)
    waiting = [row for row in rows if row["status"] == "requested"]
    assert waiting
    assert {row["decided_by"] for row in waiting} == {""}
    assert 0 < int(numbers["Assessed for eligibility (last sweep)"]) <= 60
    assert sum(int(n) for what, n in numbers.items() if "first by" in what) > 0
    assert numbers["Rejected: The patient declined to take part"] == numbers["Accepted for screening"] == "1"


def test_nobody_is_named_unless_asked_for(there: Hospital) -> None:
    _, rows = written(there)
    text = str(rows)
    assert not [secret for secret in there.secrets if secret in text]
    assert NOTE not in text
    _, rows = written(there, naming=lambda patients: {id: f"Name of {id}" for id in patients})
    assert all(row["name"] == f"Name of {row['patient']}" for row in rows)


def test_who_was_enrolled_by_the_trials_own_system_counts(there: Hospital) -> None:
    (subject,) = found(there.base, "ResearchSubject")
    requests.put(f"{there.base}/ResearchSubject/{subject['id']}", json=subject | {"status": "on-study"}, timeout=30)
    try:
        numbers, rows = written(there)
    finally:
        requests.put(f"{there.base}/ResearchSubject/{subject['id']}", json=subject, timeout=30)
    assert numbers["Enrolled"] == "1"
    assert [row["status"] for row in rows if row["enrolled"] == "yes"] == ["accepted"]


def test_many_pages_are_one_log(there: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(study_log, "PAGE", 2)
    _, rows = written(there)
    assert len({row["screening_number"] for row in rows}) == len(rows) == len(there.tasks)


def test_a_server_that_fails_half_way_leaves_no_half_log(there: Hospital, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise ServerFault("down")

    monkeypatch.setattr(study_log.StudyLog, "_moves", broken)
    with pytest.raises(ServerFault):
        written(there)


def test_the_pages_give_it_to_each_role_as_it_may_see(there: Hospital) -> None:
    with serving(there.behind_a_proxy()) as place:
        team, coordinator, operator = (as_role(place, group) for group in ("trial", "coordinators", "ops"))
        for kind in ("csv", "xlsx"):
            assert operator.get(f"/study/{STUDY}/log.{kind}").status_code == 403
            assert team.get(f"/study/{STUDY}/log.{kind}?names=1").status_code == 403
        answer = team.get(f"/study/{STUDY}/log.csv")
        assert "attachment" in answer.headers["content-disposition"]
        assert not [secret for secret in there.secrets if secret in answer.text]
        _, rows = read(coordinator.get(f"/study/{STUDY}/log.csv?names=1").content.decode())
        assert all(row["patient"] and row["name"] for row in rows)
        book = load_workbook(io.BytesIO(coordinator.get(f"/study/{STUDY}/log.xlsx").content))
        assert book.sheetnames == ["Screening log", "CONSORT"]
        cells = [cell for row in book["Screening log"].iter_rows() for cell in row]
        assert book["Screening log"].max_row == len(there.tasks) + 1
        assert {cell.data_type for cell in cells if cell.value is not None} <= {"s", "n"}
