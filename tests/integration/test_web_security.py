"""The pages attacked: sessions, cookies, redirects, hosts, sizes, logs, scripts in charts, a server that does not audit."""

from __future__ import annotations

import csv
import html
import logging
import re
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from pytest_httpserver import HTTPServer

from fhir_screener.errors import SettingsError
from fhir_screener.log import configure
from fhir_screener.settings import Settings
from fhir_screener.web import guard
from fhir_screener.web.app import make_app
from tests.integration.test_web_roles import all_pages
from tests.integration.web_world import STUDY, TOKEN, Browser, Hospital, as_role, found, hospital, serving


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with hospital(tmp_path_factory.mktemp("ward")) as there:
        yield there


@pytest.fixture(scope="module")
def place(ward: Hospital) -> Iterator[str]:
    with serving(ward.settings()) as there:
        yield there


@pytest.fixture
def anna(place: str) -> Browser:
    browser = Browser(place)
    assert browser.sign_in().status_code == 303
    return browser


LIST = f"/study/{STUDY}/candidates"


def test_the_link_signs_in_and_the_address_is_clean_after(place: str) -> None:
    browser = Browser(place)
    answer = browser.get(f"/sign-in?token={TOKEN}&name=Anna&next={LIST}")
    assert (answer.status_code, answer.headers["location"]) == (303, LIST)
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    page = browser.get(LIST)
    assert page.status_code == 200
    assert TOKEN not in page.text


def test_a_language_asked_for_outlasts_the_way_to_the_page(place: str) -> None:
    browser = Browser(place)
    assert browser.get("/?lang=zh").headers["location"] == "/sign-in?next=/"
    assert 'lang="zh-CN"' in browser.get("/sign-in?next=/").text
    browser.sign_in()
    assert 'lang="zh-CN"' in browser.get(LIST).text
    assert browser.get("/?lang=en").status_code == 303
    assert 'lang="en"' in browser.get(LIST).text.split(">")[1]


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", TOKEN.upper(), "\u00e4"])
def test_another_token_opens_nothing(token: str, place: str) -> None:
    browser = Browser(place)
    assert browser.sign_in(token).status_code in (200, 403)
    assert browser.get(LIST).status_code == 303


def test_the_form_signs_in_only_with_its_own_token_against_forgery(place: str) -> None:
    browser = Browser(place)
    assert browser.post("/sign-in", {"token": TOKEN, "name": "Eve"}).status_code == 403
    csrf = browser.csrf("/sign-in")
    assert browser.post("/sign-in", {"token": TOKEN, "name": "Anna", "csrf": csrf}).status_code == 303
    assert browser.get(LIST).status_code == 200


def test_the_cookie_is_for_this_server_alone(anna: Browser, ward: Hospital) -> None:
    cookie = anna.get(LIST).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "domain" not in cookie
    assert "max-age" not in cookie  # it ends with the browser
    assert "secure" not in cookie.split(";")[1:]  # on this machine there is no https
    with serving(ward.behind_a_proxy(web_public_url="https://pages.example")) as outside:
        answer = as_role(outside, "coordinators").get(LIST, headers={"Host": "pages.example"})
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-fhir_screener=")
        assert "secure" in cookie.lower()
        assert answer.headers["strict-transport-security"]


def test_signing_in_begins_a_new_session_whatever_cookie_was_planted(place: str) -> None:
    browser = Browser(place)
    before = browser.csrf("/sign-in")
    planted = dict(browser.session.cookies)
    browser.sign_in()
    assert browser.csrf(LIST) != before
    eve = Browser(place)
    eve.session.cookies.update(planted)
    assert eve.get(LIST).status_code == 303


