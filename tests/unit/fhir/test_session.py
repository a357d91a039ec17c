"""The session: what is sent, what is trusted, what is asked again, and what never leaves it."""

import json
import logging
import traceback
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

from fhir_screener import errors
from fhir_screener.fhir.auth import BearerAuth
from fhir_screener.fhir.origin import encode
from fhir_screener.fhir.retry import NO_RETRY, Retry
from fhir_screener.fhir.session import FhirSession

BASE = "https://ehr.example.org/fhir"
FHIR = "application/fhir+json;charset=utf-8"
PATIENT = {"resourceType": "Patient", "id": "1"}
SECRET = "Mustermann"
URL_WITH_NAME = f"{BASE}/Patient?family={SECRET}"


class Waits(list):
    """Stands in for sleeping: remembers how long it would have been."""

    def __call__(self, seconds):
        self.append(seconds)


@pytest.fixture
def server():
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def waits():
    return Waits()


@pytest.fixture
def session(waits):
    with FhirSession(BASE, retries=Retry(attempts=3, sleep=waits, jitter=lambda: 1.0)) as session:
        yield session


def sent(server, number=-1):
    return server.calls[number].request


def test_a_read_asks_for_fhir_json_past_any_cache(server, session):
    server.get(f"{BASE}/Patient/1", json=PATIENT, content_type=FHIR, headers={"ETag": 'W/"3"'})
    answer = session.get("Patient/1", expect="Patient")
    assert json.loads(answer.body) == PATIENT
    assert (answer.status, answer.version, answer.url) == (200, "3", f"{BASE}/Patient/1")
    headers = sent(server).headers
    assert headers["Accept"].startswith("application/fhir+json")
    assert headers["Accept-Encoding"] == "gzip"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["User-Agent"] == "fhir-screener"
    assert "Authorization" not in headers


def test_parameters_are_encoded_once(server, session):
    server.get(f"{BASE}/Observation", json={"resourceType": "Bundle"}, content_type=FHIR)
    params = [("date", "ge2021-03-01T00:00:00+08:00"), ("code", "http://loinc.org|5196-1,x"), ("date", "lt2022-01-01")]
    session.get("Observation", params)
    query = urlsplit(sent(server).url).query
    assert parse_qsl(query) == params
    assert "%2B08:00" in query
    assert "%7C" in query


def test_parameters_are_added_to_those_already_there(session):
    assert session.url("Task?status=requested", {"_count": "5"}) == f"{BASE}/Task?status=requested&_count=5"
    assert session.url("Task", {}) == f"{BASE}/Task"
    assert session.url("") == BASE


def test_ids_in_a_list_keep_their_commas():
    assert encode({"patient": "a,b"}) == "patient=a,b"


def test_writes_send_fhir_json(server, session):
    server.put(f"{BASE}/Task/1", status=201, headers={"ETag": "5"})
    answer = session.put("Task/1", b'{"resourceType":"Task"}', {"If-Match": 'W/"4"'})
    assert (answer.status, answer.body, answer.version) == (201, b"", "5")
    assert sent(server).headers["Content-Type"] == "application/fhir+json"
    assert sent(server).headers["If-Match"] == 'W/"4"'
    assert sent(server).body == b'{"resourceType":"Task"}'


def test_a_search_by_post_has_its_parameters_in_the_body_alone(server, session):
    server.post(f"{BASE}/Patient/_search", json={"resourceType": "Bundle"}, content_type=FHIR)
    session.fetch("Patient/_search", lambda answer: answer, form=[("family", "Müller")])
    assert sent(server).url == f"{BASE}/Patient/_search"
    assert sent(server).body == b"family=M%C3%BCller"
    assert sent(server).headers["Content-Type"] == "application/x-www-form-urlencoded"


