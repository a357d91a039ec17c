"""The pages about sweeps: what each role sees of whom, and that a report is never more than it is."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from fhir_screener.bootstrap.servers import own_mappings
from fhir_screener.fhir.task.coded import Json
from fhir_screener.fhir.task.sweep_record import sweep_record, sweep_task
from fhir_screener.fhir.task.sweeps import swept
from fhir_screener.screening.freshness import Standing, Swept, Underway, standing
from fhir_screener.screening.funnel import Reached
from fhir_screener.screening.lookalikes import Lookalike
from fhir_screener.screening.report import make_report
from fhir_screener.screening.sweep_plan import ChunkResult, Moved, State
from fhir_screener.settings import Settings
from fhir_screener.studies.load import Catalog
from fhir_screener.web import report, sweeps, worklist
from fhir_screener.web.app import make_app
from fhir_screener.web.who import Role, User
from tests.builders.tasks import HEAD, IDENTITY, NOW, STUDY

PATIENT, NASTY = "p-4711", "<script>alert(1)</script>"
DONE = replace(HEAD, state=State.DONE, ended=NOW + timedelta(minutes=12), patients=7)
RESULT = ChunkResult(
    read=6,
    outcomes={STUDY: {"candidate": 2, "excluded": 4}},
    actions={STUDY: {"created": 1, "withdrawn": 1}},
    first_out={STUDY: {"E4": 4}},
    alone_out={STUDY: {"E4": 3}},
    moved={STUDY: {PATIENT: Moved("withdrawn", "candidate", "no-longer-matches", "E4", "Condition/cancer-4711")}},
    thin={STUDY: {PATIENT: "E4: Condition/cancer-4711"}},
    unread={"p-0815": f"Patient/p-0815 {NASTY} timed out"},
    warnings=["Observation of Patient/p-0815 was cut"],
)
SETTINGS = Settings.build({"source_url": "http://127.0.0.1:1/fhir"})
STUDY_FILE = Catalog(own_mappings()).load([STUDY]).studies[0]


def ended(result: ChunkResult = RESULT) -> Json:
    return sweep_record(DONE, make_report(DONE, [result], NOW).to_wire(), IDENTITY)


class Office:
    """As `bootstrap.office.Office`, over the Tasks it is given."""

    def __init__(self, *tasks: Json, stands: Standing | None = None, source: str = HEAD.source) -> None:
        self.audited: list[str] = []
        self.settings = SimpleNamespace(ehr_link="")
        self.servers = SimpleNamespace(source_url=source)
        seen = [one for task in tasks if (one := swept(task, STUDY))]
        self.reports = SimpleNamespace(
            sweeps=SimpleNamespace(by_id=lambda id: tasks[0], of_study=lambda study, before=None: iter(seen)),
            reached=lambda study: Reached(1, 0, None),
            task_ids=lambda study, patients: {patient: f"task-{n}" for n, patient in enumerate(patients)},
            standing=lambda study: stands or standing(seen, NOW + timedelta(hours=1)),
        )

    def study(self, id: str) -> Any:
        return STUDY_FILE if id == STUDY else None

    def names(self, study: Any, language: str) -> dict[str, str]:
        return {}

    def audit(self, what: Any, by: Any, **more: Any) -> None:
        self.audited.append(what.value)


def asked(
    office: Office, page: Any, role: Role = Role.COORDINATOR, study: str = STUDY, lang: str = "en"
) -> tuple[int, str]:
    """Status and text of a page."""
    answer = answered(office, page, role, study, lang)
    return answer.status_code, bytes(answer.body).decode()


def where(role: Role) -> str:
    """Where a study's address leads."""
    return str(answered(Office(), worklist.overview, role).headers["location"])


