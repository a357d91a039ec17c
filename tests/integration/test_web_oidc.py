"""Signing in by OpenID Connect at a provider that signs real tokens: what lets somebody in, and all that does not."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from joserfc.jwk import OctKey, RSAKey
from pytest_httpserver import HTTPServer

from fhir_screener.settings import Settings
from fhir_screener.web.app import make_app
from tests.integration.oidc_provider import CLIENT, SECRET, Provider
from tests.integration.web_world import Browser, serving

GRANTS = "coordinators=coordinator:*;trial=study-team:NCT04660565"


@pytest.fixture
def provider(httpserver: HTTPServer) -> Provider:
    return Provider(httpserver)


def settings(provider: Provider, **changes: Any) -> Settings:
    given = {
        "source_url": "http://127.0.0.1:9/fhir",
        "installation_key": "a key for tests only, long enough",
        "web_port": 0,
        "web_auth": "oidc",
        "web_public_url": "http://127.0.0.1",
        "web_grants": GRANTS,
        "web_oidc_issuer": provider.issuer,
        "web_oidc_client": CLIENT,
        "web_oidc_secret": SECRET,
    }
    return Settings.build({**given, **changes})


@pytest.fixture
def place(provider: Provider) -> Iterator[str]:
    with serving(settings(provider)) as there:
        yield there


def back(browser: Browser, provider: Provider, onward: str = "/study/NCT04660565/new") -> str:
    """The path, with its query, that the provider sends the browser back to."""
    sent = browser.get(f"/sign-in/oidc?next={onward}")
    assert sent.status_code == 303, sent.text
    return provider.let_in(sent.headers["location"]).removeprefix("http://127.0.0.1")


def signed_in(browser: Browser) -> bool:
    """Whether a page would be shown: there is no FHIR server here, so what comes is its absence, or the sign-in page."""
    return not browser.get("/").headers.get("location", "").startswith("/sign-in")


def kept_by(browser: Browser) -> dict[str, Any]:
    """What the session's cookie holds: signed, and not hidden from its owner."""
    value = browser.session.cookies["fhir_screener"].strip('"').split(".")[0]
    return json.loads(base64.b64decode(value))


def test_in_by_code_and_out_again(provider: Provider, place: str) -> None:
    browser = Browser(place)
    assert "/sign-in/oidc?next=" in browser.get("/sign-in?next=/study/X/new").text
    answer = browser.get(back(browser, provider))
    assert (answer.status_code, answer.headers["location"]) == (303, "/study/NCT04660565/new")
    assert signed_in(browser)
    assert provider.asked.count("document") == 1  # told once, remembered


def test_signing_out_shows_the_way_out_of_the_provider(provider: Provider, place: str) -> None:
    browser = Browser(place)
    browser.get(back(browser, provider))
    answer = browser.post("/sign-out", {"csrf": kept_by(browser)["csrf"]})
    assert answer.status_code == 200
    assert f"{provider.issuer}/logout?client_id={CLIENT}" in answer.text
    assert not signed_in(browser)


def test_whose_groups_grant_nothing_is_told_so(provider: Provider, place: str) -> None:
    for groups in (["others"], [], None, "x,y"):
        provider.groups = groups
        browser = Browser(place)
        answer = browser.get(back(browser, provider))
        assert answer.status_code == 403
        assert not signed_in(browser)


def test_groups_may_come_as_one_text(provider: Provider, place: str) -> None:
    provider.groups = "trial,others"
    browser = Browser(place)
    assert browser.get(back(browser, provider)).status_code == 303


TIMES = ("exp", "iat", "nbf")


def claims(**changed: Any) -> Any:
    """A token with other claims, those of TIMES in seconds from now; None takes one away."""

    def twist(header: dict[str, Any], found: dict[str, Any]) -> None:
        now = int(time.time())
        found.update({name: now + value if name in TIMES and value else value for name, value in changed.items()})
        for name in [name for name, value in found.items() if value is None]:
            del found[name]

    return twist


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another-client"},
        {"aud": []},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"azp": "another"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": -3600},
        {"exp": None},
        {"iat": 3600},
        {"nbf": 3600},
        {"sub": None},
        {"sub": ""},
    ],
    ids=str,
)
def test_a_token_that_does_not_hold_lets_nobody_in(changed: dict[str, Any], provider: Provider, place: str) -> None:
    provider.twist = claims(**changed)
    browser = Browser(place)
    answer = browser.get(back(browser, provider))
    assert answer.status_code == 403
    assert not signed_in(browser)


def test_a_token_for_several_that_was_issued_to_us_holds(provider: Provider, place: str) -> None:
    provider.twist = claims(aud=[CLIENT, "another"], azp=CLIENT)
    browser = Browser(place)
    assert browser.get(back(browser, provider)).status_code == 303