# What is not to be trusted


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        (b"<html>Please log in</html>", "text/html; charset=utf-8", "web page"),
        (b"<Patient/>", "application/fhir+xml", "not FHIR JSON"),
        (b'{"resourceType":"Patient"}', "text/plain", "not FHIR JSON"),
        (b"<html>Please log in</html>", "application/json", "is not JSON"),
        (b'{"status":"up"}', "application/json", "not FHIR"),
        (b"[1]", "application/json", "not FHIR"),
        (b'{"resourceType":"Bundle"}', "application/fhir+json", "got Bundle instead of Patient"),
        (b'{"resourceType":"Erika Mustermann"}', "application/fhir+json", "another type"),
        (b'{"resourceType":"OperationOutcome"}', "application/fhir+json", "got OperationOutcome"),
    ],
)
def test_a_200_that_is_not_the_resource_asked_for(server, session, waits, body, kind, says):
    server.get(f"{BASE}/Patient/1", body=body, content_type=kind)
    with pytest.raises(errors.NotFhir, match=says) as caught:
        session.get("Patient/1", expect="Patient")
    assert "Erika" not in str(caught.value)
    assert "check the base address" in str(caught.value)
    assert waits == []


def test_a_web_page_is_no_confirmation_of_a_write(server, session):
    server.put(f"{BASE}/Task/1", body="<html>Please log in</html>", content_type="text/html")
    with pytest.raises(errors.NotFhir):
        session.put("Task/1", b"{}")


def test_json_without_a_content_type_is_given_a_chance(server, session):
    server.get(f"{BASE}/Patient/1", body=b'{"resourceType":"Patient"}', content_type=None)
    assert session.get("Patient/1", expect="Patient").status == 200


def test_a_body_cut_inside_its_json_is_asked_for_again(server, session, waits):
    server.get(f"{BASE}/Patient/1", body=b'{"resourceType":"Pati', content_type=FHIR)
    server.get(f"{BASE}/Patient/1", json=PATIENT, content_type=FHIR)
    assert session.get("Patient/1", expect="Patient").status == 200
    assert waits == [0.5]


@pytest.mark.parametrize("expect", [None, "Patient"])
def test_an_empty_200_is_no_answer_to_a_read(server, session, waits, expect):
    server.get(f"{BASE}/Patient/1", body=b"")
    server.get(f"{BASE}/Patient/1", json=PATIENT, content_type=FHIR)
    assert session.get("Patient/1", expect=expect).body
    assert waits == [0.5]


def test_an_answer_beyond_all_measure_is_dropped(server):
    server.get(f"{BASE}/Patient/1", body=b" " * (3 << 20), content_type=FHIR)
    with pytest.raises(errors.NotFhir, match="larger than 2 MiB"):
        FhirSession(BASE, max_body=2 << 20).get("Patient/1")


# Asking again


@pytest.mark.parametrize("failure", [requests.ConnectionError("x"), requests.ReadTimeout("x"), 503, 429, 408])
def test_reads_and_writes_that_may_be_repeated_are(server, session, waits, failure):
    made = {"body": failure} if isinstance(failure, Exception) else {"status": failure}
    for method, url in (("GET", "Patient/1"), ("PUT", "Task/1"), ("DELETE", "Task/1"), ("POST", "Task/$x")):
        server.add(method, f"{BASE}/{url}", **made)
        server.add(method, f"{BASE}/{url}", json=PATIENT, content_type=FHIR)
    session.get("Patient/1")
    session.put("Task/1", b"{}")
    session.delete("Task/1")
    session.post("Task/$x", b"{}", idempotent=True)
    assert waits == [0.5] * 4


def test_a_post_is_sent_once(server, session, waits):
    server.post(f"{BASE}/Task", body=requests.ReadTimeout("x"))
    with pytest.raises(errors.Unreachable):
        session.post("Task", b"{}")
    assert len(server.calls) == 1
    assert waits == []


def test_it_ends_after_so_many_attempts(server, session, waits):
    server.get(f"{BASE}/Patient/1", status=503, headers={"Retry-After": "3"})
    with pytest.raises(errors.Busy) as caught:
        session.get("Patient/1")
    assert caught.value.retry_after == 3
    assert waits == [3, 3]
    assert len(server.calls) == 3


def test_a_refusal_is_not_asked_again(server, session, waits):
    server.get(f"{BASE}/Patient/1", status=422)
    with pytest.raises(errors.Refused):
        session.get("Patient/1")
    assert waits == []