def answered(office: Office, page: Any, role: Role, study: str = STUDY, lang: str = "en") -> Response:
    now = int(time.time())
    session = {"user": User("anna", role=role).to_session(), "csrf": "x", "began": now, "seen": now, "lang": lang}
    app = make_app(SETTINGS, "a-token-for-tests", lambda: office)  # type: ignore[arg-type,return-value]
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/study/{study}/sweeps",
        "query_string": b"",
        "headers": [],
        "path_params": {"study": study, "sweep": "t"},
        "session": session,
        "app": app,
    }
    answer: Response = page(Request(scope))
    return answer


def test_a_coordinator_sees_whom_it_is_about_with_cause_and_link() -> None:
    office = Office(ended())
    status, text = asked(office, report.shown)
    assert status == 200
    assert f'<a href="/candidate/task-0">{PATIENT}</a>' in text
    assert "Condition/cancer-4711" in text
    assert "6 of 7" in text
    assert "Not read: 1" in text
    assert office.audited == ["list-read"]


def test_what_a_server_said_is_shown_and_never_run() -> None:
    _, text = asked(Office(ended()), report.shown)
    assert NASTY not in text
    assert "&lt;script&gt;" in text


def test_one_reason_for_many_is_told_once() -> None:
    unread = {f"p{n}": f"the server failed, HTTP 500: Patient/p{n}" for n in range(90)}
    _, text = asked(Office(ended(replace(RESULT, unread=unread))), report.shown)
    assert text.count("HTTP 500") == 1
    assert "p0, p1, p10" in text
    assert "and 40 more" in text


@pytest.mark.parametrize("role", [Role.STUDY_TEAM, Role.OPERATOR])
def test_who_may_not_know_reads_no_id(role: Role) -> None:
    _, text = asked(Office(ended()), report.shown, role)
    for secret in (PATIENT, "p-0815", "cancer-4711"):
        assert secret not in text
    assert "Not read: 1" in text
    assert ("/candidate/task-0" in text) is (role is Role.STUDY_TEAM)


def test_of_a_sweep_of_another_site_nobody_is_named() -> None:
    office = Office(ended(), source="http://another/fhir")
    _, text = asked(office, report.shown)
    for secret in (PATIENT, "p-0815", "cancer-4711", "/candidate/"):
        assert secret not in text
    assert office.audited == []


def test_an_operator_is_no_reader_of_charts() -> None:
    office = Office(ended())
    asked(office, report.shown, Role.OPERATOR)
    assert office.audited == []


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.OPERATOR])
def test_local_names_that_nobody_knows_are_listed_for_whoever_can_mend_it(role: Role) -> None:
    coded = Lookalike("test", NASTY, "urn:lab", "0231", "hbsag", "乙肝表面抗原", 7, 6, 1, ("E8a",))
    words = Lookalike("drug", "特药一号", patients=3, could_change=3, criteria=("E5",))
    office = Office(ended(replace(RESULT, lookalikes={STUDY: [coded, words]})))
    _, text = asked(office, report.shown, role)
    assert NASTY not in text
    assert "&lt;script&gt;" in text
    assert ">0231</code>" in text
    assert "hbsag: 乙肝表面抗原" in text
    assert '<td class="n" data-name="Could change">6</td>' in text
    assert '<td class="n" data-name="Could change">≥ 3</td>' in text
    assert "may be any drug" in text


@pytest.mark.parametrize(
    ("found", "said"), [({STUDY: []}, "looks like anything the study needs"), (None, "did not count them")]
)
def test_that_there_are_none_is_not_said_of_a_sweep_that_did_not_count(found: Any, said: str) -> None:
    _, text = asked(Office(ended(replace(RESULT, lookalikes=found))), report.shown)
    assert said in text


def test_where_no_report_was_kept_the_counts_are_shown_and_it_is_said() -> None:
    task = ended()
    task["output"] = task["output"][:-1]
    status, text = asked(Office(task), report.shown)
    assert status == 200
    assert "No report was kept" in text
    assert "by which criterion is not recorded" in text
    assert "1 more are not named in this report" in text


