"""Each route for each role: who gets what, and that who may not know who a patient is cannot learn it anywhere."""

from __future__ import annotations

import html
import io
import zipfile
from collections.abc import Iterator

import pytest
import requests
from starlette.routing import Mount, Route

from fhir_screener.screening.views import VIEWS
from fhir_screener.web.app import ROUTES
from tests.integration.web_world import STUDY, Browser, Hospital, as_role, found, hospital, serving

GROUPS = ("coordinators", "trial", "ops", "other", "north", "nobody")
OPEN = {"/health", "/metrics", "/sign-in", "/sign-in/oidc", "/sign-in/oidc/done", "/sign-out"}


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with hospital(tmp_path_factory.mktemp("ward")) as there:
        yield there


@pytest.fixture(scope="module")
def place(ward: Hospital) -> Iterator[str]:
    with serving(ward.behind_a_proxy()) as there:
        yield there


def addresses(ward: Hospital, *, post: bool = False) -> list[str]:
    """An address of every route, filled with a candidate that is there; of the views all."""
    listed = []
    for route in ROUTES:
        if isinstance(route, Mount) or not isinstance(route, Route):
            continue
        if ("POST" in (route.methods or ())) is post or (not post and "GET" in (route.methods or ())):
            listed += filled(route.path, ward)
    return listed


def filled(pattern: str, ward: Hospital) -> list[str]:
    kept = [t["id"] for t in ward.tasks[:3]]
    found_ = [pattern.replace("{study}", STUDY)]
    if "{view}" in pattern:
        found_ = [one.replace("{view}", view.name) for one in found_ for view in VIEWS]
    if "{task}" in pattern:
        found_ = [one.replace("{task}", id) for one in found_ for id in kept]
    if "{sweep}" in pattern:
        found_ = [one.replace("{sweep}", id) for one in found_ for id in ward.sweeps]
    if "/log." in pattern:
        found_ += [f"{one}?names=1" for one in found_]
    found_ = [one.replace("{number:int}", "0") for one in found_]
    return [one for one in found_ if "{" not in one]


def all_pages(ward: Hospital, browser: Browser) -> dict[str, requests.Response]:
    return {path: browser.get(path) for path in addresses(ward)}


def shown(answer: requests.Response) -> str:
    """Everything that an answer holds, in a spreadsheet too."""
    if not answer.content.startswith(b"PK"):
        return html.unescape(answer.text)
    with zipfile.ZipFile(io.BytesIO(answer.content)) as file:
        return html.unescape("".join(file.read(name).decode("utf-8", "replace") for name in file.namelist()))


def test_every_route_can_be_walked(ward: Hospital) -> None:
    walked = {*addresses(ward), *addresses(ward, post=True)}
    patterns = {route.path for route in ROUTES if isinstance(route, Route)}
    unknown = {one for one in patterns if "{" in one and not filled(one, ward)}
    assert len(walked) > 15
    assert not unknown, "say in `filled` how such an address is made"


def test_a_coordinator_sees_who_it_is(ward: Hospital, place: str) -> None:
    pages = all_pages(ward, as_role(place, "coordinators"))
    assert all(answer.status_code in (200, 303, 404, 403) for answer in pages.values())
    assert any(secret in pages[f"/candidate/{ward.tasks[0]['id']}"].text for secret in ward.secrets)
    assert pages[f"/candidate/{ward.tasks[0]['id']}/record/0"].status_code == 200
    for kind in ("csv", "xlsx"):
        assert [secret for secret in ward.secrets if secret in shown(pages[f"/study/{STUDY}/log.{kind}?names=1"])]
        assert not [secret for secret in ward.secrets if secret in shown(pages[f"/study/{STUDY}/log.{kind}"])]


def test_the_study_team_cannot_learn_who_anybody_is(ward: Hospital, place: str) -> None:
    pages = all_pages(ward, as_role(place, "trial"))
    assert pages[f"/candidate/{ward.tasks[0]['id']}"].status_code == 200
    for path, answer in pages.items():
        text = shown(answer) + str(answer.headers)
        told = sorted(secret for secret in ward.secrets if secret in text)
        assert not told, (path, told, [text[max(0, text.index(one) - 80) : text.index(one) + 60] for one in told[:3]])
    assert pages[f"/candidate/{ward.tasks[0]['id']}/record/0"].status_code == 403


def test_a_page_that_refuses_says_who_one_is_and_leads_where_one_may_go(ward: Hospital, place: str) -> None:
    ops = as_role(place, "ops", "olga").get(f"/study/{STUDY}/candidates")
    assert ops.status_code == 403
    assert "olga" in ops.text
    assert "Sign out" in ops.text
    assert '<a href="/">To the sweeps</a>' in ops.text
    team = as_role(place, "trial", "tom").get(f"/candidate/{ward.tasks[0]['id']}/record/0")
    assert (team.status_code, '<a href="/">To the worklist</a>' in team.text) == (403, True)
    nobody = as_role(place, "strangers", "nina").get("/sign-in")
    assert nobody.status_code == 403
    assert 'href="/"' not in nobody.text.partition("<main")[2]