def test_after_signing_out_nothing_is_left_not_even_for_a_kept_cookie(anna: Browser, place: str) -> None:
    assert anna.get(LIST).headers["cache-control"] == "no-store"
    kept = dict(anna.session.cookies)
    assert anna.post("/sign-out", {"csrf": anna.csrf(LIST)}).status_code == 303
    assert anna.get(LIST).status_code == 303
    thief = Browser(place)
    thief.session.cookies.update(kept)
    assert thief.get(LIST).status_code == 303


@pytest.mark.parametrize("broken", ["x", "eyJ1c2VyIjoxfQ==.aaaa.bbbb"])
def test_a_forged_cookie_is_no_session(broken: str, place: str) -> None:
    assert Browser(place, Cookie=f"fhir_screener={broken}").get(LIST).status_code == 303


def test_a_session_of_another_token_site_or_installation_is_none(anna: Browser, ward: Hospital) -> None:
    for settings, token in (
        (ward.settings(), "another-token-entirely"),
        (ward.settings(source_name="south"), TOKEN),
        (ward.settings(installation_key="another key that is long"), TOKEN),
    ):
        with serving(settings, token) as place:
            other = Browser(place)
            other.session.cookies.update(dict(anna.session.cookies))
            assert other.get(LIST).status_code == 303


class Moved:
    """The clock of sessions, ahead by so many seconds."""

    def __init__(self, real: Any) -> None:
        self.real, self.by = real, 0

    def time(self) -> float:
        return float(self.real()) + self.by


def test_a_session_ends_when_idle_and_at_the_latest(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Moved(guard.time.time)
    monkeypatch.setattr(guard, "time", clock)
    browser = Browser(place)
    browser.sign_in()
    clock.by = guard.IDLE - 60
    assert browser.get(LIST).status_code == 200
    clock.by += guard.IDLE + 60
    assert browser.get(LIST).status_code == 303
    browser.sign_in()
    began = clock.by
    while clock.by - began < guard.LONGEST - guard.IDLE:
        clock.by += guard.IDLE - 60
        assert browser.get("/").status_code == 303
        assert browser.get(LIST).status_code == 200
    clock.by = began + guard.LONGEST + 60
    assert browser.get(LIST).headers["location"].startswith("/sign-in")


def test_every_answer_has_the_strict_headers(anna: Browser, place: str, ward: Hospital) -> None:
    answers = [*all_pages(ward, anna).values(), anna.get("/nowhere"), anna.post("/"), anna.get("/static/style.css")]
    answers += [anna.get("/", headers={"Host": "evil.example"}), anna.post("/sign-out", "x" * 300_000)]
    for answer in answers:
        for name, value in guard.HEADERS.items():
            assert answer.headers[name] == value, answer.url
        assert "server" not in answer.headers
        assert answer.headers["cache-control"] == "no-store" or "/static/" in answer.url
    policy = guard.HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


def test_no_page_has_a_script_or_style_of_its_own(anna: Browser, ward: Hospital) -> None:
    for path, answer in all_pages(ward, anna).items():
        assert not re.search(r"<script(?![^>]*\bsrc=\"/static/)|<style|\sstyle=|\son\w+=|javascript:", answer.text), (
            path
        )


@pytest.mark.parametrize(
    "onward",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "\\\\evil",
        "javascript:alert(1)",
        " //e",
        "/\r\nX: y",
    ],
)
def test_nobody_is_sent_elsewhere(onward: str, place: str) -> None:
    answer = requests.get(
        f"{place}/sign-in", params={"token": TOKEN, "name": "A", "next": onward}, allow_redirects=False, timeout=30
    )
    to = answer.headers["location"]
    assert to.startswith("/")
    assert not to.startswith(("//", "/%5C", "/%09"))
    assert not urlsplit(to).netloc
    assert "x" not in answer.headers


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/study/", "/study/../..//evil"])
def test_a_decision_leads_nowhere_else(back: str, anna: Browser, ward: Hospital) -> None:
    path = f"/candidate/{ward.tasks[0]['id']}"
    sent = anna.post(f"{path}/decide", {"csrf": anna.csrf(path), "move": "note", "note": "n", "back": back})
    assert sent.status_code == 303
    assert sent.headers["location"].startswith(("/candidate/", "/study/"))


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil@127.0.0.1", "", "localhost/x", "[::1"]
)
def test_pages_answer_to_their_own_names_only(host: str, place: str) -> None:
    for path in ("/sign-in", "/health", "/static/style.css"):
        assert Browser(place).get(path, headers={"Host": host}).status_code == 400