@pytest.mark.parametrize(
    ("failure", "kind", "says"),
    [
        (requests.ConnectTimeout("x"), errors.Unreachable, "no connection within 10 s"),
        (requests.ReadTimeout("x"), errors.Unreachable, "no answer within 120 s"),
        (requests.ConnectionError("Read timed out."), errors.Unreachable, "no answer within 120 s"),
        (requests.ConnectionError("x"), errors.Unreachable, "no connection"),
        (requests.exceptions.ProxyError("x"), errors.Unreachable, "proxy"),
        (requests.exceptions.ChunkedEncodingError("x"), errors.Unreachable, "cut short"),
        (requests.exceptions.ContentDecodingError("x"), errors.Unreachable, "garbled"),
        (requests.exceptions.SSLError("wrong version"), errors.Unreachable, "TLS connection"),
        (requests.exceptions.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] x"), errors.NotTrusted, "CA bundle"),
    ],
)
def test_transport_failures_have_names_of_ours(server, failure, kind, says):
    server.get(f"{BASE}/Patient/1", body=failure)
    with pytest.raises(errors.Unreachable, match=says) as caught:
        FhirSession(BASE, retries=NO_RETRY).get("Patient/1")
    assert type(caught.value) is kind
    assert caught.value.status is None


# Credentials and other addresses


class Renewing:
    def __init__(self, *tokens):
        self.tokens = list(tokens)
        self.renewed = 0

    def apply(self, headers):
        headers["Authorization"] = f"Bearer {self.tokens[0]}"

    def renew(self, refused):
        self.renewed += 1
        if len(self.tokens) == 1:
            return False
        self.tokens.pop(0)
        return True


def test_after_a_401_credentials_are_renewed_and_the_request_replayed(server, waits):
    auth = Renewing("old", "new")
    server.post(f"{BASE}/Task", status=401)
    server.post(f"{BASE}/Task", status=201)
    FhirSession(BASE, auth, retries=Retry(sleep=waits)).post("Task", b"{}")
    assert [call.request.headers["Authorization"] for call in server.calls] == ["Bearer old", "Bearer new"]
    assert waits == []


@pytest.mark.parametrize(("tokens", "calls"), [(("only",), 1), (("a", "b", "c"), 2)])
def test_credentials_are_renewed_once_at_most(server, tokens, calls):
    auth = Renewing(*tokens)
    server.get(f"{BASE}/Patient/1", status=401)
    with pytest.raises(errors.AuthError):
        FhirSession(BASE, auth).get("Patient/1")
    assert len(server.calls) == calls
    assert auth.renewed == 1


def test_a_403_is_no_reason_to_renew(server):
    auth = Renewing("a", "b")
    server.get(f"{BASE}/Patient/1", status=403)
    with pytest.raises(errors.AuthError):
        FhirSession(BASE, auth).get("Patient/1")
    assert auth.renewed == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_inside_the_base_are_followed(server, session, status):
    server.get(f"{BASE}/Patient/old", status=status, headers={"Location": "/fhir/Patient/1"})
    server.get(f"{BASE}/Patient/1", json=PATIENT, content_type=FHIR)
    assert session.get("Patient/old", expect="Patient").url == f"{BASE}/Patient/1"


def test_no_token_goes_to_another_origin(server):
    server.get(f"{BASE}/Patient/1", status=302, headers={"Location": "https://evil.example.org/fhir/Patient/1"})
    server.get("https://evil.example.org/fhir/Patient/1", json=PATIENT, content_type=FHIR)
    session = FhirSession(BASE, BearerAuth("secret"))
    for target in ("Patient/1", "https://evil.example.org/fhir/Patient/1"):
        with pytest.raises(errors.ForeignOrigin, match=r"https://evil\.example\.org, which is not configured"):
            session.get(target)
    assert [call.request.url for call in server.calls] == [f"{BASE}/Patient/1"]


def test_an_allowed_origin_gets_the_credentials(server):
    server.get("https://files.example.org/x", json=PATIENT, content_type=FHIR)
    session = FhirSession(BASE, BearerAuth("secret"), allowed_origins=["https://files.example.org"])
    session.get("https://files.example.org/x")
    assert sent(server).headers["Authorization"] == "Bearer secret"