def test_a_strangers_signature_lets_nobody_in(provider: Provider, place: str) -> None:
    shared = OctKey.import_key(SECRET.encode(), {"kid": "one"})
    public = OctKey.import_key(provider.keys[0].as_dict(private=False)["n"], {"kid": "one"})
    for key in (RSAKey.generate_key(2048, {"kid": "one"}), RSAKey.generate_key(2048, {"kid": "two"}), shared, public):
        provider.signed_with = key
        browser = Browser(place)
        assert browser.get(back(browser, provider)).status_code == 403
        assert not signed_in(browser)


def test_no_signature_lets_nobody_in(provider: Provider, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def bare(part: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

    def unsigned(self: Provider, nonce: str) -> str:
        now = int(time.time())
        body = {"iss": self.issuer, "sub": "u-1", "aud": CLIENT, "exp": now + 9999, "iat": now, "nonce": nonce}
        return f"{bare({'alg': 'none'})}.{bare({**body, 'groups': ['coordinators']})}."

    monkeypatch.setattr(Provider, "_signed", unsigned)
    browser = Browser(place)
    assert browser.get(back(browser, provider)).status_code == 403


def test_changed_keys_are_asked_for_again(provider: Provider, place: str) -> None:
    browser = Browser(place)
    assert browser.get(back(browser, provider)).status_code == 303
    provider.keys = [RSAKey.generate_key(2048, {"kid": "next"})]
    browser = Browser(place)
    assert browser.get(back(browser, provider)).status_code == 303


def test_an_answer_is_good_once_and_in_its_own_browser_only(provider: Provider, place: str) -> None:
    anna, eve = Browser(place), Browser(place)
    answer = back(anna, provider)
    assert eve.get(answer).status_code == 403  # Eve's session began no sign-in
    back(eve, provider)
    assert eve.get(answer).status_code == 403  # nor this one
    assert not signed_in(eve)
    assert anna.get(answer).status_code == 303
    anna.session.cookies.clear()
    assert anna.get(answer).status_code == 403


@pytest.mark.parametrize(
    "brought", ["", "code=x", "code=x&state=", "state={state}", "code=guessed&state={state}", "error=access_denied&state={state}",
                "code={code}&state={state}&iss=https://evil.example"],
)  # fmt: skip
def test_what_was_not_brought_whole_lets_nobody_in(brought: str, provider: Provider, place: str) -> None:
    browser = Browser(place)
    path, _, query = back(browser, provider).partition("?")
    parts = dict(part.split("=", 1) for part in query.split("&"))
    assert browser.get(f"{path}?{brought.format(**parts)}").status_code == 403
    assert not signed_in(browser)


def test_a_sign_in_that_took_too_long_is_none(provider: Provider, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from fhir_screener.web import oidc

    now = [time.time()]
    asked = settings(provider)
    ours = oidc.Provider(asked, lambda: now[0])
    address, kept = ours.begin("/")
    now[0] += 3600
    with pytest.raises(Exception, match="took too long"):
        ours.end(kept, {"state": kept["state"], "code": "x"})
    assert kept["verifier"] not in address


@pytest.mark.parametrize(
    "says",
    [{"issuer": "https://evil.example"}, {"token_endpoint": None}, {"authorization_endpoint": "http://evil.example/a"}],
)
def test_a_provider_that_says_odd_things_of_itself_is_not_used(says: dict[str, Any], provider: Provider) -> None:
    provider.says = says
    with serving(settings(provider)) as place:
        browser = Browser(place)
        answer = browser.get("/sign-in/oidc")
        if answer.status_code == 303:
            answer = browser.get(provider.let_in(answer.headers["location"]).removeprefix("http://127.0.0.1"))
        assert answer.status_code in (400, 403, 502)
        assert not signed_in(browser)


def test_a_provider_that_is_away_is_said(provider: Provider) -> None:
    with serving(settings(provider, web_oidc_issuer="http://127.0.0.1:9/realms/x")) as place:
        assert Browser(place).get("/sign-in/oidc").status_code == 502
        assert Browser(place).get("/sign-in").status_code == 200


def test_nobody_is_sent_elsewhere_after(provider: Provider, place: str) -> None:
    for onward in ("//evil.example", "https://evil.example", "/%5Cevil.example"):
        browser = Browser(place)
        assert browser.get(back(browser, provider, onward)).headers["location"] == "/"


def test_the_issuer_is_asked_over_https(provider: Provider) -> None:
    with pytest.raises(Exception, match="https"):
        make_app(settings(provider, web_oidc_issuer="http://login.example/realms/x"), "")


def test_the_sign_in_by_token_is_closed(provider: Provider, place: str) -> None:
    browser = Browser(place)
    for token in ("", "x"):
        browser.get(f"/sign-in?token={token}&name=Eve")
        browser.post("/sign-in", {"token": token, "name": "Eve"})
        assert not signed_in(browser)