def test_with_a_token_a_public_name_is_none_of_ours(ward: Hospital) -> None:
    with serving(ward.settings(web_public_url="https://pages.example")) as place:
        assert Browser(place).get("/sign-in", headers={"Host": "pages.example"}).status_code == 400
        browser = Browser(place)
        browser.sign_in()
        assert browser.get(LIST).status_code == 200


def test_two_hosts_are_no_host(place: str) -> None:
    port = urlsplit(place).port
    with socket.create_connection(("127.0.0.1", port or 0)) as raw:
        raw.sendall(b"GET /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
        assert b" 400 " in raw.recv(200)


def test_large_forms_are_refused_said_or_unsaid(anna: Browser) -> None:
    assert anna.post("/sign-out", "x" * 300_000).status_code == 413

    def parts() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 10_000

    assert anna.post("/sign-out", parts()).status_code == 413
    assert anna.get(LIST).status_code == 200


@pytest.mark.parametrize("id", ["..", "x?_include=*", "a/b", "%2e%2e%2fPatient", "'", "\u202e", "x" * 3000, "0"])
def test_odd_ids_lead_to_no_record(id: str, anna: Browser, ward: Hospital) -> None:
    answer = anna.get(f"/candidate/{requests.utils.quote(id, safe='%')}")
    assert answer.status_code in (303, 307, 400, 404, 502)
    assert not [secret for secret in ward.secrets if secret in answer.text]


EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}"


def test_what_a_chart_or_a_note_holds_is_text(anna: Browser, ward: Hospital) -> None:
    task = ward.tasks[0]
    id = task["for"]["reference"].split("/")[-1]
    patient = found(ward.base, "Patient", f"_id={id}")[0]
    evil = patient | {"name": [{"text": EVIL}], "identifier": [{"value": EVIL}], "gender": "male"}
    requests.put(f"{ward.base}/Patient/{id}", json=evil, timeout=30).raise_for_status()
    try:
        path = f"/candidate/{task['id']}"
        anna.post(f"{path}/decide", {"csrf": anna.csrf(path), "move": "note", "note": EVIL})
        anna.post(f"{path}/decide", {"csrf": anna.csrf(path), "move": "assign", "owner": EVIL})
        for shown in (path, f"{path}/record/0", *all_pages(ward, anna)):
            answer = anna.get(shown)
            if "/log." in shown:  # a file to save, never shown as a page
                assert answer.headers["content-disposition"].startswith("attachment")
                assert "html" not in answer.headers["content-type"]
                continue
            text = answer.text
            assert "<script>alert" not in text, shown
            assert "<img src=x" not in text, shown
            assert "49" not in html.unescape(text).partition("alert(2)>")[2][:4], shown
        assert EVIL in html.unescape(anna.get(path).text)
    finally:
        requests.put(f"{ward.base}/Patient/{id}", json=patient, timeout=30).raise_for_status()


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_name_is_no_formula_in_a_spreadsheet(name: str, anna: Browser, ward: Hospital) -> None:
    id = ward.tasks[0]["for"]["reference"].split("/")[-1]
    patient = found(ward.base, "Patient", f"_id={id}")[0]
    requests.put(f"{ward.base}/Patient/{id}", json=patient | {"name": [{"text": name}]}, timeout=30).raise_for_status()
    try:
        rows = list(csv.reader(anna.get(f"/study/{STUDY}/log.csv?names=1").text.splitlines()))
        row = next(row for row in rows if id in row)
        assert not [cell for cell in row if cell[:1] in "=+-@\t\r" and cell], row
    finally:
        requests.put(f"{ward.base}/Patient/{id}", json=patient, timeout=30).raise_for_status()


