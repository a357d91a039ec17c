"""The worklist as a coordinator uses it, without JavaScript: forms sent as they stand on the page."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from fhir_screener.screening.views import VIEWS
from tests.integration.faulty_proxy import relay
from tests.integration.web_world import STUDY, Browser, Hospital, as_role, found, hospital, serving

HERE = f"/study/{STUDY}"


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with hospital(tmp_path_factory.mktemp("ward"), 120) as there:
        yield there


@pytest.fixture(scope="module")
def place(ward: Hospital) -> Iterator[str]:
    with serving(ward.settings()) as there:
        yield there


@pytest.fixture
def anna(place: str) -> Browser:
    browser = Browser(place)
    browser.sign_in()
    return browser


def ticks(browser: Browser, view: str) -> list[str]:
    return [
        html.unescape(one)
        for one in re.findall(r'name="task" value="([^"]+)" form', browser.get(f"{HERE}/{view}").text)
    ]


def move(browser: Browser, what: str, tasks: list[str], **more: str) -> requests.Response:
    form = {"csrf": browser.csrf(f"{HERE}/new"), "back": f"{HERE}/candidates", "move": what, "task": tasks, **more}
    return browser.post(f"{HERE}/decide", form)


def count(browser: Browser, view: str) -> int:
    match = re.search(rf'href="{HERE}/{view}"[^>]*>[^<]*<span class="count">(\d+)', browser.get(f"{HERE}/new").text)
    assert match
    return int(match[1])


def status(ward: Hospital, tick: str) -> str:
    (task,) = found(ward.base, "Task", f"_id={tick.split()[0]}")
    return str(task["status"])


@pytest.mark.parametrize("view", [one.name for one in VIEWS])
def test_every_view_has_as_many_rows_as_it_says(view: str, anna: Browser) -> None:
    answer = anna.get(f"{HERE}/{view}")
    assert answer.status_code == 200
    assert answer.text.count("<tr data-row>") == count(anna, view)


def put(ward: Hospital, *resources: dict[str, Any]) -> None:
    for one in resources:
        requests.put(f"{ward.base}/{one['resourceType']}/{one['id']}", json=one, timeout=60).raise_for_status()


def asked(ward: Hospital) -> Counter[str]:
    """What the server was asked since it began."""
    found = requests.get(ward.base.removesuffix("/fhir") + "/_stats", timeout=60).json()["by"]
    return Counter(found)


def a_candidate(ward: Hospital, anna: Browser) -> tuple[str, str]:
    """(id of the Task, id of the patient) of the first candidate in the list."""
    task = ticks(anna, "candidates")[0].split()[0]
    (body,) = found(ward.base, "Task", f"_id={task}")
    return task, str(body["for"]["reference"]).rpartition("/")[2]


def test_a_patient_of_another_trial_has_a_mark_in_the_list_for_one_more_request(ward: Hospital, anna: Browser) -> None:
    task, patient = a_candidate(ward, anna)
    subject = {"resourceType": "ResearchSubject", "id": "elsewhere", "status": "on-study"}
    put(ward, {**subject, "individual": {"reference": f"Patient/{patient}"}, "study": {"display": "HEART-1 <b>"}})
    before = asked(ward)
    text = anna.get(f"{HERE}/candidates").text
    spent = asked(ward) - before
    assert spent.total() <= 5, spent
    assert spent["POST ResearchSubject"] == 1
    (row,) = [one for one in text.split("<tr data-row>") if f"/candidate/{task}" in one]
    assert "In another trial: HEART-1 &lt;b&gt;" in row
    assert "In another trial: HEART-1 &lt;b&gt;" in anna.get(f"/candidate/{task}").text


def test_the_study_team_learns_that_there_is_one_and_not_which(ward: Hospital, anna: Browser) -> None:
    _, patient = a_candidate(ward, anna)
    subject = {"resourceType": "ResearchSubject", "id": "elsewhere", "status": "candidate"}
    put(ward, {**subject, "individual": {"reference": f"Patient/{patient}"}, "study": {"display": "HEART-1"}})
    with serving(ward.behind_a_proxy()) as place:
        text = as_role(place, "trial").get(f"{HERE}/candidates").text
        assert "Considered for another trial<" in text
        assert "HEART-1" not in text


def test_the_ward_can_be_telephoned_by_those_who_may_know_who_it_is(ward: Hospital, anna: Browser) -> None:
    task, patient = a_candidate(ward, anna)
    room = {"resourceType": "Location", "id": "w4", "name": "Ward 4"}
    stay = {"resourceType": "Encounter", "id": "now", "status": "in-progress", "class": {"code": "IMP"}}
    put(
        ward,
        {**room, "telecom": [{"system": "phone", "value": "+49 (221) 478-1"}]},
        {
            **stay,
            "subject": {"reference": f"Patient/{patient}"},
            "period": {"start": "2026-03-01"},
            "location": [{"location": {"reference": "Location/w4"}}],
        },
    )
    text = anna.get(f"/candidate/{task}").text
    assert "Ward 4 (telephone" in text
    assert '<a href="tel:+492214781">+49 (221) 478-1</a>' in text
    with serving(ward.behind_a_proxy()) as place:
        assert "478-1" not in as_role(place, "trial").get(f"/candidate/{task}").text


def test_a_history_that_cannot_be_read_is_not_called_none(ward: Hospital, anna: Browser) -> None:
    task, _ = a_candidate(ward, anna)
    unread = "What became of this candidate could not be read just now."
    assert unread not in anna.get(f"/candidate/{task}").text
    with relay(ward.base) as between, serving(ward.settings(source_url=between.base)) as place:
        browser = Browser(place)
        browser.sign_in()
        between.fails("500", "Provenance")
        text = browser.get(f"/candidate/{task}").text
        assert unread in text
        assert "The server keeps no history." not in text
        assert "目前无法读取该候选人的历史记录。" in browser.get(f"/candidate/{task}?lang=zh").text


def test_what_was_looked_at_is_no_longer_new_even_after_signing_in_again(anna: Browser) -> None:
    assert count(anna, "new") > 0
    page = anna.get(f"{HERE}/new").text
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    moment = datetime.fromisoformat(seen[1])
    assert abs(moment - datetime.now(UTC)) < timedelta(minutes=5)
    assert anna.post(f"{HERE}/looked", {"csrf": anna.csrf(f"{HERE}/new"), "seen": seen[1]}).status_code == 303
    anna.sign_in()
    assert (count(anna, "new"), count(anna, "candidates") > 0) == (0, True)
    assert anna.get(f"{HERE}/looked").status_code in (404, 405)


def test_reject_then_undo_from_the_list(anna: Browser, ward: Hospital) -> None:
    tick = ticks(anna, "candidates")[0]
    answer = move(anna, "reject", [tick], reason="declined", note="<b>rang</b>")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{HERE}/candidates")
    assert status(ward, tick) == "rejected"
    after = anna.get(f"{HERE}/candidates").text
    assert "<b>rang</b>" not in after
    undo = re.findall(r'type="hidden" name="task" value="([^"]+)"', after)
    assert [one.split()[0] for one in undo] == [tick.split()[0]]
    assert move(anna, "undo", undo).status_code == 303
    assert status(ward, tick) == "requested"


def test_many_are_assigned_at_once_and_the_overtaken_are_named(anna: Browser, place: str, ward: Hospital) -> None:
    stale = ticks(anna, "candidates")[:3]
    ben = Browser(place)
    ben.sign_in(name="Ben")
    assert move(ben, "mine", stale[:1]).status_code == 303
    answer = move(anna, "mine", stale)
    assert answer.status_code == 409
    assert "owner: Ben" in answer.text
    owners = [found(ward.base, "Task", f"_id={one.split()[0]}")[0]["owner"]["display"] for one in stale]
    assert owners == ["Ben", "Anna", "Anna"]
    mine = anna.get(f"{HERE}/candidates?owner=mine").text
    assert mine.count("<tr data-row>") == 2
    assert move(anna, "nobodys", ticks(anna, "candidates?owner=mine")).status_code == 303
    assert anna.get(f"{HERE}/candidates?owner=mine").text.count("<tr data-row>") == 0


def test_nobody_accepts_several_at_once_or_nobody_at_all(anna: Browser, ward: Hospital) -> None:
    several = ticks(anna, "review")[:2]
    assert move(anna, "accept", several).status_code == 400
    assert move(anna, "accept", []).status_code == 400
    assert {status(ward, one) for one in several} == {"requested"}


def at_fault(page: str) -> list[str]:
    """The names of the fields that are marked as wrong."""
    fields = re.findall(r"<(?:select|input)[^>]*aria-invalid[^>]*>", page)
    return [re.search(r'name="(\w+)"', one)[1] for one in fields]


@pytest.mark.parametrize(
    ("form", "field", "words"),
    [
        ({"move": "reject", "note": "Rang <twice>."}, "reason", "to reject, give a reason"),
        ({"move": "reject", "reason": "other", "owner": "Ben"}, "note", "another reason needs a note"),
        ({"move": "snooze", "until": "2001-01-01", "note": "on leave"}, "until", "after today"),
        ({"move": "note", "reason": "declined", "until": "2001-01-01"}, "note", "a note needs words"),
    ],
)
def test_a_decision_that_lacks_something_comes_back_as_it_was_typed(
    form: dict[str, str], field: str, words: str, anna: Browser, ward: Hospital
) -> None:
    tick = ticks(anna, "review")[0]
    task = tick.split()[0]
    back = anna.post(f"/candidate/{task}/decide", {**form, "csrf": anna.csrf(f"/candidate/{task}")})
    listed = move(anna, form["move"], [tick], **{name: text for name, text in form.items() if name != "move"})
    for answer in (back, listed):
        assert (answer.status_code, at_fault(answer.text)) == (400, [field])
        assert words in answer.text[answer.text.index('role="alert"') :]
        for name, text in form.items():
            if name == "reason":
                assert f'<option value="{text}" selected>' in answer.text
            elif name != "move":
                assert f'value="{html.escape(text)}"' in answer.text
    assert status(ward, tick) == "requested"


def test_a_list_comes_back_with_its_ticks_and_its_filter(anna: Browser) -> None:
    two = ticks(anna, "candidates")[:2]
    answer = move(anna, "assign", two, back=f"{HERE}/candidates?order=known", note="both")
    assert (answer.status_code, at_fault(answer.text)) == (400, ["owner"])
    checked = re.findall(r'name="task" value="(\S+) [^"]*" form="decide" checked', answer.text)
    assert sorted(checked) == sorted(one.split()[0] for one in two)
    assert f'name="back" value="{HERE}/candidates?order=known"' in answer.text
    assert f'href="{HERE}/candidates?lang=zh"' in answer.text  # no link leads to the address of a form


def test_whoever_was_found_is_found_again(anna: Browser, ward: Hospital) -> None:
    patient = ward.tasks[0]["for"]["reference"].rpartition("/")[2]
    page = anna.post(f"{HERE}/found", {"csrf": anna.csrf(f"{HERE}/new"), "who": patient}).text
    assert f'name="who" value="{patient}"' in page
    (tick,) = re.findall(r'name="task" value="([^"]+)" form', page)
    again = move(anna, "reject", [html.unescape(tick)], who=patient, note="kept")
    assert (again.status_code, at_fault(again.text)) == (400, ["reason"])
    assert "<h1>Found" in again.text
    assert 'value="kept"' in again.text


def test_several_are_snoozed(anna: Browser) -> None:
    two, before = ticks(anna, "review")[:2], count(anna, "snoozed")
    assert (
        move(anna, "snooze", two, until=(datetime.now(UTC) + timedelta(days=9)).date().isoformat()).status_code == 303
    )
    assert count(anna, "snoozed") == before + 2
    assert move(anna, "undo", ticks(anna, "snoozed")).status_code == 303


def test_a_forged_form_and_another_studys_task_change_nothing(anna: Browser, ward: Hospital) -> None:
    tick = ticks(anna, "candidates")[0]
    assert anna.post(f"{HERE}/decide", {"csrf": "x", "move": "accept", "task": tick}).status_code == 403
    assert move(anna, "accept", ["../Patient/1 1"]).status_code == 409
    assert status(ward, tick) == "requested"


def test_found_by_name_identifier_and_id_and_no_address_tells(anna: Browser, ward: Hospital) -> None:
    task = ward.tasks[0]
    id = task["for"]["reference"].rpartition("/")[2]
    (patient,) = found(ward.base, "Patient", f"_id={id}")
    name = patient["name"][0]
    for who in (id, patient["identifier"][0]["value"], name.get("family") or name["text"]):
        answer = anna.post(f"{HERE}/found", {"csrf": anna.csrf(f"{HERE}/new"), "who": who})
        assert answer.status_code == 200
        assert f"/candidate/{task['id']}" in answer.text
    nobody = anna.post(f"{HERE}/found", {"csrf": anna.csrf(f"{HERE}/new"), "who": "Nobody by this name"})
    assert "<tr data-row>" not in nobody.text


def test_who_is_found_and_has_no_task_is_told_why_that_may_be(anna: Browser, ward: Hospital) -> None:
    """Somebody for later beyond the study's `later_within` is known to the source and on no list."""
    kept = {task["for"]["reference"].rpartition("/")[2] for task in ward.tasks}
    without = next(one["id"] for one in found(ward.base, "Patient") if one["id"] not in kept)
    answer = anna.post(f"{HERE}/found", {"csrf": anna.csrf(f"{HERE}/new"), "who": without})
    assert "None of them has a Task of this study" in answer.text
    assert "for later and too far ahead" in answer.text