@pytest.mark.parametrize("headers", [{}, {"Location": f"{BASE}/Patient/1"}])
def test_redirects_that_lead_nowhere(server, session, headers):
    server.get(f"{BASE}/Patient/1", status=302, headers=headers)
    with pytest.raises(errors.NotFhir, match="redirected"):
        session.get("Patient/1")


@pytest.mark.parametrize(("status", "followed"), [(302, False), (303, False), (307, True), (308, True)])
def test_a_write_is_repeated_elsewhere_only_where_http_keeps_its_method(server, session, status, followed):
    server.put(f"{BASE}/Task/1", status=status, headers={"Location": f"{BASE}/Task/2"})
    server.put(f"{BASE}/Task/2", status=200)
    if followed:
        assert session.put("Task/1", b"{}").url == f"{BASE}/Task/2"
        assert sent(server).body == b"{}"
    else:
        with pytest.raises(errors.NotFhir):
            session.put("Task/1", b"{}")


def test_the_environment_has_no_say(server, monkeypatch, tmp_path):
    (tmp_path / ".netrc").write_text("machine ehr.example.org login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    server.get(f"{BASE}/Patient/1", json=PATIENT, content_type=FHIR)
    FhirSession(BASE).get("Patient/1")
    assert "Authorization" not in sent(server).headers
    assert not server.calls[0].request.req_kwargs["proxies"]


def test_a_missing_ca_bundle_is_said_at_once(tmp_path):
    with pytest.raises(errors.SettingsError, match="CA bundle"):
        FhirSession(BASE, ca_bundle=tmp_path / "none.pem")


def test_a_folder_of_certificates_will_do(tmp_path):
    assert FhirSession(BASE, ca_bundle=tmp_path).base_url == BASE


# What is counted and what is said


def test_every_exchange_is_counted(server, waits):
    seen = []
    server.get(f"{BASE}/Patient", status=503)
    server.get(f"{BASE}/Patient", body=requests.ConnectionError("x"))
    server.get(f"{BASE}/Patient", json={"resourceType": "Bundle"}, content_type=FHIR)
    session = FhirSession(BASE, retries=Retry(sleep=waits), on_request=seen.append)
    session.get("Patient", {"family": SECRET, "_count": "5"})
    assert [(one.method, one.where, one.status) for one in seen] == [
        ("GET", f"{BASE}/Patient?_count=5", status) for status in (503, None, 200)
    ]
    assert seen[-1].received == len(b'{"resourceType": "Bundle"}')


@pytest.mark.parametrize(
    "made",
    [
        {"status": 400, "json": {"resourceType": "OperationOutcome", "issue": [{"diagnostics": SECRET}]}},
        {"status": 404, "body": f"<html>{SECRET}</html>"},
        {"status": 503, "body": SECRET},
        {"body": requests.ConnectionError(f"Max retries exceeded with url: {URL_WITH_NAME}")},
        {"body": requests.exceptions.ChunkedEncodingError(URL_WITH_NAME)},
        {"status": 302, "headers": {"Location": f"https://elsewhere.example.org/?family={SECRET}"}},
        {"body": f'{{"resourceType":"{SECRET}"}}', "content_type": FHIR},
        {"body": f'{{"resourceType":{{"{SECRET}":1}}}}', "content_type": FHIR},
        {"body": f'{{"{SECRET}"', "content_type": FHIR},
    ],
)
def test_no_failure_tells_a_name(server, waits, caplog, made):
    caplog.set_level(logging.DEBUG)
    server.get(f"{BASE}/Patient", **made)
    session = FhirSession(BASE, BearerAuth("hunter2"), retries=Retry(attempts=2, sleep=waits))
    with pytest.raises(errors.ServerError) as caught:
        session.get("Patient", {"family": SECRET}, expect="Bundle")
    told = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value)) + caplog.text
    chain = caught.value
    while chain := chain.__context__:
        told += repr(chain)
    assert SECRET not in told
    assert "hunter2" not in told
    assert f"GET {BASE}/Patient" in str(caught.value) or f"{BASE}" in str(caught.value)


def test_answers_do_not_show_their_bodies(server, session):
    server.get(f"{BASE}/Patient", json=PATIENT | {"name": [{"family": SECRET}]}, content_type=FHIR)
    assert SECRET not in repr(session.get("Patient", {"family": SECRET}))