def test_logs_hold_routes_and_task_ids_only(ward: Hospital, capsys: pytest.CaptureFixture[str]) -> None:
    class Lines(logging.Handler):
        def __init__(self) -> None:
            super().__init__()
            self.lines: list[str] = []

        def emit(self, record: logging.LogRecord) -> None:
            self.lines.append(f"{record.getMessage()} {record.__dict__.get('fields', '')} {record.exc_text or ''}")

    root, caught = logging.getLogger(), Lines()
    before, level = root.handlers[:], root.level
    configure("debug")
    root.addHandler(caught)
    try:
        with serving(ward.settings()) as place:
            browser = Browser(place)
            browser.sign_in()
            all_pages(ward, browser)
            for odd in (
                "/candidate/Smith",
                f"/candidate/{next(iter(ward.secrets))}",
                "/Smith?name=Smith",
                f"{LIST}?q=Smith",
            ):
                browser.get(odd)
            path = f"/candidate/{ward.tasks[0]['id']}"
            browser.post(f"{path}/decide", {"csrf": browser.csrf(path), "move": "note", "note": "Rang Mrs Smith"})
    finally:
        root.handlers[:], root.level = before, level
        for name in ("fhir_screener", "workers"):
            logging.getLogger(name).setLevel(logging.NOTSET)
    said = "\n".join(caught.lines) + "".join(capsys.readouterr())
    assert "web.request" in said
    assert ward.tasks[0]["id"] in said
    assert not [secret for secret in ward.secrets if secret in said]
    assert "Smith" not in said
    assert TOKEN not in said
    assert "?" not in said.replace("?...", "")