def test_known_counts_what_keeps_out_and_says_so(anna: Browser) -> None:
    said = " against</span>"
    assert said in anna.get(f"{HERE}/later").text
    assert said not in anna.get(f"{HERE}/candidates").text


def test_a_row_has_the_patients_id_before_the_hospitals_number(anna: Browser, ward: Hospital) -> None:
    task = ward.tasks[0]
    id = task["for"]["reference"].rpartition("/")[2]
    (patient,) = found(ward.base, "Patient", f"_id={id}")
    assert f"{id} ({patient['identifier'][0]['value']})" in anna.get(f"/candidate/{task['id']}").text


def test_the_day_on_a_candidates_page_is_that_of_the_last_change(anna: Browser, ward: Hospital) -> None:
    assert "last change: judged as of" in anna.get(f"/candidate/{ward.tasks[0]['id']}").text


def test_orders_to_place_as_a_page_and_as_csv(anna: Browser) -> None:
    page, file = anna.get(f"{HERE}/orders"), anna.get(f"{HERE}/orders.csv")
    assert page.status_code == 200
    assert file.headers["content-type"].startswith("text/csv")
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Order,Settles all tests,Patient,Name")
    assert len(lines) - 1 == page.text.count("<tr data-row>") > 0
    orders = {line.partition(",")[0] for line in lines[1:]}
    assert orders <= {"Pregnancy test (hCG)", "HBsAg", "HIV antibody/antigen", "T-SPOT.TB"}
    for order in orders:
        assert f"<h2>{order} " in page.text
    chinese = anna.get(f"{HERE}/orders.csv?lang=zh").content.decode("utf-8-sig")
    anna.get(f"{HERE}/new?lang=en")
    assert not [order for order in orders if f"\n{order}," in chinese]