def test_a_report_that_cannot_be_read_is_no_empty_one() -> None:
    task = ended()
    task["output"][-1]["valueAttachment"]["data"] = "!!"
    _, text = asked(Office(task), report.shown)
    assert "cannot be read" in text
    assert "6 of 7" in text


def test_one_that_has_not_ended_has_no_numbers_to_be_mistaken() -> None:
    _, text = asked(Office(sweep_task(HEAD, IDENTITY)), report.shown)
    assert "has not ended" in text
    assert "Recruitment funnel" not in text
    assert "Nobody was left out" not in text


def test_one_that_was_given_up_never_says_that_nobody_was_left_out() -> None:
    failed = replace(DONE, state=State.FAILED)
    body = make_report(failed, [replace(RESULT, unread={}, warnings=[])], NOW).to_wire()
    _, text = asked(Office(sweep_record(failed, body, IDENTITY)), report.shown)
    assert "was given up" in text
    assert "Nobody was left out" not in text
    assert "Not reached: 1" in text


def test_the_picture_has_the_same_numbers_as_the_table_behind_it() -> None:
    _, text = asked(Office(ended()), report.shown)
    picture, _, table = text.partition("</svg>")
    assert 'role="img"' in picture
    assert "kept out first by E4" in picture
    assert "kept out first by E4" in table
    assert "−4" in picture
    assert "(alone: 3)" in picture


@pytest.mark.parametrize("role", list(Role))
def test_the_history_is_for_all_roles_and_names_nobody(role: Role) -> None:
    status, text = asked(Office(ended(), sweep_task(HEAD, IDENTITY)), sweeps.listed, role)
    assert status == 200
    assert "6 of 7" in text
    assert "not ended" in text
    for secret in (PATIENT, "p-0815"):
        assert secret not in text


def test_an_operator_begins_with_the_sweeps() -> None:
    assert where(Role.OPERATOR) == f"/study/{STUDY}/sweeps"
    assert where(Role.COORDINATOR) == f"/study/{STUDY}/new"


def test_no_sweep_yet_says_how_one_begins() -> None:
    _, text = asked(Office(), sweeps.listed)
    assert "No sweep of this study has been seen through yet" in text
    assert f"fhir-screener sweep --study {STUDY}" in text


def test_in_chinese() -> None:
    _, text = asked(Office(ended()), report.shown, lang="zh")
    for words in ("筛查报告", "招募漏斗", "首先因 E4 被排除", "未读取: 1"):
        assert words in text


def test_a_study_that_is_not_theirs_is_not_there() -> None:
    assert asked(Office(ended()), report.shown, study="NCT2")[0] == 404


BEGAN = datetime(2021, 3, 1, 18, 30, tzinfo=UTC)
LAST = Swept("t1", "s1", State.DONE, BEGAN, patients=7, evaluated=6, unread=1)
GOING = Swept("t2", "s2", State.RUNNING, BEGAN + timedelta(hours=1))


@pytest.mark.parametrize(
    ("stands", "said"),
    [
        (standing([LAST], BEGAN), "The last sweep left patients out. Not read: 1. <a "),
        (standing([GOING, LAST], GOING.began, None, Underway(2000, 10_000)), "2,000 of 10,000 patients are done"),
        (standing([GOING, LAST], GOING.began, None, Underway(2000, 10_000, True)), "A worker refuses to take part"),
        (standing([GOING, LAST], GOING.began), "is going on since 2 Mar 2021 03:30"),
        (standing([GOING, LAST], GOING.began, watched=True), "never ended"),
        (standing([replace(GOING, state=State.FAILED), LAST], GOING.began), "was given up"),
        (standing([LAST], BEGAN + timedelta(days=2)), "older than a day"),
    ],
)
def test_the_banner_says_what_is_the_matter_and_where_to_read_more(stands: Standing, said: str) -> None:
    _, text = asked(Office(stands=stands), sweeps.listed)
    assert said in text
    assert f'href="/study/{STUDY}/sweeps/t' in text