def test_a_candidate_that_is_not_there_is_a_404_and_no_warning_in_the_log(
    ward: Hospital, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with serving(ward.settings()) as place:
        browser = Browser(place)
        browser.sign_in()
        caplog.clear()
        answer = browser.get("/candidate/nope")
    assert answer.status_code == 404
    assert "no candidate of this id" in answer.text
    assert [one.levelname for one in caplog.records if "web.failed" in one.getMessage()] == ["INFO"]


def test_what_nobody_expected_is_a_page_and_one_line_without_its_text(
    ward: Hospital, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fhir_screener.bootstrap.office import Office

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Mrs Smith, born 1950")

    monkeypatch.setattr(Office, "audit", broken)
    with serving(ward.settings()) as place:
        browser = Browser(place)
        browser.sign_in()
        answer = browser.get(LIST)
    assert answer.status_code == 500
    assert answer.headers["content-security-policy"]
    assert "Smith" not in answer.text + caplog.text


def fronted(ward: Hospital, front: HTTPServer, *, refuses: int = 0, offers: bool = True) -> str:
    """The hospital behind a server that refuses AuditEvents, or says that it has none."""
    from werkzeug import Request, Response

    def passed(request: Request) -> Response:
        if refuses and request.path.endswith("/AuditEvent"):
            return Response("{}", refuses, content_type="application/fhir+json")
        address = f"{ward.base}{request.full_path.removeprefix('/fhir').rstrip('?')}"
        kept = {
            name: request.headers[name] for name in ("Accept", "Content-Type", "If-Match") if name in request.headers
        }
        answer = requests.request(request.method, address, data=request.data, headers=kept, timeout=60)
        body = answer.text
        if not offers and request.path.endswith("/metadata"):
            body = body.replace('"AuditEvent"', '"Basic"')
        return Response(body, answer.status_code, content_type="application/fhir+json")

    front.expect_request(re.compile("/fhir.*")).respond_with_handler(passed)
    return front.url_for("/fhir")


@pytest.mark.parametrize("status", [400, 403, 404, 422, 500])
def test_nothing_is_shown_that_could_not_be_audited(status: int, ward: Hospital, httpserver: HTTPServer) -> None:
    with serving(ward.settings(source_url=fronted(ward, httpserver, refuses=status))) as place:
        browser = Browser(place)
        browser.sign_in()
        for path in (LIST, f"/candidate/{ward.tasks[0]['id']}", f"/candidate/{ward.tasks[0]['id']}/record/0"):
            answer = browser.get(path)
            assert answer.status_code == 503, path
            assert not [secret for secret in ward.secrets if secret in answer.text]


def test_a_server_without_audit_events_shows_and_says_so_at_the_start(ward: Hospital, httpserver: HTTPServer) -> None:
    from fhir_screener.cli.serve import UNAUDITED, unaudited

    settings = ward.settings(source_url=fronted(ward, httpserver, offers=False))
    assert unaudited(settings) == UNAUDITED
    assert unaudited(ward.settings()) == ""
    with serving(settings) as place:
        browser = Browser(place)
        browser.sign_in()
        assert browser.get(LIST).status_code == 200


def test_each_look_is_audited(anna: Browser, ward: Hospital) -> None:
    def looks() -> int:
        return len(found(ward.base, "AuditEvent"))

    before = looks()
    anna.get(LIST)
    assert looks() == before + 1
    anna.get(f"/candidate/{ward.tasks[0]['id']}")
    anna.get(f"/candidate/{ward.tasks[0]['id']}/record/0")
    assert looks() == before + 3


def test_counts_for_whoever_watches(anna: Browser, ward: Hospital) -> None:
    anna.get(LIST)
    text = anna.get("/metrics").text
    assert re.search(r'fhir_screener_pages_total\{route="/study/\{study\}/\{view\}",status="200"\} \d', text)
    assert "fhir_screener_target_up 1.0" in text
    assert "fhir_screener_sweeps_failed 0.0" in text
    age = re.search(r"\nfhir_screener_last_sweep_age_seconds (\S+)", text)
    assert age
    assert 0 <= float(age[1]) < 3600
    assert not [secret for secret in ward.secrets if secret in text]
    assert STUDY not in text
    assert anna.get("/health").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"web_host": "0.0.0.0"}, "WEB_HOST"),
        ({"web_token": "short"}, "WEB_TOKEN"),
        ({"web_auth": "proxy", "web_public_url": None}, "WEB_PUBLIC_URL"),
        ({"web_auth": "proxy", "web_public_url": "http://pages.example"}, "WEB_PUBLIC_URL"),
        ({"web_auth": "proxy", "web_proxies": ()}, "WEB_PROXIES"),
        ({"web_auth": "proxy", "web_proxies": "nonsense"}, "WEB_PROXIES"),
        ({"web_auth": "proxy", "web_grants": ""}, "WEB_GRANTS"),
        ({"web_auth": "proxy", "web_grants": "a=emperor:*"}, "WEB_GRANTS"),
        ({"web_auth": "proxy", "installation_key": ""}, "INSTALLATION_KEY"),
        ({"web_auth": "oidc", "web_public_url": "https://pages.example"}, "WEB_OIDC_ISSUER"),
    ],
)
def test_what_would_be_open_is_not_served(changes: dict[str, Any], named: str) -> None:
    given = {"source_url": "http://127.0.0.1:9/fhir", "installation_key": "0123456789abcdef"}
    open_ = {"web_public_url": "https://pages.example", "web_proxies": "127.0.0.1", "web_grants": "a=coordinator:*"}
    proxied = open_ if changes.get("web_auth") == "proxy" else {"web_grants": "a=coordinator:*"}
    settings = Settings.build({k: v for k, v in {**given, **proxied, **changes}.items() if v is not None})
    with pytest.raises(SettingsError, match=f"FHIR_SCREENER_{named}"):
        make_app(settings, TOKEN)