def test_a_refusal_is_said_in_the_readers_language(anna: Browser) -> None:
    task = ticks(anna, "review")[-1].split()[0]
    anna.get(f"{HERE}/new?lang=zh")
    form = {"csrf": anna.csrf(f"/candidate/{task}"), "move": "reject"}
    said = anna.post(f"/candidate/{task}/decide", form)
    assert (said.status_code, "未作任何更改： 排除时请选择原因" in said.text) == (400, True)
    undone = anna.post(f"/candidate/{task}/decide", {**form, "move": "undo"})
    assert "没有可撤销的操作" in undone.text
    assert f'href="/candidate/{task}"' in undone.text  # and back to where it can be made good
    anna.get(f"{HERE}/new?lang=en")


@pytest.mark.parametrize(("group", "role"), [("coordinators", "study-coordinator"), ("trial", "study-team")])
def test_who_looked_is_audited_in_their_own_role(ward: Hospital, group: str, role: str) -> None:
    with serving(ward.behind_a_proxy()) as there:
        assert as_role(there, group, "mary").get(f"{HERE}/review").status_code == 200
    last = found(ward.base, "AuditEvent", "_count=1000")[-1]
    assert [one["code"] for one in last["agent"][0]["type"]["coding"]] == [role]
    assert last["agent"][0]["who"]["identifier"]["value"] == "mary"


def test_the_study_team_gets_orders_without_names(ward: Hospital) -> None:
    with serving(ward.behind_a_proxy()) as there:
        team = as_role(there, "trial")
        texts = [team.get(f"{HERE}/{one}").text for one in ("orders", "orders.csv", "new", "later", "one-away")]
        assert all(len(text) > 200 for text in texts)
        assert not [secret for secret in ward.secrets for text in texts if secret in text]
        assert team.post(f"{HERE}/found", {"csrf": "x", "who": "Anna"}).status_code == 403


def test_a_made_up_page_is_not_asked_for(anna: Browser) -> None:
    assert anna.get(f"{HERE}/new?page=http://169.254.169.254/").status_code == 410


def test_each_page_leaves_one_audit_event_that_names_its_tasks(anna: Browser, ward: Hospital) -> None:
    before = len(found(ward.base, "AuditEvent", "_count=1000"))
    anna.get(f"{HERE}/review")
    after = found(ward.base, "AuditEvent", "_count=1000")
    assert len(after) == before + 1
    rows = anna.get(f"{HERE}/review").text.count("<tr data-row>")
    assert len(after[-1]["entity"]) == rows > 0