@pytest.mark.parametrize("group", ["ops", "other", "north", "nobody", ""])
def test_others_see_no_candidate(group: str, ward: Hospital, place: str) -> None:
    for path, answer in all_pages(ward, as_role(place, group)).items():
        if "/candidate/" in path or f"/study/{STUDY}" in path:
            assert answer.status_code in (303, 403, 404) or (group == "ops" and "/sweeps" in path), path
        assert not [secret for secret in ward.secrets if secret in shown(answer)], path
        assert not [task["id"] for task in ward.tasks if f'/candidate/{task["id"]}"' in answer.text], path


@pytest.mark.parametrize("group", GROUPS[1:])
def test_only_coordinators_of_the_study_decide(group: str, ward: Hospital, place: str) -> None:
    browser, task = as_role(place, group), ward.tasks[0]["id"]
    before = found(ward.base, "Task", f"_id={task}")[0]["meta"]["versionId"]
    good = as_role(place, "coordinators").csrf(f"/candidate/{task}")
    for path in addresses(ward, post=True):
        if path in OPEN:
            continue
        answer = browser.post(path, {"csrf": good, "move": "note", "note": "x"})
        assert answer.status_code in (401, 403, 404), path
    assert found(ward.base, "Task", f"_id={task}")[0]["meta"]["versionId"] == before


def test_a_form_without_its_token_changes_nothing(ward: Hospital, place: str) -> None:
    browser, task = as_role(place, "coordinators"), ward.tasks[0]["id"]
    browser.get("/")
    for path in addresses(ward, post=True):
        for csrf in (
            {},
            {"csrf": ""},
            {"csrf": "guessed"},
            {"csrf": as_role(place, "coordinators").csrf(f"/candidate/{task}")},
        ):
            answer = browser.post(path, {"move": "note", "note": "forged", **csrf})
            assert answer.status_code == 403 or path == "/sign-in", path
    assert "forged" not in str(found(ward.base, "Task", f"_id={task}"))


def test_a_form_of_another_site_is_refused_even_with_the_token(ward: Hospital, place: str) -> None:
    browser, path = as_role(place, "coordinators"), f"/candidate/{ward.tasks[0]['id']}"
    csrf = browser.csrf(path)
    for site in ("cross-site", "same-site"):
        sent = browser.post(
            f"{path}/decide", {"csrf": csrf, "move": "note", "note": "x"}, headers={"Sec-Fetch-Site": site}
        )
        assert sent.status_code == 403


def test_headers_of_a_stranger_are_not_believed(ward: Hospital) -> None:
    with serving(ward.behind_a_proxy(web_proxies="192.0.2.1")) as place:
        assert as_role(place, "coordinators").get(f"/study/{STUDY}/new").status_code == 303
    with serving(ward.behind_a_proxy()) as place:
        stranger = as_role(place, "coordinators")
        stranger.session.headers["X-Forwarded-For"] = "203.0.113.9"
        assert stranger.get(f"/study/{STUDY}/new").status_code == 200  # the peer is the proxy, whatever it forwards for


def test_who_the_proxy_no_longer_names_is_out_at_once(ward: Hospital, place: str) -> None:
    browser = as_role(place, "coordinators")
    assert browser.get(f"/study/{STUDY}/new").status_code == 200
    browser.session.headers["X-Forwarded-Groups"] = "trial"
    assert browser.get(f"/candidate/{ward.tasks[0]['id']}/record/0").status_code == 403
    del browser.session.headers["X-Forwarded-User"]
    assert browser.get(f"/study/{STUDY}/new").status_code == 303


def test_a_task_of_another_site_is_none_of_ours(ward: Hospital) -> None:
    with serving(ward.behind_a_proxy(source_name="south")) as place:
        for task in ward.tasks[:3]:
            answer = as_role(place, "coordinators").get(f"/candidate/{task['id']}")
            assert answer.status_code == 404
            assert not [secret for secret in ward.secrets if secret in answer.text]


def test_of_another_sites_sweep_numbers_are_shown_and_no_patient(ward: Hospital, place: str) -> None:
    at_home = [as_role(place, "coordinators").get(f"/study/{STUDY}/sweeps/{sweep}").text for sweep in ward.sweeps]
    assert any(secret in text for secret in ward.secrets for text in at_home)
    elsewhere = ward.base.replace("127.0.0.1", "localhost")
    with serving(ward.behind_a_proxy(source_url=elsewhere, target_url=ward.base, source_name="south")) as place:
        for sweep in ward.sweeps:
            answer = as_role(place, "coordinators").get(f"/study/{STUDY}/sweeps/{sweep}")
            assert answer.status_code == 200
            assert not [secret for secret in ward.secrets if secret in shown(answer)]
